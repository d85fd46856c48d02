/** What an expression yields: a number, one time series, or several. */
export type MathValue =
  | { readonly kind: 'scalar'; readonly value: number }
  | { readonly kind: 'series'; readonly series: TimeSeries }
  | { readonly kind: 'array'; readonly all: readonly TimeSeries[] }
  | { readonly kind: 'text'; readonly text: string }

export interface TimeSeries {
  readonly label: string
  /** Seconds between two points where nothing is missing. */
  readonly periodSeconds: number
  /** Value by time in milliseconds since the epoch, ascending; missing points are absent. */
  readonly points: ReadonlyMap<number, number>
}

export const scalar = (value: number): MathValue => ({ kind: 'scalar', value })
export const series = (of: TimeSeries): MathValue => ({ kind: 'series', series: of })
export const array = (all: readonly TimeSeries[]): MathValue => ({ kind: 'array', all })

/** The same series with each value changed; `undefined` and anything not finite drops the point. */
export function mapPoints(of: TimeSeries, change: (value: number, at: number) => number | undefined): TimeSeries {
  return withPoints(
    of,
    [...of.points].map(([at, value]) => [at, change(value, at)]),
  )
}

/** The same series with other points, sorted by time; points without a finite value are dropped. */
export function withPoints(of: TimeSeries, points: Iterable<readonly [number, number | undefined]>): TimeSeries {
  const kept: [number, number][] = []
  for (const [at, value] of points) if (value !== undefined && Number.isFinite(value)) kept.push([at, value])
  return { ...of, points: new Map(kept.sort(([a], [b]) => a - b)) }
}

/** Every instant at which at least one of the series has a point, ascending. */
export function instantsOf(all: readonly TimeSeries[]): number[] {
  return [...new Set(all.flatMap((one) => [...one.points.keys()]))].sort((a, b) => a - b)
}
