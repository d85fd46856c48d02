import type { RouterMetric } from '../domain/gates/gate.ts'

/** Measurements of one side of a deployment, summed over the routes of a wave. */
export interface MetricsSource {
  /**
   * One-minute windows of `targetGroupArns` that are complete (old enough that the provider revises them no more),
   * oldest first, from `fromMs` (rounded up to a whole minute) to `toMs`. A minute without data is present with nulls.
   * Never throws for a provider's failure: that is `error`.
   */
  read(query: MetricsQuery): Promise<MetricsReading>
}

export interface MetricsQuery {
  /** Every group with the load balancer it hangs on. */
  readonly groups: readonly { readonly targetGroupArn: string; readonly loadBalancerArn: string }[]
  readonly metric: RouterMetric
  readonly fromMs: number
  readonly toMs: number
}

export type MetricsReading =
  | { readonly status: 'complete'; readonly windows: readonly MetricsWindow[]; readonly source: string }
  | { readonly status: 'error'; readonly reason: string; readonly source: string }

export interface MetricsWindow {
  readonly startMs: number
  readonly endMs: number
  /** Requests that reached a target; null when the provider has no data for this minute. */
  readonly requests: number | null
  /** Target 5xx plus target connection errors; null when not asked for or there were no requests. */
  readonly errors: number | null
  /** The asked percentile, seconds; the worst of several groups. Null when not asked for or absent. */
  readonly latencySeconds: number | null
}

/** How long after a minute's end its metrics count as complete, seconds (CloudWatch: 1–3 minutes until revised no more). */
export const metricsCompleteAfterSeconds = 120
