import type { Deps } from '../deps.ts'
import type { GroupHealth } from '../domain/capacity.ts'
import { isOver, type RollbackReadiness } from '../domain/deployment.ts'
import { NotFoundError, TransientError, UpstreamError } from '../domain/errors.ts'
import { type Route, resourceOf, targetGroupOf } from '../domain/service.ts'
import { canaryPercent, type RawWeights, type RouteState, type Slot, sameRouting } from '../domain/traffic.ts'
import type { LeaseView } from '../ports/lease.ts'
import { resourcesOf } from './claim-resources.ts'
import { readService } from './read-service.ts'

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
  /** True when it routes otherwise than we last wrote; null when we never wrote, or it cannot be read. */
  readonly drift: boolean | null
}

export interface Traffic {
  readonly routes: readonly RouteTraffic[]
  /** Who may write now; resources that nobody is writing are left out. */
  readonly leases: readonly LeaseView[]
  /** Whether the open deployment could go back; null without one. */
  readonly rollback: RollbackReadiness | null
}

/**
 * Where the traffic of a service goes now, asked of AWS and not of our records.
 *
 * @throws {NotFoundError} If there is no such service.
 * @throws {TransientError} If AWS cannot be asked.
 */
export async function readTraffic(deps: Deps, name: string): Promise<Traffic> {
  const { routes } = await readService(deps, name)
  const open = await readOpen(deps, name)
  const [states, leases, targets] = await Promise.all([
    Promise.all(routes.map((route) => readState(deps, route))),
    Promise.all(resourcesOf(routes).map((resource) => deps.leases.peek(resource))),
    Promise.all(routes.map((route) => readTargets(deps, route))),
  ])
  const canary = open?.canary ?? nextCanary(states)
  const now = deps.clock.realNow()
  return {
    routes: routes.map((route, index) => {
      const state = states[index] ?? null
      const lastWritten = leases.find((lease) => lease?.resource === resourceOf(route))?.lastWritten ?? null
      return {
        kind: route.kind,
        resource: resourceOf(route),
        weight: state && canaryPercent(state.weights, canary),
        raw: state?.weights ?? null,
        targets: targets[index] ?? { blue: null, green: null },
        lastWritten: lastWritten?.weights ?? null,
        drift: state && lastWritten && !sameRouting(state, lastWritten),
      }
    }),
    leases: leases.filter((lease): lease is LeaseView => lease?.holder != null && lease.expiresAtMs > now),
    rollback: open?.rollback ?? null,
  }
}

async function readOpen(
  deps: Deps,
  service: string,
): Promise<{ canary: Slot; rollback: RollbackReadiness | null } | null> {
  const id = await deps.deployments.pointer(service)
  if (id === null) return null
  const [deployment, measures] = await Promise.all([deps.deployments.load(id), deps.deployments.loadMeasures(id)])
  // The pointer is taken before the record is written and freed after its last change: for a moment it names neither.
  if (!deployment || isOver(deployment.phase)) return null
  return { canary: deployment.canary, rollback: measures?.rollback ?? null }
}

async function readState(deps: Deps, route: Route): Promise<RouteState | null> {
  try {
    return await deps.routerFor(route).read()
  } catch (error) {
    if (error instanceof NotFoundError || error instanceof UpstreamError) return null
    throw error
  }
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
    if (error instanceof NotFoundError || error instanceof UpstreamError || error instanceof TransientError) return null
    throw error
  }
}

/** As a start would choose it: the slot that serves less on the first route; green serves at half and half. */
function nextCanary([first]: readonly (RouteState | null)[]): Slot {
  const green = first ? canaryPercent(first.weights, 'green') : null
  return green !== null && green >= 50 ? 'blue' : 'green'
}
