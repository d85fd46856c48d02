import type { CountsReading } from '../domain/gates/compare-buckets.ts'
import type { CustomCounters, OwnMetric, RouterMetric } from '../domain/gates/gate.ts'
import type { MetricsReading, MetricsWindow } from '../domain/gates/metric.ts'
import type { SeriesReading, SeriesWindow } from '../domain/gates/own-metric.ts'
import type { AliasVersion } from '../domain/service.ts'
import type { Role } from '../domain/traffic.ts'

export { metricsCompleteAfterSeconds } from '../domain/gates/metric.ts'
export type { CountsReading, MetricsReading, MetricsWindow, SeriesReading, SeriesWindow }

/** Measurements of the sides of a deployment. Never throws for a provider's failure: that is `error`. */
export interface MetricsSource {
  /**
   * One-minute windows of all `sides` together that are complete (old enough that the provider revises them no more),
   * oldest first, from `fromMs` (rounded up to a whole minute) to `toMs`. A minute without data is present with nulls.
   */
  read(query: MetricsQuery): Promise<MetricsReading>
  /**
   * Requests of both sides and the bad ones among them: every window of the query's period that has ended by now, oldest
   * first, from `fromMs` (rounded up to a whole period) to `toMs`; windows without data are present with nulls.
   *
   * The newest windows are incomplete and will still change, by minutes: whoever uses them waits until they are settled.
   * There `bad` may exceed `requests`. Windows below a minute that are older than about three hours are left out, since
   * providers keep them no longer.
   */
  counts(query: CountsQuery): Promise<CountsReading>
  /**
   * A metric of the user's own, or an expression, by its own period: complete windows as `read` gives them, those without
   * a value null. An expression must give one series. Below a minute as far back as `counts`.
   */
  series(query: SeriesQuery): Promise<SeriesReading>
}

/** What one side of a route is measured by. */
export type MeasuredSide = GroupOfTargets | MeasuredVersion

/** A target group with the load balancer it hangs on. */
export interface GroupOfTargets {
  readonly targetGroupArn: string
  readonly loadBalancerArn: string
}

/** A version of a function, as called through an alias. */
export interface MeasuredVersion extends AliasVersion {
  readonly region: string
  /**
   * True where the alias sends all its calls to this version in the time that is asked about: minutes without numbers of
   * the version itself are then those of the alias. Default: false.
   */
  readonly isAlone?: boolean
}

/** What an operator looks for: the ARN of a target group, or an alias with a version. */
export function nameOfSide(side: MeasuredSide): string {
  return 'targetGroupArn' in side ? side.targetGroupArn : `${side.functionName}:${side.alias} version ${side.version}`
}

export interface MetricsQuery {
  readonly sides: readonly MeasuredSide[]
  readonly metric: RouterMetric
  readonly fromMs: number
  readonly toMs: number
}

export type CountsQuery = RouterCounts | CounterCounts

/** The counts of load balancers, and of Lambda, by the minute. */
export interface RouterCounts {
  readonly source: 'router'
  /**
   * `errors`: target 5xx and target connection errors, or calls that failed; 0 where there were requests and none is
   * published. `slow`: requests that took longer than `seconds`; null where the provider keeps no distribution to count them in.
   */
  readonly measure: { readonly type: 'errors' } | { readonly type: 'slow'; readonly seconds: number }
  /** One stratum each, in this order. A pair of sides that serves several routes must be named once. */
  readonly routes: readonly Readonly<Record<Role, MeasuredSide>>[]
  readonly fromMs: number
  readonly toMs: number
}

/** Two counters of the service's own: one stratum. The `bad` counter is 0 where there are requests and it has no data. */
export interface CounterCounts extends Omit<CustomCounters, 'dimensions'> {
  readonly source: 'counters'
  readonly dimensions: Readonly<Record<Role, CustomCounters['dimensions']['blue']>>
  readonly region: string
  readonly fromMs: number
  readonly toMs: number
}

export interface SeriesQuery {
  /** With every `{side}` filled in. */
  readonly metric: OwnMetric
  readonly region: string
  readonly fromMs: number
  readonly toMs: number
}
