import type { Deps } from '../deps.ts'
import type { Deployment } from '../domain/deployment.ts'
import { parseElbArn } from '../domain/elb-arn.ts'
import { TransientError, UpstreamError } from '../domain/errors.ts'
import { plainFunctionName } from '../domain/function-name.ts'
import {
  type ComparisonSample,
  isBehind,
  isRunning,
  judgeCompare,
  type SettledWindow,
} from '../domain/gates/compare.ts'
import {
  bucketSecondsOf,
  type CountedWindow,
  type CountsReading,
  dataOf,
  type OpenWindow,
  settleWindows,
  slowWarmUpSeconds,
} from '../domain/gates/compare-buckets.ts'
import { freshStartSeconds } from '../domain/gates/fresh-starts.ts'
import type { CompareGate, ComparisonMemory, GateMemory, Judgement, LookContext } from '../domain/gates/gate.ts'
import { shareOf } from '../domain/gates/shared-alpha.ts'
import { messageOf } from '../domain/message-of.ts'
import { type BaselineHistory, type ComparisonFixed, fixComparison } from '../domain/sequential-test.ts'
import type { Role } from '../domain/traffic.ts'
import type { CountsQuery, MeasuredSide } from '../ports/metrics-source.ts'
import { byMinute, toCountsQuery } from './counts-query.ts'
import {
  aloneSlotOf,
  type MeasuredRoute,
  measuredRoutes,
  metricsRegionOf,
  routesOfWave,
  unmeasured,
  withAlone,
} from './measured-routes.ts'

/** How far back the dispersion of stable's errors is measured, milliseconds. */
const historyMs = 24 * 3_600_000

/**
 * Reads the counts of both sides, and returns the judgement that follows. A bucket is settled once: it is kept, put if
 * absent, before it is judged, so whoever settles it, after whatever crash, goes on from the same numbers.
 */
export async function lookAtComparison(deps: Deps, deployment: Deployment, gate: CompareGate, fromMs: number) {
  const routes = await findRoutes(deps, deployment, gate)
  const reading = 'status' in routes ? routes : await readCounts(deps, { deployment, gate, routes, fromMs })
  const shared = { gate, share: shareOf(gate, deployment.settings.gates) }
  return async (memory: GateMemory, look: LookContext): Promise<Judgement> => {
    const sample = await toSample(deps, {
      deployment,
      gate,
      routes: 'status' in routes ? [] : routes,
      reading,
      memory,
      look,
    })
    return judgeCompare(shared, sample, memory, look)
  }
}

interface Wish {
  readonly deployment: Deployment
  readonly gate: CompareGate
  readonly routes: readonly MeasuredRoute[]
  readonly fromMs: number
}

function readCounts(deps: Deps, { fromMs, ...wish }: Wish): Promise<CountsReading> {
  const routes = withAlone(wish.routes, aloneSlotOf(wish.deployment))
  return deps.metrics.counts(queryFor(deps, { ...wish, routes }, { fromMs, toMs: deps.clock.now() }))
}

/** The routes whose counts are compared: those of the current wave. Where they cannot be told, that is the reading. */
async function findRoutes(
  deps: Deps,
  deployment: Deployment,
  gate: CompareGate,
): Promise<readonly MeasuredRoute[] | Failure> {
  const source = 'the sides of the routes'
  if (gate.source !== 'router') return []
  try {
    const routes = await measuredRoutes(deps, routesOfWave(deployment))
    return routes.length > 0 ? routes : { status: 'error', reason: unmeasured, source }
  } catch (error) {
    if (!(error instanceof TransientError || error instanceof UpstreamError)) throw error
    return { status: 'error', reason: error.message, source }
  }
}

interface Look {
  readonly deployment: Deployment
  readonly gate: CompareGate
  readonly routes: readonly MeasuredRoute[]
  readonly reading: CountsReading
  readonly memory: GateMemory
  readonly look: LookContext
}

async function toSample(deps: Deps, input: Look): Promise<ComparisonSample> {
  const { deployment, gate, reading, memory, look } = input
  if (reading.status === 'error') return reading
  if (isRunning(memory) && isBehind(memory, look)) return nothingNew(memory.comparison, reading.source)
  const fixed = memory.comparison?.fixed ?? (await fix(deps, input))
  if ('status' in fixed) return fixed
  const fromMs = Math.max(memory.judgedUntilMs, warmUntilMs(gate, look))
  const seen = (memory.comparison?.pending ?? []).filter(({ step }) => isSameWave(deployment, step))
  const { settled, pending } = settleWindows(reading.windows, seen, { fromMs, look })
  const kept = await keep(deps, input, settled)
  return 'status' in kept ? kept : { status: 'complete', fixed, settled: kept, pending, source: reading.source }
}

/** What an earlier wave's routes have still to settle cannot be counted on the routes of this one. */
function isSameWave({ plan, step: current }: Deployment, step: number): boolean {
  return plan.steps[step]?.wave === plan.steps[current]?.wave
}

function nothingNew({ fixed, pending }: ComparisonMemory, source: string): ComparisonSample {
  return { status: 'complete', fixed, settled: [], pending, source }
}

function warmUntilMs(gate: CompareGate, look: LookContext): number {
  return gate.measure === 'slow' && look.firstShiftAtMs !== null ? look.firstShiftAtMs + slowWarmUpSeconds * 1000 : 0
}

type Failure = Extract<CountsReading, { status: 'error' }>

/**
 * What another looker kept for the same window wins, should the source have revised it in between. Buckets that cannot be
 * kept are this gate's finding, and no reason to stop judging the others.
 */
async function keep(
  deps: Deps,
  { deployment, gate, routes, reading }: Look,
  windows: readonly OpenWindow[],
): Promise<readonly SettledWindow[] | Failure> {
  const names = sideNames(deps, { deployment, gate, routes })
  const found = windows.map((window) => ({ window, data: dataOf(window, window.weight, names) }))
  const buckets = found.flatMap(({ window: { startMs, endMs, step, weight }, data }) =>
    data.type === 'counts' ? [{ startMs, endMs, step, weight, strata: data.strata }] : [],
  )
  try {
    const kept = buckets.length === 0 ? [] : await deps.deployments.keepBuckets(deployment.id, gate.name, buckets)
    const byEnd = new Map(kept.map((bucket) => [bucket.endMs, bucket]))
    return found.flatMap(({ window: { endMs }, data }): SettledWindow[] => {
      if (data.type === 'missing') return [{ type: 'missing', endMs, reason: data.reason }]
      const bucket = byEnd.get(endMs)
      return bucket ? [{ type: 'bucket', bucket }] : []
    })
  } catch (error) {
    const reason = `the settled buckets could not be kept: ${messageOf(error)}`
    return { status: 'error', reason, source: reading.source }
  }
}

/** From stable's day before the first shift, by the minute whatever the length of a bucket. */
async function fix(deps: Deps, { deployment, gate, routes }: Look): Promise<ComparisonFixed | Failure> {
  const toMs = deployment.firstShiftAt === null ? deps.clock.now() : Date.parse(deployment.firstShiftAt)
  const before = withAlone(routes, deployment.stable)
  const query = queryFor(deps, { deployment, gate, routes: before }, { fromMs: toMs - historyMs, toMs })
  const reading = await deps.metrics.counts(byMinute(query))
  if (reading.status === 'error') return { ...reading, reason: `stable's day before: ${reading.reason}` }
  const bucketSeconds = bucketSecondsOf(gate)
  return fixComparison(gate, {
    bucketSeconds,
    plannedBuckets: Math.ceil(freshStartSeconds(deployment.plan) / bucketSeconds),
    history: toHistory(reading.windows),
  })
}

/** Minutes without data are left out: the service was not there yet, or had no requests. */
function toHistory(windows: readonly CountedWindow[]): BaselineHistory | null {
  const minutes = windows.flatMap(({ strata }) => {
    const sides = strata.map(({ stable }) => stable).filter(({ requests, bad }) => requests !== null && bad !== null)
    if (sides.length === 0) return []
    const sum = (of: 'requests' | 'bad') => sides.reduce((total, side) => total + (side[of] ?? 0), 0)
    return [{ requests: sum('requests'), bad: sum('bad') }]
  })
  if (minutes.length === 0) return null
  return {
    bad: minutes.map(({ bad }) => bad),
    requests: minutes.reduce((sum, { requests }) => sum + requests, 0),
  }
}

function queryFor(
  deps: Pick<Deps, 'homeRegion'>,
  { deployment, gate, routes }: Omit<Wish, 'fromMs'>,
  range: { readonly fromMs: number; readonly toMs: number },
): CountsQuery {
  const region = metricsRegionOf(deps, routesOfWave(deployment))
  return toCountsQuery({ gate, routes, region, stable: deployment.stable, ...range })
}

/** What the sides are called where they are measured: an operator looks for these words in CloudWatch. */
function sideNames(
  deps: Pick<Deps, 'homeRegion'>,
  wish: Omit<Wish, 'fromMs'>,
): readonly Readonly<Record<Role, string>>[] {
  const query = queryFor(deps, wish, { fromMs: 0, toMs: 0 })
  if (query.source === 'counters') {
    const nameOf = (role: Role) => `${query.namespace} ${query.requests} ${JSON.stringify(query.dimensions[role])}`
    return [{ stable: nameOf('stable'), canary: nameOf('canary') }]
  }
  const nameOf = (side: MeasuredSide) =>
    'targetGroupArn' in side
      ? `TargetGroup targetgroup/${parseElbArn(side.targetGroupArn).path}`
      : `Resource ${plainFunctionName(side.functionName)}:${side.alias} ExecutedVersion ${side.version}`
  return query.routes.map((route) => ({ stable: nameOf(route.stable), canary: nameOf(route.canary) }))
}
