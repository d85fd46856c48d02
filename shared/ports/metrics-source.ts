import type { RouterMetric } from '../domain/gates/gate.ts'
import type { MetricsReading, MetricsWindow } from '../domain/gates/metric.ts'

export { metricsCompleteAfterSeconds } from '../domain/gates/metric.ts'
export type { MetricsReading, MetricsWindow }

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
