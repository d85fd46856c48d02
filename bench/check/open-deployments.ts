import type { Deps } from '../../shared/deps.ts'
import type { Deployment } from '../../shared/domain/deployment.ts'
import type { Gate } from '../../shared/domain/gates/gate.ts'
import { resourceOf } from '../../shared/domain/service.ts'
import type { RouteState } from '../../shared/domain/traffic.ts'
import { aDeployment } from '../../test/support/builders.ts'
import { aCompareGate, aMetricGate, anAlarmsGate, aTargetHealthGate } from '../../test/support/gates.ts'
import type { Place } from './messages.ts'

/** How many are written at the same time. */
const atOnce = 25
/** Of so many deployments, one compares its canary with stable as well. */
const compareEvery = 10

/** A deployment for each place, as the workflow leaves it while it bakes at 10 %: record, pointer and leases. */
export async function openDeployments(deps: Deps, places: readonly Place[]): Promise<void> {
  const { routerFor = deps.routerFor } = deps.lookTogether()
  const read = await Promise.all(places.map(({ route }) => routerFor(route).read('background')))
  const left = places.flatMap((place, index) => {
    const live = read[index]
    return live ? [{ place, index, live }] : []
  })
  const worker = async () => {
    for (let next = left.shift(); next; next = left.shift()) await open(deps, next)
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
}

interface Opening {
  readonly place: Place
  readonly index: number
  /** How its route divides traffic. */
  readonly live: RouteState
}

async function open(deps: Deps, { place, index, live }: Opening): Promise<void> {
  const resource = resourceOf(place.route)
  const lease = await deps.leases.take(resource, `bench-${index}`, 20_000)
  if (!lease) throw new Error(`the lease of ${resource} is taken`)
  await deps.leases.intend(lease, live)
  await deps.leases.confirm(lease, live)
  await deps.leases.giveBack(lease)
  await deps.deployments.takePointer(place.service, place.id)
  const snapshot = { ...live, weights: { blue: 100, green: 0 } }
  const baking = bakingSince(deps.clock.now())
  await deps.deployments.create(
    aDeployment({
      ...baking,
      ...{ id: place.id, service: place.service, execution: 1, version: 3, revision: 1 },
      settings: { ...aDeployment().settings, routes: [place.route], gates: gatesOf(place, index) },
      routes: [{ resource, snapshot, touched: true, stableHealthyBefore: 2, test: null }],
    }),
  )
}

/** Ten of thirty minutes are over. */
function bakingSince(nowMs: number): Partial<Deployment> {
  const at = (minutes: number) => new Date(nowMs + minutes * 60_000).toISOString()
  return {
    ...{ phase: 'baking', stage: 'baking', weight: 10, effectiveWeight: 10 },
    ...{ createdAt: at(-12), firstShiftAt: at(-10), settledAt: at(-10), bakeEndsAt: at(20), nextActionAt: at(20) },
  }
}

function gatesOf({ alarm }: Place, index: number): readonly Gate[] {
  return [
    aTargetHealthGate(),
    aMetricGate({ max: 0.05 }),
    ...(alarm === null ? [] : [anAlarmsGate({ alarmNames: [alarm] })]),
    ...(index % compareEvery === 0 ? [aCompareGate()] : []),
  ]
}
