import type { MinuteOfTraffic } from '../../shared/adapters/memory/measurements.ts'
import type { Deps } from '../../shared/deps.ts'
import type { Deployment, DeploymentEvent } from '../../shared/domain/deployment.ts'
import type { SettledBucket } from '../../shared/domain/gates/compare-buckets.ts'
import type { Gate, GateMemory } from '../../shared/domain/gates/gate.ts'
import { type Judged, judgeGates } from '../../shared/use-cases/judge-gates.ts'
import { aDeployment, webArns } from './builders.ts'
import type { Counts } from './comparison.ts'
import { createMemoryApi } from './memory-api.ts'
import { type PortFaults, withFaults } from './port-faults.ts'
import { readAll } from './read-all.ts'

const startMs = Date.UTC(2026, 0, 1)

/** A deployment that bakes at 10 % since the start of minute 0, on memory adapters; time moves only by looks. */
export interface Compared {
  readonly deps: Deps
  readonly cloud: ReturnType<typeof createMemoryApi>['cloud']
  readonly logged: ReturnType<typeof createMemoryApi>['logged']
  readonly id: string
  /** What goes wrong around calls of the store from now on. */
  readonly faults: PortFaults
  /** Puts requests on canary and stable, then the bad ones of each, into minute `minute` of both target groups. */
  count(minute: number, counts: Counts): void
  /** The same, of one side, in its own words; null: nothing. */
  setMinute(slot: 'blue' | 'green', minute: number, traffic: MinuteOfTraffic): void
  /** Moves time on to `second` of the step. */
  at(second: number): Promise<void>
  /** What every look does, at `second` of the step. */
  look(second: number): Promise<Judged>
  /** Looks every minute, at second 10, from the first up to minute `last`. */
  lookUntil(last: number): Promise<void>
  change(changes: Partial<Deployment>): Promise<void>
  load(): Promise<Deployment>
  memory(gate?: string): Promise<GateMemory | undefined>
  kept(gate?: string): Promise<readonly SettledBucket[]>
  /** Verdicts of a gate that became events. */
  verdicts(gate?: string): Promise<readonly DeploymentEvent[]>
}

export async function startCompared(gates: readonly Gate[], changes: Partial<Deployment> = {}): Promise<Compared> {
  const { deps: plain, cloud, clock, logged } = createMemoryApi()
  const faults: PortFaults = {}
  const deps = { ...plain, deployments: withFaults(plain.deployments, faults) }
  const { settings } = aDeployment()
  const { id } = await plain.deployments.create(
    aDeployment({
      ...{ phase: 'baking', stage: 'baking', weight: 10, effectiveWeight: 10 },
      ...{ firstShiftAt: toInstant(-10), settledAt: toInstant(0), bakeEndsAt: toInstant(1800) },
      settings: { ...settings, gates },
      ...changes,
    }),
  )
  const nameOf = (gate = gates[0]?.name) => gate ?? ''
  const setMinute: Compared['setMinute'] = (slot, minute, traffic) =>
    cloud.metrics.setMinute(webArns[slot], startMs + minute * 60_000, traffic)

  const world: Compared = {
    ...{ deps, cloud, logged, id, faults, setMinute },
    count(minute, [onCanary, onStable, badOnCanary, badOnStable]) {
      setMinute('green', minute, { requests: onCanary, errors: badOnCanary })
      setMinute('blue', minute, { requests: onStable, errors: badOnStable })
    },
    at: (second) => clock.sleep(startMs + second * 1000 - clock.now()),
    async look(second) {
      await world.at(second)
      return judgeGates(deps, id)
    },
    async lookUntil(last) {
      for (let minute = 1; minute <= last; minute++) await world.look(minute * 60 + 10)
    },
    async change(next) {
      const before = await world.load()
      const revision = before.revision + 1
      await plain.deployments.save({ ...before, version: before.version + 1, ...next, revision })
    },
    async load() {
      const found = await plain.deployments.load(id)
      if (!found) throw new Error(`there is no ${id}`)
      return found
    },
    memory: async (gate) => (await plain.deployments.loadMeasures(id))?.memories[nameOf(gate)],
    kept: async (gate) => (await readAll((page) => plain.deployments.listBuckets(id, nameOf(gate), page), 100)).items,
    async verdicts(gate) {
      const { items } = await readAll((page) => plain.deployments.listEvents(id, page), 100)
      return items.filter((event) => event.type === 'verdict' && event.gate === nameOf(gate))
    },
  }
  return world
}

/** `second` of the step as an instant. */
export function toInstant(second: number): string {
  return new Date(startMs + second * 1000).toISOString()
}
