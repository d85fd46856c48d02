/** What makes a metric: every combination of dimensions is one of its own. */
export interface MemoryMetric {
  readonly namespace: string
  readonly metricName: string
  readonly dimensions: Readonly<Record<string, string>>
}

/** Observations of users' own metrics, each at its instant. */
export interface MemoryObservations {
  add(metric: MemoryMetric, atMs: number, value: number): void
  /** What was observed from `startMs` up to, not including, `endMs`. */
  between(metric: MemoryMetric, startMs: number, endMs: number): readonly number[]
}

export function createMemoryObservations(): MemoryObservations {
  const byMetric = new Map<string, { readonly atMs: number; readonly value: number }[]>()
  return {
    add(metric, atMs, value) {
      const key = keyOf(metric)
      byMetric.set(key, [...(byMetric.get(key) ?? []), { atMs, value }])
    },
    between(metric, startMs, endMs) {
      const all = byMetric.get(keyOf(metric)) ?? []
      return all.filter(({ atMs }) => atMs >= startMs && atMs < endMs).map(({ value }) => value)
    },
  }
}

function keyOf({ namespace, metricName, dimensions }: MemoryMetric): string {
  return JSON.stringify([namespace, metricName, Object.entries(dimensions).toSorted(([a], [b]) => (a < b ? -1 : 1))])
}
