import { hasAllTraffic } from './baseline.ts'
import type {
  ComparisonFixed,
  ComparisonParameters,
  ComparisonResult,
  ComparisonState,
  DataState,
  Estimate,
  SideCounts,
} from './comparison.ts'
import { rateSequence, ratioSequence } from './confidence.ts'
import { expFinite } from './log-math.ts'
import { isLow, isSilent } from './silence.ts'

/** Fewer requests on either side that is compared say too little about a rate. */
const thinBelow = 30

/** ln of the evidence at which a comparison fails. */
export function logLimit({ alpha }: Pick<ComparisonParameters, 'alpha'>): number {
  return -Math.log(alpha)
}

/** ln of the evidence below which a canary may be called proven. */
export const logDoubt = Math.log(10)

/** What a comparison says after its newest bucket, without the confidence sequences. */
export function readComparison(parameters: ComparisonParameters, state: ComparisonState): ComparisonResult {
  const dataState = dataStateOf(parameters, state)
  return {
    verdict: verdictOf(state, dataState),
    dataState,
    e: expFinite(state.logE),
    eSup: expFinite(state.logESup),
    logE: state.logE,
    failedAt: state.failedAt,
    // The doubt may come after the proof: what is proven must not look bad now.
    proven: state.provenAt !== null && state.failedAt === null && state.logE < logDoubt,
    provenAt: state.provenAt,
    totals: state.totals,
  }
}

/** The same with rates, ratio, their confidence sequences, and a sentence for people. */
export function describeComparison(
  parameters: ComparisonParameters,
  fixed: ComparisonFixed,
  state: ComparisonState,
): ComparisonResult & {
  readonly reason: string
  readonly rates: { readonly canary: Estimate; readonly stable: Estimate }
  readonly ratio: Estimate
} {
  const result = readComparison(parameters, state)
  const thin = result.dataState === 'thin'
  const shown = (estimate: Estimate): Estimate => (thin ? { ...estimate, estimate: null } : estimate)
  const rates = {
    canary: shown(rateSequence(state.totals.canary, fixed.phi)),
    stable: shown(rateSequence(state.totals.stable, fixed.phi)),
  }
  const ratio = shown(ratioSequence(state.shares, fixed.phi))
  return { ...result, rates, ratio, reason: sentence(parameters, fixed, { state, result, ratio }) }
}

function verdictOf({ failedAt }: ComparisonState, dataState: DataState): ComparisonResult['verdict'] {
  if (failedAt !== null) return 'fail'
  return dataState === 'no-canary-traffic' || dataState === 'no-baseline' ? 'no-data' : 'pass'
}

function dataStateOf(parameters: ComparisonParameters, state: ComparisonState): DataState {
  const { totals, newest, incident } = state
  const limit = logLimit(parameters)
  if (newest === null || totals.canary.requests === 0) return 'no-canary-traffic'
  if (state.logSilence >= limit && isLow(newest, newest.weight))
    return isSilent(newest, newest.weight) ? 'no-canary-traffic' : 'low-canary-traffic'
  if (state.compared === 0) return 'no-baseline'
  if (incident.canary >= limit && incident.stable >= limit) return 'incident'
  const isThin =
    totals.canary.requests < thinBelow || (totals.stable.requests < thinBelow && !hasAllTraffic(newest.weight))
  return isThin ? 'thin' : 'ok'
}

function sentence(
  parameters: ComparisonParameters,
  fixed: ComparisonFixed,
  { state, result, ratio }: { state: ComparisonState; result: ComparisonResult; ratio: Estimate },
): string {
  const { stable, canary } = state.totals
  if (result.dataState === 'no-baseline') return nothingToCompare
  if (result.verdict === 'no-data') return silenceSentence(state)
  const what = parameters.measure === 'slow' ? 'slow requests' : 'errors'
  const against = stable.requests === 0 ? `a limit of ${percent(fixed.p0)}` : `${share(stable)} on stable`
  const counts = `canary ${what} ${share(canary)} against ${against}`
  const evidence = `evidence ${odds(result.e)} : 1 against "no worse" (limit ${odds(1 / parameters.alpha)} : 1)`
  return [prefixOf(result.dataState) + counts, ...ratioWords(ratio), evidence].join('; ')
}

const nothingToCompare =
  'nothing to hold the canary against: stable has had no requests beside it, and what is usual is not known; give p0'

function prefixOf(dataState: DataState): string {
  if (dataState === 'incident') return 'incident in both versions, not a regression: '
  return dataState === 'low-canary-traffic' ? 'the canary gets less than its share of the traffic: ' : ''
}

function silenceSentence({ newest, logSilence, totals }: ComparisonState): string {
  if (newest === null) return 'no settled bucket yet'
  const requests = [totals, newest].reduce((sum, { canary, stable }) => sum + canary.requests + stable.requests, 0)
  if (requests === 0) return 'neither side has had a request'
  const weight = newest.weight === null ? '' : ` at a weight of ${newest.weight} %`
  const proof = `evidence ${odds(expFinite(logSilence))} : 1 that its share is lower`
  return `no canary traffic: ${grouped(newest.canary.requests)} of ${grouped(newest.canary.requests + newest.stable.requests)} requests in the newest bucket${weight}; ${proof}`
}

function ratioWords({ estimate, low, high }: Estimate): string[] {
  if (low === null && high === null && estimate === null) return []
  const about = estimate === null ? '' : ` ${Number(estimate.toPrecision(2))}`
  const end = (value: number | null) => (value === null ? '∞' : String(Number(value.toPrecision(2))))
  return [`ratio${about} (95 % sequence ${end(low)}–${end(high)})`]
}

/** Of a side that had requests. */
function share({ requests, bad }: SideCounts): string {
  return `${grouped(bad)} of ${grouped(requests)} (${percent(bad / requests)})`
}

const percent = (fraction: number) => `${Number((100 * fraction).toPrecision(2))} %`
const grouped = (count: number) => count.toLocaleString('en-US')
const odds = (e: number) => (e >= 1e6 ? e.toExponential(1) : grouped(Number(e.toPrecision(3))))
