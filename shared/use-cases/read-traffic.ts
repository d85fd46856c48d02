import type { Deps } from '../deps.ts'
import type { GroupHealth } from '../domain/capacity.ts'
import { isOver, type RollbackReadiness } from '../domain/deployment.ts'
import { type DriftChange, describeDrift, toDrift } from '../domain/drift.ts'
import { NotFoundError, TransientError, UpstreamError } from '../domain/errors.ts'
import type { RunningDeployment } from '../domain/route-facts.ts'
import { type Route, resourceOf, targetGroupOf } from '../domain/service.ts'
import { canaryPercent, type RawWeights, type RouteState, type Slot, sameRouting } from '../domain/traffic.ts'
import type { LeaseView } from '../ports/lease.ts'
import { resourcesOf } from './claim-resources.ts'
import { isDivided, readLiveRoutes } from './live-routes.ts'
import { readService } from './read-service.ts'
import { recallRoutes } from './recall-routes.ts'

export interface RouteTraffic {
  readonly kind: Route['kind']
  readonly resource: string
  /**
   * Share of the canary, percent: of the open deployment's canary; without one, of the slot that serves less, which is
   * the next canary. Null when nothing gets any traffic or the routing cannot be read.
   */
  readonly weight: number | null
  /** Null when the routing cannot be read: the rule is gone, or forwards no more. */
  readonly raw: RawWeights | null
  /** Per side; null where its health is not available. */
  readonly targets: Readonly<Record<Slot, Pick<GroupHealth, 'healthy' | 'total'> | null>>
  /** What we last read back after a write of ours; null before the first. */
  readonly lastWritten: RawWeights | null
  /** How it routes otherwise than we last wrote; null when it does not, we never wrote, or it cannot be read. */
  readonly drift: (DriftChange & { readonly reason: string }) | null
  /** With a codedeploy route: what has not ended in its group; null where that could not be looked at. */
  readonly running?: readonly RunningDeployment[] | null
  /** Why the routing cannot be read; null when it can. */
  readonly problem: string | null
}

export interface Traffic {
  readonly routes: readonly RouteTraffic[]
  /** Who may write now; resources that nobody is writing are left out. */
  readonly leases: readonly LeaseView[]
  /** Whether the open deployment could go back; null without one. */
  readonly rollback: RollbackReadiness | null
}

/**
 * Where the traffic of a service goes now, asked of AWS and not of our records. A route that cannot be read says why, and
 * does not hide the others.
 *
 * @throws {NotFoundError} If there is no such service.
 * @throws {TransientError} If AWS can be asked about none of the routes.
 */
export async function readTraffic(deps: Deps, name: string): Promise<Traffic> {
  const recalled = await recallRoutes(deps, await readService(deps, name))
  const open = await readOpen(deps, name)
  const living = await readLiveRoutes(deps, recalled, open?.routes ?? [])
  const routes = living.map(({ route }) => route)
  const [states, leases, targets] = await Promise.all([
    readStates(deps, routes),
    Promise.all(resourcesOf(routes).map((resource) => deps.leases.peek(resource))),
    Promise.all(routes.map((route) => readTargets(deps, route))),
  ])
  const live = states.map((state) => ('problem' in state ? null : state))
  const canary = open?.canary ?? nextCanary(live)
  const now = deps.clock.realNow()
  return {
    routes: routes.map((route, index) => {
      const state = live[index] ?? null
      const read = states[index]
      const lease = leases.find((one) => one?.resource === resourceOf(route)) ?? null
      return {
        kind: route.kind,
        resource: resourceOf(route),
        weight: state && canaryPercent(state.weights, canary),
        raw: isDivided(route) ? (state?.weights ?? null) : null,
        targets: targets[index] ?? { blue: null, green: null },
        lastWritten: lease?.lastWritten?.weights ?? null,
        // What CodeDeploy moves changes without a write of ours.
        drift: state && route.kind !== 'codedeploy' ? findDrift(resourceOf(route), lease, state) : null,
        ...(living[index]?.running !== undefined && { running: living[index].running }),
        problem: living[index]?.problem ?? (read && 'problem' in read ? read.problem : null),
      }
    }),
    leases: leases.filter((lease): lease is LeaseView => lease?.holder != null && lease.expiresAtMs > now),
    rollback: open?.rollback ?? null,
  }
}

async function readOpen(
  deps: Deps,
  service: string,
): Promise<{ canary: Slot; routes: readonly Route[]; rollback: RollbackReadiness | null } | null> {
  const id = await deps.deployments.pointer(service)
  if (id === null) return null
  const [deployment, measures] = await Promise.all([deps.deployments.load(id), deps.deployments.loadMeasures(id)])
  // The pointer is taken before the record is written and freed after its last change: for a moment it names neither.
  if (!deployment || isOver(deployment.phase)) return null
  return { canary: deployment.canary, routes: deployment.settings.routes, rollback: measures?.rollback ?? null }
}

type Read = RouteState | { readonly problem: string }

/** @throws {TransientError} If none could be read, and that may pass. */
async function readStates(deps: Deps, routes: readonly Route[]): Promise<readonly Read[]> {
  const read = await Promise.allSettled(routes.map((route) => deps.routerFor(route).read()))
  const failures = read.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason as unknown] : []))
  const worst = failures.find((error) => !isForeseen(error))
  if (worst !== undefined) throw worst
  const passing = failures.find((error) => error instanceof TransientError)
  if (passing !== undefined && failures.length === routes.length) throw passing
  return read.map((outcome) =>
    outcome.status === 'fulfilled' ? outcome.value : { problem: (outcome.reason as Error).message },
  )
}

function isForeseen(error: unknown): error is Error {
  return error instanceof NotFoundError || error instanceof UpstreamError || error instanceof TransientError
}

/** What is about to be written, or was and its answer is not in yet, is ours as well. */
function findDrift(resource: string, lease: LeaseView | null, live: RouteState): RouteTraffic['drift'] {
  if (!lease?.lastWritten || sameRouting(lease.lastWritten, live)) return null
  if (lease.intended && sameRouting(lease.intended, live)) return null
  const drift = toDrift(resource, lease.lastWritten, live)
  const { before, after, beyondWeights } = drift
  return { before, after, beyondWeights, reason: describeDrift(drift) }
}

async function readTargets(deps: Deps, route: Route): Promise<RouteTraffic['targets']> {
  const [blue, green] = await Promise.all([readSide(deps, route, 'blue'), readSide(deps, route, 'green')])
  return { blue, green }
}

async function readSide(deps: Deps, route: Route, slot: Slot): Promise<RouteTraffic['targets'][Slot]> {
  const group = targetGroupOf(route, slot)
  if (group === null) return null
  try {
    const { healthy, total } = await deps.targetHealth.read(group)
    return { healthy, total }
  } catch (error) {
    if (isForeseen(error)) return null
    throw error
  }
}

/** As a start would choose it: the slot that serves less on the first route; green serves at half and half. */
function nextCanary([first]: readonly (RouteState | null)[]): Slot {
  const green = first ? canaryPercent(first.weights, 'green') : null
  return green !== null && green >= 50 ? 'blue' : 'green'
}
