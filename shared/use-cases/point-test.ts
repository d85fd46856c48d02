import type { Deps } from '../deps.ts'
import { resourceOf, targetGroupOf, testEntryOf } from '../domain/service.ts'
import type { Slot } from '../domain/traffic.ts'
import { changeDeployment } from './change-deployment.ts'
import { type RouteAtWork, requirePlan } from './route-guard.ts'
import { writeRoute } from './write-route.ts'

/**
 * Points a route's test rule or listener at the canary, where it has one. Its routing before is recorded first, so that
 * it can be put back by anybody.
 */
export async function pointTest(deps: Deps, id: string, work: RouteAtWork, canary: Slot): Promise<void> {
  const test = testEntryOf(work.route)
  const group = targetGroupOf(work.route, canary)
  if (!test || group === null) return
  const router = deps.testRouterFor(test)
  const testResource = resourceOf(test)
  await writeRoute(deps, {
    deployment: id,
    resource: testResource,
    router,
    target: (seen) => router.pointAt(seen, group),
    // Under the lease, on the newest record: a rollback that restored the entry meanwhile must be the last word.
    mayWrite: async (seen) => {
      await changeDeployment(deps, id, (newest) => {
        requirePlan(newest)
        const isNoted = newest.routes.some((route) => route.resource === work.resource && route.test !== null)
        return isNoted ? null : { type: 'test-pointed', resource: work.resource, testResource, snapshot: seen }
      })
      return false
    },
  })
}

/** Puts a test rule or listener back to what it was. Nothing to do where it was not pointed at the canary. */
export async function restoreTest(deps: Deps, id: string, work: RouteAtWork): Promise<void> {
  const test = testEntryOf(work.route)
  const before = work.progress.test
  if (!test || !before) return
  const router = deps.testRouterFor(test)
  await writeRoute(deps, {
    deployment: id,
    resource: before.resource,
    router,
    target: () => before.snapshot,
    mayWrite: async () => false,
  })
  await changeDeployment(deps, id, () => ({ type: 'test-restored', resource: work.resource }))
}
