import type { Deps } from '../deps.ts'
import type { GivenTraffic } from '../domain/deployment-request.ts'
import { detectByStep, type ExpectedTraffic, expectedRate, type StepDetection } from '../domain/detection.ts'
import { ownParameters } from '../domain/gates/compare.ts'
import { bucketSecondsOf, type CountsReading, settledAfterSeconds } from '../domain/gates/compare-buckets.ts'
import type { CompareGate, Gate } from '../domain/gates/gate.ts'
import { shareOf } from '../domain/gates/shared-alpha.ts'
import type { Plan } from '../domain/plan.ts'
import { estimateDispersion } from '../domain/sequential/dispersion.ts'
import type { Route } from '../domain/service.ts'
import type { Slot } from '../domain/traffic.ts'
import { byMinute, toCountsQuery } from './counts-query.ts'
import { measuredRoutes, metricsRegionOf, unmeasured, withAlone } from './measured-routes.ts'

/** How much of stable's past is measured, milliseconds. */
const spanMs = 3_600_000
const minuteMs = 60_000

type Source = 'given' | 'measured'

interface DetectionDeps {
  readonly metrics: Pick<Deps['metrics'], 'counts'>
  readonly clock: Pick<Deps['clock'], 'now'>
  readonly targetGroups: Deps['targetGroups']
  readonly homeRegion: string
}

/** What one compare gate would detect. */
export interface GateDetection {
  readonly gate: string
  readonly measure: CompareGate['measure']
  /** What it was reckoned with; null where that is not known. */
  readonly traffic: ExpectedTraffic | null
  readonly source: Source | null
  readonly baselineSource: Source | null
  readonly steps: readonly StepDetection[]
  /** Why there are no steps; null where there are. */
  readonly reason: string | null
}

export interface DetectionWish {
  /** At least one. */
  readonly routes: readonly Route[]
  readonly gates: readonly Gate[]
  readonly plan: Plan
  readonly stable: Slot
  readonly traffic: GivenTraffic | null
}

/** What each compare gate would detect, with the traffic that is given or that stable had lately. Never invents any. */
export function estimateDetection(deps: DetectionDeps, wish: DetectionWish): Promise<readonly GateDetection[]> {
  return Promise.all(wish.gates.flatMap((gate) => (gate.kind === 'compare' ? [estimateGate(deps, gate, wish)] : [])))
}

async function estimateGate(deps: DetectionDeps, gate: CompareGate, wish: DetectionWish): Promise<GateDetection> {
  const { name, measure } = gate
  const known = await findTraffic(deps, gate, wish)
  if ('reason' in known)
    return { gate: name, measure, traffic: null, source: null, baselineSource: null, steps: [], ...known }
  const steps = detectByStep({
    parameters: ownParameters({ gate, share: shareOf(gate, wish.gates) }),
    bucketSeconds: bucketSecondsOf(gate),
    plan: wish.plan,
    traffic: known.traffic,
  })
  return { gate: name, measure, ...known, steps, reason: null }
}

interface Known {
  readonly traffic: ExpectedTraffic
  readonly source: Source
  readonly baselineSource: Source
}

async function findTraffic(
  deps: DetectionDeps,
  gate: CompareGate,
  wish: DetectionWish,
): Promise<Known | { readonly reason: string }> {
  const given = wish.traffic
  const givenRate = gate.measure === 'errors' ? given?.errorRate : given?.slowRate
  if (given && givenRate !== undefined)
    return { traffic: toTraffic(given, givenRate), source: 'given', baselineSource: 'given' }
  const measured = await measure(deps, gate, wish)
  if ('reason' in measured) return measured
  return {
    traffic: given ? { ...measured, requestsPerMinute: given.requestsPerMinute } : measured,
    source: given ? 'given' : 'measured',
    baselineSource: 'measured',
  }
}

/** A rate given as 0 stands for an hour without a bad request. */
function toTraffic({ requestsPerMinute }: GivenTraffic, rate: number): ExpectedTraffic {
  const requests = (requestsPerMinute * spanMs) / minuteMs
  return { requestsPerMinute, baselineRate: expectedRate({ requests, bad: requests * rate }), dispersion: null }
}

async function measure(
  deps: DetectionDeps,
  gate: CompareGate,
  { routes, stable }: DetectionWish,
): Promise<ExpectedTraffic | { readonly reason: string }> {
  const toMs = Math.floor((deps.clock.now() - settledAfterSeconds * 1000) / minuteMs) * minuteMs
  // Before the first shift everything goes to stable.
  const measured = withAlone(await measuredRoutes(deps, routes), stable)
  if (measured.length === 0 && gate.source === 'router') return { reason: unmeasured }
  const region = metricsRegionOf(deps, routes)
  const query = toCountsQuery({ gate, routes: measured, region, stable, fromMs: toMs - spanMs, toMs })
  const reading = await deps.metrics.counts(byMinute(query))
  return toMeasured(gate, reading)
}

function toMeasured(
  { slowSeconds }: CompareGate,
  reading: CountsReading,
): ExpectedTraffic | { readonly reason: string } {
  if (reading.status === 'error')
    return { reason: `the traffic of stable could not be read from ${reading.source}: ${reading.reason}` }
  const minutes = reading.windows.map(({ strata }) => ({
    requests: sumOf(strata.map(({ stable }) => stable.requests)),
    bad: sumOf(strata.map(({ stable }) => stable.bad)),
  }))
  const requests = sumOf(minutes.map((minute) => minute.requests)) ?? 0
  if (requests === 0)
    return { reason: `${reading.source} has no requests of stable in the last ${spanMs / minuteMs} minutes` }
  const bad = sumOf(minutes.map((minute) => minute.bad))
  if (bad === null) return { reason: `${reading.source} cannot count the requests of stable over ${slowSeconds} s` }
  return {
    requestsPerMinute: requests / minutes.length,
    baselineRate: expectedRate({ requests, bad: Math.min(bad, requests) }),
    dispersion: estimateDispersion(minutes.map((minute) => minute.bad ?? 0)),
  }
}

/** Null where none of them is known. */
function sumOf(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null)
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0)
}
