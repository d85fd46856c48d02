import { type AlbRoute, resourceOf, type TestEntry } from '../../domain/service.ts'
import type { DirectRouter, TestRouter } from '../../ports/traffic-router.ts'
import { createActionsApi } from './actions-api.ts'
import type { AlbClients } from './clients.ts'
import { noSlots, toRequestActions, toRouteState } from './forward-action.ts'
import { toSingleGroup, toTargetState } from './target-state.ts'

/**
 * Shifts the traffic of one rule or listener between the route's two target groups.
 *
 * ELBv2 has no optimistic lock and replaces all actions at once: whoever calls `write` holds the resource's lease and
 * reads back.
 *
 * @param deadlineMs - Real milliseconds for each call. Default 3000.
 */
export function createAlbTrafficRouter(clients: AlbClients, route: AlbRoute, deadlineMs?: number): DirectRouter {
  const api = createActionsApi(clients, route, deadlineMs)
  const resource = resourceOf(route)
  return {
    read: async () => toRouteState(await api.describe(), route, resource),
    target: (seen, wish) => toTargetState(seen, wish, route, resource),
    write: (_seen, target) => api.modify(toRequestActions(target)),
  }
}

/** Points a test rule or listener at one target group; its other actions stay. */
export function createAlbTestRouter(clients: AlbClients, test: TestEntry, deadlineMs?: number): TestRouter {
  const api = createActionsApi(clients, test, deadlineMs)
  const resource = resourceOf(test)
  return {
    read: async () => toRouteState(await api.describe(), noSlots, resource),
    pointAt: (seen, targetGroupArn) => toSingleGroup(seen, targetGroupArn, resource),
    write: (_seen, target) => api.modify(toRequestActions(target)),
  }
}
