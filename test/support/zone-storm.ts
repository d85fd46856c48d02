import { TransientError } from '../../shared/domain/errors.ts'
import type { RecordSet, WeightedPair } from '../../shared/domain/record-set.ts'
import { resourceOf } from '../../shared/domain/service.ts'
import { type RouteState, sameRouting } from '../../shared/domain/traffic.ts'
import type { HostedZones } from '../../shared/ports/hosted-zones.ts'
import { zoneResource } from '../../shared/use-cases/zone/zone-session.ts'
import { appPair, aRoute53Route } from './record-sets.ts'
import { createStormProcess, type Fate, type StormProcess, storeMs } from './storm-process.ts'
import { createZoneWorld } from './zone-world.ts'

/** How often Route 53 does what, as fractions of its calls. */
export interface Weather {
  readonly throttled: number
  readonly busy: number
  /** The call takes up to 2.9 s. */
  readonly slow: number
  /** No answer within 3 s; half of these calls took effect. */
  readonly unanswered: number
}

/** Between the last look at a deployment and the call there are three calls of a store, and what the call itself takes. */
const onTheWireMs = 5 * storeMs
const deadlineMs = 3000

export const stormZones = [appPair.hostedZoneId, 'Z0000000000000SECOND'] as const

/** Pair number `index` of a storm: they take turns in two zones. */
export function stormPair(index: number, zones: number): WeightedPair {
  return { ...appPair, hostedZoneId: stormZones[index % zones] ?? stormZones[0], name: `p${index}.example.com` }
}

/**
 * Zones in which processes write that die, on stores that take their time and a Route 53 that misbehaves. Looks at every
 * batch as it is sent and notes what must never be.
 *
 * @param random - 0 up to below 1.
 */
export function createZoneStorm(pairs: readonly WeightedPair[], weather: Weather, random: () => number) {
  const world = createZoneWorld(pairs)
  const { manual } = world
  const violations: string[] = []
  const goalSetAtMs = new Map<string, number>()
  /** Who wrote a pair last, us or somebody else. */
  const lastWriter = new Map<string, 'ours' | 'foreign'>()
  const onTheWire = new Map<string, number>()
  let isCalm = false
  let processes = 0
  let slowestMs = 0
  const happens = (fraction: number) => !isCalm && random() < fraction
  const timedOut = () => new TransientError(`no answer within ${deadlineMs} ms`)
  const throttled = () => new TransientError('Throttling: Rate exceeded', { refused: true })

  /** Route 53's own misbehaviour, before a call took effect and after it. */
  const lost = new Map<number, number>()
  world.faults.upsert = async (call) => {
    if (happens(weather.throttled)) throw throttled()
    if (happens(weather.busy)) return { type: 'busy' }
    if (happens(weather.slow)) await manual.sleep(random() * 0.95 * deadlineMs)
    if (!happens(weather.unanswered)) return undefined
    const takesMs = random() * deadlineMs
    await manual.sleep(takesMs)
    if (random() < 0.5) {
      await manual.sleep(deadlineMs - takesMs)
      throw timedOut()
    }
    lost.set(call, deadlineMs - takesMs)
    return undefined
  }
  world.faults.upserted = async (call) => {
    const restMs = lost.get(call)
    if (restMs === undefined) return
    await manual.sleep(restMs)
    throw timedOut()
  }
  world.faults.page = async () => {
    if (happens(weather.throttled)) throw throttled()
    if (!happens(weather.unanswered)) return
    await manual.sleep(deadlineMs)
    throw timedOut()
  }

  async function checkSent(process: string, zoneId: string, records: readonly RecordSet[]): Promise<void> {
    const now = manual.now()
    const say = (what: string) => void violations.push(`${now}: ${process} sent to ${zoneId}: ${what}`)
    const lease = await world.deps.leases.peek(zoneResource(zoneId))
    if (!lease?.holder?.startsWith(`${process}/`) || lease.expiresAtMs <= now) say(`the lease is ${lease?.holder}'s`)
    if ((onTheWire.get(zoneId) ?? 0) > 0) say('another call is on the wire')
    for (const name of new Set(records.map((record) => record.name))) {
      const weights = records.filter((record) => record.name === name).map((record) => record.weight ?? 0)
      if (weights.length !== 2) say(`${weights.length} record(s) of ${name}`)
      if (weights.every((weight) => weight === 0)) say(`all weights of ${name} are 0`)
      const goalAtMs = goalSetAtMs.get(name)
      const isRaise = records.some((record) => record.name === name && isGreen(record) && record.weight !== 0)
      if (isRaise && goalAtMs !== undefined && now - goalAtMs > onTheWireMs)
        say(`a raise of ${name}, ${now - goalAtMs} ms after its rollback was decided`)
    }
  }
  const isGreen = ({ setIdentifier }: RecordSet) => setIdentifier === appPair.green

  function hostedZonesOf(process: string): HostedZones {
    const zones = world.deps.hostedZones
    return {
      ...zones,
      async upsert(zoneId, records, comment) {
        await checkSent(process, zoneId, records)
        onTheWire.set(zoneId, (onTheWire.get(zoneId) ?? 0) + 1)
        try {
          const answer = await zones.upsert(zoneId, records, comment)
          if (answer.type === 'accepted') for (const { name } of records) lastWriter.set(name, 'ours')
          return answer
        } finally {
          onTheWire.set(zoneId, (onTheWire.get(zoneId) ?? 0) - 1)
        }
      },
    }
  }

  function startProcess(fate: Fate | null): StormProcess {
    const name = `process-${++processes}`
    return createStormProcess({ name, fate, random, ports: { ...world.deps, hostedZones: hostedZonesOf(name) } })
  }

  return {
    ...{ world, violations, lastWriter, startProcess },
    /** From now on Route 53 does what it is asked. */
    calm() {
      isCalm = true
    },
    noteGoal: (pair: WeightedPair) => void goalSetAtMs.set(pair.name, goalSetAtMs.get(pair.name) ?? manual.now()),
    /** How long a process took for its answer. */
    noteTook(ms: number) {
      slowestMs = Math.max(slowestMs, ms)
    },
    slowestMs: () => slowestMs,
    isToGoBack: (pair: WeightedPair) => goalSetAtMs.has(pair.name),
    setForeign(pair: WeightedPair, weights: { readonly blue: number; readonly green: number }) {
      world.setWeights(pair, weights)
      lastWriter.set(pair.name, 'foreign')
    },
    /** Whether a check would take what is there for somebody else's. */
    async isDrift(pair: WeightedPair): Promise<boolean> {
      const memory = await world.deps.leases.peek(resourceOf(aRoute53Route(pair)))
      const live: RouteState = world.stateOf(pair)
      return ![memory?.lastWritten, memory?.intended].some((state) => state && sameRouting(state, live))
    },
    /** What a bucket of five that fills at five a second holds at least. */
    leastInBucket(): number {
      let [inBucket, least] = [5, 5]
      for (const [index, { atMs }] of world.requests.entries()) {
        const passedMs = atMs - (world.requests[index - 1]?.atMs ?? atMs)
        inBucket = Math.min(5, inBucket + (passedMs / 1000) * 5) - 1
        least = Math.min(least, inBucket)
      }
      return least
    },
  }
}

export type ZoneStorm = ReturnType<typeof createZoneStorm>
