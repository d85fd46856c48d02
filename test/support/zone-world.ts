import { createManualClock } from '../../local/clock.ts'
import { createMemoryDeploymentStore } from '../../shared/adapters/memory/deployment-store.ts'
import { createFaults } from '../../shared/adapters/memory/faults.ts'
import { createMemoryHostedZones, type MemoryHostedZones } from '../../shared/adapters/memory/hosted-zones.ts'
import { createMemoryLeases } from '../../shared/adapters/memory/leases.ts'
import { createMemoryRequestBudget } from '../../shared/adapters/memory/request-budget.ts'
import { createMemoryZoneChanges } from '../../shared/adapters/memory/zone-changes.ts'
import type { Deployment } from '../../shared/domain/deployment.ts'
import { toPairState, type WeightedPair } from '../../shared/domain/record-set.ts'
import type { ZoneChange, ZoneChangeResult } from '../../shared/domain/zone-change.ts'
import type { HostedZones, UpsertAnswer } from '../../shared/ports/hosted-zones.ts'
import { submitZoneChange } from '../../shared/use-cases/zone/submit-zone-change.ts'
import type { ZoneDeps } from '../../shared/use-cases/zone/zone-session.ts'
import { aDeployment } from './builders.ts'
import { type PortFaults, withFaults } from './port-faults.ts'
import { appPair, aZoneChange, type ZoneChangeWish } from './record-sets.ts'

/** What the zone's own Route 53 does before it does what it is asked. */
export interface ZoneFaults {
  /** Instead of an upsert's answer, by its number from 1; undefined: it is done. A throw: it was not done. */
  upsert?: (call: number, names: readonly string[]) => UpsertAnswer | undefined | Promise<UpsertAnswer | undefined>
  /** After an upsert was done, by its number. A throw: its answer is lost. */
  upserted?: (call: number) => void | Promise<void>
  page?: (call: number) => void | Promise<void>
}

/** Zones `example.com` with weighted pairs, on a clock that only moves by hand. */
export function createZoneWorld(pairs: readonly WeightedPair[] = [appPair]) {
  const manual = createManualClock()
  const clock = { now: manual.now, realNow: manual.now, sleep: (ms: number) => manual.sleep(ms) }
  const faults: ZoneFaults = {}
  const storeFaults: PortFaults = {}
  const zones = createMemoryHostedZones(clock, createFaults().run)
  for (const zoneId of new Set([appPair, ...pairs].map(({ hostedZoneId }) => hostedZoneId)))
    zones.addZone(zoneId, { name: 'example.com' })
  for (const pair of pairs) setWeights(zones, pair, { blue: 100, green: 0 })
  const requests: { readonly kind: 'page' | 'upsert'; readonly atMs: number; readonly names: readonly string[] }[] = []
  const deployments = createMemoryDeploymentStore()
  const leases = createMemoryLeases(clock)
  let holders = 0
  const deps: ZoneDeps = {
    clock,
    deployments,
    leases,
    hostedZones: countRequests(zones, { faults, requests, now: clock.now }),
    zoneChanges: withFaults(createMemoryZoneChanges(clock), storeFaults),
    requestBudget: createMemoryRequestBudget(clock),
    newHolder: () => `holder-${++holders}`,
    logger: { info: () => undefined, warn: () => undefined, error: () => undefined },
  }
  const world = {
    ...{ deps, faults, storeFaults, zones, requests, manual },
    /** Puts a deployment's record there: what its writes are asked for. */
    addDeployment: (overrides: Partial<Deployment> = {}) => deployments.create(aDeployment(overrides)),
    weights: (pair: WeightedPair = appPair) => zones.weightsOf(pair.hostedZoneId, pair.name, pair.type),
    setWeights: (pair: WeightedPair, weights: { readonly blue: number; readonly green: number }) =>
      setWeights(zones, pair, weights),
    /** What is in the zone for a pair. */
    stateOf: (pair: WeightedPair) => toPairState(zones.records(pair.hostedZoneId, pair.name, pair.type), pair),
    /** A change that was wanted just now, by one who knows what is there. */
    aChange: (wish: ZoneChangeWish = {}): ZoneChange => {
      const wantedAtMs = clock.realNow()
      const id = `${wantedAtMs}#wish-${++holders}`
      const seen = wish.seen ?? wish.expect ?? world.stateOf(wish.pair ?? appPair)
      return aZoneChange({ id, wantedAtMs, giveUpAtMs: wantedAtMs + 120_000, ...wish, seen })
    },
    submit: (change: ZoneChange, patienceMs = 30_000): Promise<ZoneChangeResult> =>
      submitZoneChange(deps, change, patienceMs),
    /** Moves time on until `work` has its answer. */
    async during<T>(work: Promise<T>, stepMs = 20): Promise<T> {
      let settled = false
      const mark = () => {
        settled = true
      }
      work.then(mark, mark)
      for (let turn = 0; turn < 10_000 && !settled; turn++) await manual.advance(stepMs)
      return work
    },
  }
  return world
}

export type ZoneWorld = ReturnType<typeof createZoneWorld>

function setWeights(
  zones: MemoryHostedZones,
  { hostedZoneId, name, type, ...identifiers }: WeightedPair,
  weights: { readonly blue: number; readonly green: number },
): void {
  if (type !== 'A') throw new Error('a zone world has A records')
  for (const slot of ['blue', 'green'] as const)
    zones.set(hostedZoneId, {
      ...{ Name: `${name}.`, Type: type, SetIdentifier: identifiers[slot], Weight: weights[slot] },
      ...{ TTL: 60, ResourceRecords: [{ Value: slot === 'blue' ? '192.0.2.1' : '192.0.2.2' }] },
    })
}

function countRequests(
  zones: MemoryHostedZones,
  world: { readonly faults: ZoneFaults; readonly requests: ZoneWorld['requests']; readonly now: () => number },
): HostedZones {
  const { faults, requests, now } = world
  const count = (kind: 'page' | 'upsert') => requests.filter((request) => request.kind === kind).length
  return {
    zone: zones.zone,
    changeStatus: zones.changeStatus,
    async page(zoneId, from) {
      requests.push({ kind: 'page', atMs: now(), names: [from?.name ?? ''] })
      await faults.page?.(count('page'))
      return zones.page(zoneId, from)
    },
    async upsert(zoneId, records, comment) {
      const names = [...new Set(records.map(({ name }) => name))]
      requests.push({ kind: 'upsert', atMs: now(), names })
      const call = count('upsert')
      const instead = await faults.upsert?.(call, names)
      if (instead) return instead
      const answer = await zones.upsert(zoneId, records, comment)
      await faults.upserted?.(call)
      return answer
    },
  }
}
