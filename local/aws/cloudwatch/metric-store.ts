import { Buckets, type Observations } from './buckets.ts'
import { type Distribution, mergeDistributions } from './distribution.ts'
import { type MetricIdentity, metricKey } from './metric-identity.ts'
import { type MetricDelay, visibleAt } from './visibility.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs
/** CloudWatch keeps one-minute data 15 days and data below a minute 3 hours. We keep nothing coarser after that. */
const keepMs = 15 * 24 * hourMs
const keepFineMs = 3 * hourMs
/** ListMetrics names a metric for two weeks after its last data. */
const listMs = 14 * 24 * hourMs
/** Saved across a restart. All 15 days would make every save slow for data no gate looks at. */
const saveMs = 3 * hourMs

export interface MetricStoreOptions {
  /** Local time in milliseconds since the epoch. */
  readonly now: () => number
  readonly delay: MetricDelay
  /** Minutes kept over all metrics, so that memory stays bounded; the oldest go first. Default 200,000. */
  readonly maxBuckets?: number
}

export interface Addition {
  readonly unit: string
  /** Local time of the observations, in milliseconds since the epoch. */
  readonly at: number
  readonly highResolution: boolean
  readonly observations: Observations
}

export interface Reading {
  readonly fromAt: number
  readonly toAt: number
  readonly periodMs: number
  /** Only data of this unit. Default: all units together. */
  readonly unit?: string | undefined
}

/** Every metric's observations, on local time. Metrics of `AWS/…` appear late, all others at once. */
export interface MetricStore {
  add(metric: MetricIdentity, addition: Addition): void
  /** What is visible now, by the start of its period; periods without data are absent. Unknown metrics are empty. */
  read(metric: MetricIdentity, reading: Reading): Map<number, Distribution>
  /** Units seen for the metric. */
  units(metric: MetricIdentity): string[]
  /** Metrics with data in the last two weeks, in a stable order. */
  list(): readonly ListedMetric[]
  /** Forgets what is too old or too much. */
  prune(): void
  save(): SavedMetrics
  load(saved: SavedMetrics): void
  reset(): void
}

export interface ListedMetric extends MetricIdentity {
  /** Local time of the newest data, in milliseconds since the epoch. */
  readonly lastDataAt: number
}

/** Plain JSON; each bucket is [start, values, counts, sums]. */
export interface SavedMetrics {
  readonly series: readonly {
    readonly metric: MetricIdentity
    readonly unit: string
    readonly buckets: readonly (readonly [number, number[], number[], Distribution['set'] | null])[]
  }[]
}

interface Series {
  readonly metric: MetricIdentity
  readonly byUnit: Map<string, Buckets>
}

export function createMetricStore({ now, delay, maxBuckets = 200_000 }: MetricStoreOptions): MetricStore {
  const all = new Map<string, Series>()

  const bucketsFor = (metric: MetricIdentity, unit: string): Buckets => {
    const key = metricKey(metric)
    const series = all.get(key) ?? { metric, byUnit: new Map<string, Buckets>() }
    all.set(key, series)
    const buckets = series.byUnit.get(unit) ?? new Buckets()
    series.byUnit.set(unit, buckets)
    return buckets
  }

  const showing = (metric: MetricIdentity, startAt: number, whole: Distribution) =>
    metric.namespace.startsWith('AWS/') ? visibleAt(whole, startAt, { now: now(), delay }) : whole

  return {
    add(metric, { unit, at, highResolution, observations }) {
      const stepMs = highResolution ? 1000 : minuteMs
      bucketsFor(metric, unit).add(at - (at % stepMs), observations)
    },

    read(metric, { fromAt, toAt, periodMs, unit }) {
      const parts = new Map<number, Distribution[]>()
      for (const [ofUnit, buckets] of all.get(metricKey(metric))?.byUnit ?? []) {
        if (unit !== undefined && unit !== ofUnit) continue
        for (const [startAt, whole] of buckets.between(fromAt, toAt)) {
          const visible = showing(metric, startAt, whole)
          if (!visible || (visible.entries.length === 0 && !visible.set)) continue
          const period = startAt - ((startAt - fromAt) % periodMs)
          const found = parts.get(period)
          if (found) found.push(visible)
          else parts.set(period, [visible])
        }
      }
      return new Map([...parts].sort(([a], [b]) => a - b).map(([period, found]) => [period, mergeDistributions(found)]))
    },

    units: (metric) => [...(all.get(metricKey(metric))?.byUnit.keys() ?? [])],

    list() {
      const oldest = now() - listMs
      return [...all.values()].flatMap(({ metric, byUnit }) => {
        const buckets = [...byUnit.values()]
        const lastDataAt = Math.max(...buckets.map((b) => b.lastStart ?? Number.NEGATIVE_INFINITY))
        const firstDataAt = Math.min(...buckets.map((b) => b.firstStart ?? Number.POSITIVE_INFINITY))
        const appearsAt = metric.namespace.startsWith('AWS/')
          ? firstDataAt + minuteMs + delay.partialSeconds * 1000
          : firstDataAt
        return lastDataAt >= oldest && appearsAt <= now() ? [{ ...metric, lastDataAt }] : []
      })
    },

    prune() {
      for (const [key, { byUnit }] of all) {
        for (const [unit, buckets] of byUnit) {
          buckets.dropBefore(now() - keepMs)
          buckets.rollUpBefore(now() - keepFineMs)
          if (buckets.size === 0) byUnit.delete(unit)
        }
        if (byUnit.size === 0) all.delete(key)
      }
      dropOldest(
        [...all.values()].flatMap(({ byUnit }) => [...byUnit.values()]),
        maxBuckets,
      )
    },

    save: () => ({
      series: [...all.values()].flatMap(({ metric, byUnit }) =>
        [...byUnit].map(([unit, buckets]) => ({
          metric,
          unit,
          buckets: [...buckets.between(now() - saveMs, Number.POSITIVE_INFINITY)].map(
            ([startAt, { entries, set }]) =>
              [startAt, entries.map(([value]) => value), entries.map(([, count]) => count), set ?? null] as const,
          ),
        })),
      ),
    }),

    load({ series }) {
      all.clear()
      for (const { metric, unit, buckets } of series)
        for (const [startAt, values, counts, set] of buckets) {
          if (values.length > 0) bucketsFor(metric, unit).add(startAt, { values, counts })
          if (set) bucketsFor(metric, unit).add(startAt, { set })
        }
    },

    reset: () => all.clear(),
  }
}

/** Drops the oldest buckets, whichever metric's they are, until at most `limit` are left (or a few more: ties stay). */
function dropOldest(buckets: readonly Buckets[], limit: number): void {
  const total = buckets.reduce((sum, b) => sum + b.size, 0)
  if (total <= limit) return
  const starts = buckets.flatMap((b) => b.starts)
  const cutAt = starts.sort((a, b) => a - b)[total - limit]
  if (cutAt !== undefined) for (const b of buckets) b.dropBefore(cutAt)
}
