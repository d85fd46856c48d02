import type { Deps } from '../deps.ts'
import type { OwnMetric } from '../domain/gates/gate.ts'
import { metricOfSlot } from '../domain/gates/own-metric.ts'
import type { Route } from '../domain/service.ts'
import type { Slot } from '../domain/traffic.ts'
import type { SeriesReading } from '../ports/metrics-source.ts'
import { metricsRegionOf } from './measured-routes.ts'

export interface OwnMetricWish {
  readonly metric: OwnMetric
  readonly slot: Slot
  /** The metric is looked for in their Region. */
  readonly routes: readonly Route[]
  readonly fromMs: number
}

/** A metric of the user's own, of one slot, up to now. */
export function readOwnMetric(
  deps: Pick<Deps, 'metrics' | 'clock' | 'homeRegion'>,
  { metric, slot, routes, fromMs }: OwnMetricWish,
): Promise<SeriesReading> {
  return deps.metrics.series({
    metric: metricOfSlot(metric, slot),
    region: metricsRegionOf(deps, routes),
    fromMs,
    toMs: deps.clock.now(),
  })
}
