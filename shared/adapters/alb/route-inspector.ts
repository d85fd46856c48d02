import type { Action } from '@aws-sdk/client-elastic-load-balancing-v2'
import { loadBalancerArnOf, regionOf } from '../../domain/elb-arn.ts'
import { type AlbRoute, resourceOf, type TestEntry } from '../../domain/service.ts'
import type { AlbFacts, GroupFacts, TestFacts } from '../../ports/route-inspector.ts'
import { createInspectionNotes, type InspectionNotes } from '../inspection-notes.ts'
import { type ActionsOwner, createActionsApi } from './actions-api.ts'
import type { AlbClients } from './clients.ts'
import {
  groupStickinessOf,
  groupsOfState,
  noSlots,
  otherWeightedGroups,
  toRouteState,
  weightedGroupsOf,
} from './forward-action.ts'
import { type ActionsAt, createInspectionReads, type InspectionReads, orNull } from './inspection-reads.ts'

/** Looks up what an ALB route names. As `RouteInspector`, for this kind of route. */
export interface AlbRouteInspector {
  inspect(route: AlbRoute): Promise<AlbFacts>
  /**
   * Looks up one target group for a route of another kind. Its `sharedWith` is empty: which rules bring that route's
   * traffic is not known. Refusals go to `notes`. @throws {TransientError} If AWS cannot be asked.
   */
  inspectGroup(targetGroupArn: string, notes: InspectionNotes): Promise<GroupFacts | null>
}

/**
 * Looks up what an ALB route names.
 *
 * @param clientsFor - The clients of a Region.
 * @param deadlineMs - Real milliseconds for each call, retries included. Default 10,000.
 */
export function createAlbRouteInspector(
  clientsFor: (region: string) => AlbClients,
  deadlineMs = 10_000,
): AlbRouteInspector {
  return {
    async inspect(route) {
      const resource = resourceOf(route)
      const clients = clientsFor(regionOf(resource))
      const reads = createInspectionReads(clients.reader, deadlineMs)
      const notes = createInspectionNotes()
      const actions = await notes.look('the routing', undefined, () => actionsOf(clients, route, deadlineMs))
      // Refused (undefined) is not the same as missing (null): the ARN alone still tells the load balancer.
      const loadBalancerArn = actions === null ? null : loadBalancerArnOf(resource)
      const all = loadBalancerArn
        ? await notes.look('the other rules of the load balancer', [], () => reads.allActions(loadBalancerArn))
        : []
      const others = all.filter(
        (at) => at.resource !== resource && (!route.test || at.resource !== resourceOf(route.test)),
      )
      const [blue, green, test] = await Promise.all([
        notes.look(`target group ${route.blue}`, unseenGroup(route.blue), () =>
          toGroupFacts(reads, route.blue, others, notes),
        ),
        notes.look(`target group ${route.green}`, unseenGroup(route.green), () =>
          toGroupFacts(reads, route.green, others, notes),
        ),
        route.test ? toTestFacts(clients, route.test, deadlineMs, notes) : null,
      ])
      return {
        kind: 'alb',
        loadBalancerArn,
        ...toRoutingFacts(actions, route, resource),
        groups: { blue, green },
        test,
        notLookedAt: notes.sentences,
      }
    },
    inspectGroup(arn, notes) {
      const reads = createInspectionReads(clientsFor(regionOf(arn)).reader, deadlineMs)
      return notes.look(`target group ${arn}`, unseenGroup(arn), () => toGroupFacts(reads, arn, [], notes))
    },
  }
}

function toRoutingFacts(
  actions: readonly Action[] | null | undefined,
  route: AlbRoute,
  resource: string,
): Pick<AlbFacts, 'state' | 'otherWeightedGroups' | 'groupStickinessSeconds'> {
  if (!actions?.some(({ Type }) => Type === 'forward'))
    return { state: null, otherWeightedGroups: [], groupStickinessSeconds: null }
  const state = toRouteState(actions, route, resource)
  return {
    state,
    otherWeightedGroups: otherWeightedGroups(groupsOfState(state), route).map(({ arn }) => arn),
    groupStickinessSeconds: groupStickinessOf(state),
  }
}

async function toGroupFacts(
  reads: InspectionReads,
  arn: string,
  others: readonly ActionsAt[],
  notes: InspectionNotes,
): Promise<GroupFacts | null> {
  const group = await reads.targetGroup(arn)
  if (!group) return null
  const attributes = await notes.look(`the attributes of ${arn}`, new Map<string, string>(), () =>
    reads.attributes(arn),
  )
  return {
    arn,
    loadBalancerArn: group.loadBalancerArns[0] ?? null,
    targetType: group.targetType,
    healthCheckEnabled: group.healthCheckEnabled,
    slowStartSeconds: Number(attributes.get('slow_start.duration_seconds') ?? 0),
    targetStickiness: attributes.get('stickiness.enabled') === 'true',
    sharedWith: others.filter(({ actions }) => sendsTo(actions, arn)).map(({ resource }) => resource),
  }
}

/** A group that we may not look at. It may well exist, so it is not null; what is not known must not stop anything. */
function unseenGroup(arn: string): GroupFacts {
  return {
    arn,
    loadBalancerArn: null,
    targetType: 'unknown',
    healthCheckEnabled: true,
    slowStartSeconds: 0,
    targetStickiness: false,
    sharedWith: [],
  }
}

async function toTestFacts(
  clients: AlbClients,
  test: TestEntry,
  deadlineMs: number,
  notes: InspectionNotes,
): Promise<TestFacts> {
  const resource = resourceOf(test)
  const actions = await notes.look(`test entry ${resource}`, undefined, () => actionsOf(clients, test, deadlineMs))
  return { exists: actions !== null, loadBalancerArn: actions === null ? null : loadBalancerArnOf(resource) }
}

/** The actions of a rule or listener; null when there is no such thing. */
function actionsOf(clients: AlbClients, owner: ActionsOwner, deadlineMs: number): Promise<readonly Action[] | null> {
  return orNull(() => createActionsApi(clients, owner, deadlineMs).describe())
}

function sendsTo(actions: readonly Action[], arn: string): boolean {
  return actions.some(
    (action) =>
      action.Type === 'forward' &&
      otherWeightedGroups(weightedGroupsOf(action), noSlots).some((group) => group.arn === arn),
  )
}
