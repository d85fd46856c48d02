import { mean } from './effect-size.ts'

/** Whether each value lies outside what the detector takes for normal. */
export type OutlierDetector = (values: readonly number[]) => readonly boolean[]

/**
 * Tukey's fences: `factor` interquartile ranges outside the quartiles.
 *
 * @param reduceSensitivity - Keeps what lies between the 1st and the 99th percentile, whatever the fences say.
 */
export function iqrDetector(factor: number, reduceSensitivity = false): OutlierDetector {
  return (values) => {
    const sorted = Float64Array.from(values).sort()
    const [low, high] = [quantile(sorted, 0.25), quantile(sorted, 0.75)]
    const reach = factor * (high - low)
    const lower = reduceSensitivity ? Math.min(quantile(sorted, 0.01), low - reach) : low - reach
    const upper = reduceSensitivity ? Math.max(quantile(sorted, 0.99), high + reach) : high + reach
    return values.map((value) => value < lower || value > upper)
  }
}

/** `k` standard deviations (of a sample) around the mean. */
export function kSigmaDetector(k: number): OutlierDetector {
  return (values) => {
    const centre = mean(values)
    const squares = values.reduce((sum, value) => sum + (value - centre) ** 2, 0)
    const reach = k * Math.sqrt(squares / (values.length - 1))
    return values.map((value) => value < centre - reach || value > centre + reach)
  }
}

/** R's type 7: linear between the order statistics. NaN for no values. */
export function quantile(sorted: Float64Array, at: number): number {
  const place = at * (sorted.length - 1)
  const [below = Number.NaN, above = Number.NaN] = [sorted[Math.floor(place)], sorted[Math.ceil(place)]]
  return below + (above - below) * (place - Math.floor(place))
}
