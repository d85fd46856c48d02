import type { Slot } from '../traffic.ts'
import type { CloudWatchMetric, OwnMetric, RouterMetric } from './gate.ts'
import type { Window } from './windows.ts'

/** One period of a metric of the user's own; null when the provider has no data for it. */
export interface SeriesWindow extends Window {
  readonly value: number | null
}

export type SeriesReading =
  | { readonly status: 'complete'; readonly windows: readonly SeriesWindow[]; readonly source: string }
  | { readonly status: 'error'; readonly reason: string; readonly source: string }

/** The metric of one side: `{side}` in the value of a dimension becomes the slot. */
export function metricOfSlot(metric: OwnMetric, slot: Slot): OwnMetric {
  if ('expression' in metric) return { ...metric, queries: metric.queries.map((query) => ofSlot(query, slot)) }
  return ofSlot(metric, slot)
}

function ofSlot<Query extends Pick<CloudWatchMetric, 'dimensions'>>(query: Query, slot: Slot): Query {
  const dimensions = Object.entries(query.dimensions).map(([name, value]) => [name, value.replaceAll('{side}', slot)])
  return { ...query, dimensions: Object.fromEntries(dimensions) }
}

/** How a sentence names a gate's metric: `error-rate`, `p99 of CheckoutTime`, the expression. */
export function nameOfMetric(metric: RouterMetric | OwnMetric): string {
  if (typeof metric === 'string') return metric
  return 'expression' in metric ? metric.expression : `${metric.stat} of ${metric.metricName}`
}

/** Length of a window of a gate's metric, seconds. */
export function periodOf(metric: RouterMetric | OwnMetric): number {
  return typeof metric === 'string' ? 60 : metric.periodSeconds
}
