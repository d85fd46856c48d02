import { type Distribution, partOf } from './distribution.ts'

/** How late the metrics of the cloud's own services (`AWS/…`) appear, in local seconds after the end of their minute. */
export interface MetricDelay {
  /** From here on a part of the minute shows. Default 60. */
  readonly partialSeconds: number
  /** From here on the minute shows whole. Default 120. */
  readonly wholeSeconds: number
}

export const defaultMetricDelay: MetricDelay = { partialSeconds: 60, wholeSeconds: 120 }

/** Fraction of a minute's observations that shows while its sources are still reporting. */
const partialShare = 0.6

/**
 * What a reader sees at `now` of a minute that began at `startAt`. Load balancer nodes report one by one, so the newest
 * point of a real metric is revised upward; a reader that trusts it judges too few requests.
 *
 * @returns Undefined while nothing shows yet.
 */
export function visibleAt(
  minute: Distribution,
  startAt: number,
  { now, delay }: { readonly now: number; readonly delay: MetricDelay },
): Distribution | undefined {
  const ageSeconds = (now - startAt - 60_000) / 1000
  if (ageSeconds >= delay.wholeSeconds) return minute
  return ageSeconds >= delay.partialSeconds ? partOf(minute, partialShare) : undefined
}
