import type { Problem } from '../errors.ts'
import type { ComparisonFixed, ComparisonParameters, ComparisonState } from '../sequential-test.ts'
import type { Slot } from '../traffic.ts'
import type { PendingBucket } from './compare-buckets.ts'

/** What every gate has, with the defaults filled in. */
export interface GateCommon {
  /** Unique within a deployment: `[a-z][a-z0-9-]{0,62}`. */
  readonly name: string
  /** `observe` shows verdicts and decides nothing. Default `enforce`. */
  readonly mode: 'enforce' | 'observe'
  /** Default `roll-back`; `halt` stops raising and asks a person. */
  readonly onFail: 'roll-back' | 'halt'
  /** Distinct windows (looks, where the gate has no windows) without data, after the grace, until `onNoData`. Default 3. */
  readonly noDataLimit: number
  readonly onNoData: 'roll-back' | 'halt'
  /** For how long after a weight settled missing data holds and does not count. Seconds, default 240. */
  readonly graceSeconds: number
  /** By how much a step may be prolonged while this gate has not passed. Seconds, default 900. */
  readonly maxExtendSeconds: number
}

export interface TargetHealthGate extends GateCommon {
  readonly kind: 'target-health'
  /** Share of the canary's registered targets that must be healthy, percent 0–100. Default 100. */
  readonly minHealthyPercent: number
}

export interface AlarmsGate extends GateCommon {
  readonly kind: 'alarms'
  /** 1–100 names of metric or composite alarms. */
  readonly alarmNames: readonly string[]
}

export type RouterMetric = 'error-rate' | 'latency-p50' | 'latency-p90' | 'latency-p99' | 'requests'

/** Any metric of CloudWatch. `{side}` in the value of a dimension becomes the canary's slot, `blue` or `green`. */
export interface CloudWatchMetric {
  readonly namespace: string
  readonly metricName: string
  readonly dimensions: Readonly<Record<string, string>>
  /** `Sum`, `Average`, `p99`, `TC(0.5:)`, … */
  readonly stat: string
  /** 10, 30 or a multiple of 60, up to 3600. Default 60. */
  readonly periodSeconds: number
}

/** CloudWatch metric math over queries, each of which its `id` names in the expression. */
export interface MetricExpression {
  readonly expression: string
  readonly queries: readonly (Omit<CloudWatchMetric, 'periodSeconds'> & { readonly id: string })[]
  readonly periodSeconds: number
}

/** A metric of the user's own. */
export type OwnMetric = CloudWatchMetric | MetricExpression

export interface MetricGate extends GateCommon {
  readonly kind: 'metric'
  /** `error-rate` is a fraction 0–1, latencies are seconds, `requests` is per minute; all of the canary. Or your own. */
  readonly metric: RouterMetric | OwnMetric
  /** The window is bad when the value is above `max` or below `min`. At least one is given. */
  readonly max?: number
  readonly min?: number
  /** Consecutive bad windows until `fail`. Default 2. */
  readonly failures: number
  /** Windows with fewer canary requests are `no-data` (not for `requests`, nor for your own metrics). Default 100. */
  readonly minRequests: number
}

export interface ProbeGate extends GateCommon {
  readonly kind: 'probe'
  /** `{side}` becomes the canary's slot, `blue` or `green`. */
  readonly url: string
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT'
  readonly headers: Readonly<Record<string, string>>
  /** Codes and ranges: `200`, `200-299`, `200,204`. Default `200-299`. */
  readonly expectStatus: string
  /** Text that the body contains, or a JSON path with the value it must have. */
  readonly expectBody?: { readonly text: string } | { readonly path: string; readonly value: unknown }
  /** Real seconds, default 5. */
  readonly timeoutSeconds: number
  /** Bad answers in a row until `fail`, default 3. */
  readonly failures: number
  /** Good answers in a row until `pass`, default 2. */
  readonly successes: number
  readonly when: 'before' | 'during' | 'both'
}

/** Two counters of each side, summed over a period: requests, and those of them that were bad. */
export interface CustomCounters {
  readonly namespace: string
  /** Name of the metric that counts requests. */
  readonly requests: string
  /** Name of the metric that counts the bad ones among them. */
  readonly bad: string
  readonly dimensions: Readonly<Record<Slot, Readonly<Record<string, string>>>>
  readonly periodSeconds: 10 | 60
}

/** The canary against stable in the same minutes: an anytime-valid sequential test. */
export interface CompareGate extends GateCommon, ComparisonParameters {
  readonly kind: 'compare'
  /** With `slow` on the router's metrics: what is slow, seconds. */
  readonly slowSeconds?: number
  /** `router`: the target groups' own metrics, by the minute. */
  readonly source: 'router' | CustomCounters
  /** Its share of `alpha` among the enforcing compare gates: weight over the sum of weights. Default 1. */
  readonly weight: number
  /** `prove`: a step ends when the canary is proven no worse, early or late. Default `advance`. */
  readonly atStepEnd: 'advance' | 'prove'
}

/** Route 53 health checks, as their checkers report them. */
export interface Route53HealthGate extends GateCommon {
  readonly kind: 'route53-health'
  /** 1–100 ids. */
  readonly healthCheckIds: readonly string[]
  /** Default: all of them. */
  readonly minHealthy: number
}

/** A judge of the user's own, asked over HTTP; both sides sign. */
export interface WebhookGate extends GateCommon {
  readonly kind: 'webhook'
  readonly url: string
  /** Name of the shared secret in Parameter Store or Secrets Manager. */
  readonly secretName: string
  /** Real seconds, default 10. */
  readonly timeoutSeconds: number
  readonly when: 'before' | 'during' | 'both'
}

export type Gate =
  | TargetHealthGate
  | AlarmsGate
  | MetricGate
  | ProbeGate
  | CompareGate
  | Route53HealthGate
  | WebhookGate

/** `fail` beats `error` beats `no-data` beats `pass`. */
export type Outcome = 'pass' | 'fail' | 'no-data' | 'error'

/** A gate's answer, with the numbers it was made on. */
export interface Verdict {
  readonly outcome: Outcome
  /** One sentence for a person. */
  readonly reason: string
  /** Numbers, window and source: enough to recompute the verdict. Plain JSON. */
  readonly evidence: Readonly<Record<string, unknown>>
}

/**
 * What a gate remembers between two looks: its counts are per distinct window, however often anyone looks. Plain JSON,
 * stored beside the deployment; empty at the start of each step except where a gate's file says otherwise.
 */
export interface GateMemory {
  /** Step (zero-based) this memory belongs to; another step starts afresh. */
  readonly step: number
  /** End of the newest window judged, milliseconds since the epoch; 0 before the first. */
  readonly judgedUntilMs: number
  readonly badInARow: number
  readonly goodInARow: number
  /** Distinct windows without data (or failed looks) in a row, after the grace. */
  readonly misses: number
  /** When a failed reading last counted as a miss, milliseconds since the epoch; only where windows are counted. */
  readonly missedAtMs?: number
  /** Of a metric gate only: the bad windows in a row, each with its numbers, up to as many as make it fail. */
  readonly badWindows?: readonly Verdict['evidence'][]
  /** Of a compare gate only; lives through all steps. */
  readonly comparison?: ComparisonMemory
}

/** What a compare gate carries on from look to look and from step to step. */
export interface ComparisonMemory {
  /** What was fixed when the first look was taken: dispersion, cap, absolute limit, planned buckets. */
  readonly fixed: ComparisonFixed
  readonly state: ComparisonState
  /** Buckets that were seen and are not settled yet, oldest first. */
  readonly pending: readonly PendingBucket[]
  /** When the step that is counted had settled, milliseconds since the epoch. */
  readonly stepSettledAtMs: number
  /** Settled buckets of this step in which the canary had requests. */
  readonly bucketsInStep: number
  /** Why the newest settled window could not be used; null where it could. */
  readonly missing: string | null
  /** When its own evidence, or that of all compare gates together, made it fail; null: it has not. */
  readonly failedAtMs: number | null
  /** Only where all compare gates together made it fail: by which numbers. */
  readonly byMean?: FailureByMean
}

export interface FailureByMean {
  /** Evidence of all compare gates together. */
  readonly meanE: number
  /** What was left of the limit for this gate's own evidence, with what the others said. */
  readonly limit: number
  /** Zero-based index of the gate's newest bucket then. */
  readonly failedAt: number
}

export const emptyMemory = (step: number): GateMemory => ({
  step,
  judgedUntilMs: 0,
  badInARow: 0,
  goodInARow: 0,
  misses: 0,
})

/** One look: what was decided, and what to remember. */
export interface Judgement {
  readonly verdict: Verdict
  readonly memory: GateMemory
  /** True when the step may end as far as this gate is concerned: newest verdict `pass` from a window of this step. */
  readonly settled: boolean
  /** `misses` went over `noDataLimit`, or the step was prolonged to its limit: `onNoData` decides. */
  readonly missesSpent: boolean
}

/** Where in the deployment a look falls; times in milliseconds since the epoch, local time. */
export interface LookContext {
  readonly step: number
  readonly nowMs: number
  /** When the step's weight was verified and had settled; the step's clock starts here. */
  readonly settledAtMs: number
  /** When the first weight above 0 was written; null before. */
  readonly firstShiftAtMs: number | null
  /** Share of the canary in this step, percent. */
  readonly weight: number
}

export type { Problem }
