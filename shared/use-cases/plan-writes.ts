import type { Deps } from '../deps.ts'
import type { DrivenWish } from '../domain/findings/facts.ts'
import type { Plan } from '../domain/plan.ts'
import { aliasTtlSeconds, usualPropagationSeconds } from '../domain/record-set.ts'
import { type Route, resourceOf, testEntryOf } from '../domain/service.ts'
import { otherSlot, type RawWeights, type RouteState, type Slot, sameRouting, slots } from '../domain/traffic.ts'
import { isMovedBy } from '../domain/waves.ts'
import { type DrivenPlanWish, planDrivenWrites } from './plan-driven-writes.ts'

/** One write that a deployment would send to AWS. */
export interface PlannedWrite {
  /** The step (zero-based) whose weight it puts in place; null before the first and after the last. */
  readonly step: number | null
  /**
   * `attach`: the canary's group at weight 0, so that its health is checked. `point-test`, `restore-test`: the test
   * entry while the canary is verified. `shift`: a step's weight. `detach`: the idle side leaves the action.
   * `create-config`, `create-deployment`: what Sluice asks of CodeDeploy, the first only where it is missing.
   * `driver-shift`: a weight that CodeDeploy writes.
   */
  readonly action:
    | 'attach'
    | 'point-test'
    | 'restore-test'
    | 'shift'
    | 'detach'
    | 'create-config'
    | 'create-deployment'
    | 'driver-shift'
  readonly resource: string
  /** Raw weights by slot; null for what a test entry does on its own. */
  readonly before: RawWeights | null
  readonly after: RawWeights | null
}

export interface WritesWish {
  readonly routes: readonly Route[]
  readonly plan: Plan
  readonly canary: Slot
  /** Counts with a codedeploy route. */
  readonly driven: DrivenWish
}

/**
 * Lists what a deployment would write, in its order, from the routing that is live now.
 *
 * @throws {NotFoundError} If a rule or listener is gone.
 * @throws {UpstreamError} If one cannot be divided between the two slots.
 */
export async function planWrites(
  deps: Pick<Deps, 'routerFor' | 'inspector'>,
  { routes, plan, canary, driven }: WritesWish,
): Promise<PlannedWrites> {
  const walks = await Promise.all(
    routes.map((route) =>
      route.kind === 'codedeploy'
        ? walkDriven(deps, { route, driven, plan, canary })
        : walkRoute(deps, route, plan, canary),
    ),
  )
  // All routes of a step move before the next step: by step, then by route.
  return {
    writes: [
      ...walks.flatMap((walk) => walk.before),
      ...walks.flatMap((walk) => walk.restore),
      ...plan.steps.flatMap((_, step) => walks.flatMap((walk) => walk.shifts.filter((write) => write.step === step))),
      ...walks.flatMap((walk) => walk.after),
    ],
    resolverLagSeconds: Math.max(0, ...walks.map((walk) => walk.lagSeconds)),
  }
}

export interface PlannedWrites {
  readonly writes: readonly PlannedWrite[]
  /** How long after each write clients may go on as before, seconds. 0 without DNS. */
  readonly resolverLagSeconds: number
}

interface Walk {
  readonly lagSeconds: number
  readonly before: readonly PlannedWrite[]
  readonly restore: readonly PlannedWrite[]
  readonly shifts: readonly PlannedWrite[]
  readonly after: readonly PlannedWrite[]
}

async function walkDriven(deps: Parameters<typeof planDrivenWrites>[0], wish: DrivenPlanWish): Promise<Walk> {
  return { lagSeconds: 0, restore: [], after: [], ...(await planDrivenWrites(deps, wish)) }
}

async function walkRoute(deps: Pick<Deps, 'routerFor'>, route: Route, plan: Plan, canary: Slot): Promise<Walk> {
  const router = deps.routerFor(route)
  const resource = resourceOf(route)
  let state = await router.read()
  const move = (next: RouteState, step: number | null, action: PlannedWrite['action']): PlannedWrite[] => {
    const write = { step, action, resource, before: state.weights, after: next.weights }
    state = next
    return [write]
  }

  const attach =
    route.kind === 'alb' && state.weights[canary] === null
      ? move(router.target(state, { canary, percent: 0, keepIdle: true }), null, 'attach')
      : []
  const shifts = plan.steps.flatMap((planned, step) => {
    if (!isMovedBy(route, planned)) return []
    const next = router.target(state, { canary, percent: planned.weight, keepIdle: true })
    return sameRouting(state, next) ? [] : move(next, step, 'shift')
  })
  const last = router.target(state, { canary, percent: 100, keepIdle: false })
  const after = sameMembers(state, last) ? [] : move(last, null, 'detach')
  const { point, restore } = planTest(route, canary)
  const lagSeconds = route.kind === 'route53' ? usualPropagationSeconds + (state.lagSeconds ?? aliasTtlSeconds) : 0
  return { lagSeconds, before: [...attach, ...point], restore, shifts, after }
}

function planTest(route: Route, canary: Slot): { point: readonly PlannedWrite[]; restore: readonly PlannedWrite[] } {
  const test = testEntryOf(route)
  if (!test) return { point: [], restore: [] }
  const resource = resourceOf(test)
  const whole = { blue: 0, green: 0, [canary]: 100, [otherSlot(canary)]: 0 }
  return {
    point: [{ step: null, action: 'point-test', resource, before: null, after: whole }],
    restore: [{ step: null, action: 'restore-test', resource, before: whole, after: null }],
  }
}

function sameMembers(a: RouteState, b: RouteState): boolean {
  return slots.every((slot) => (a.weights[slot] === null) === (b.weights[slot] === null))
}
