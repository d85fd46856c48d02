/** Distinct values and how often each was seen. */
export type Histogram = Map<number, number>

/**
 * Counts one duration, rounded to three significant digits so that a busy minute keeps a bounded number of values
 * (CloudWatch takes them as Values and Counts). At most 900 a decade; an error of 0.5 % at worst.
 *
 * @param milliseconds - Real time. Latency is never scaled by the speed of local time: a loopback call takes as long as it
 *   takes, and a gate of 300 ms must mean the same at any speed.
 */
export function addResponseTime(histogram: Histogram, milliseconds: number): void {
  let microseconds = Math.max(1, Math.round(milliseconds * 1000))
  if (microseconds >= 1000) {
    let unit = 10
    while (microseconds >= unit * 1000) unit *= 10
    microseconds = Math.round(microseconds / unit) * unit
  }
  histogram.set(microseconds, (histogram.get(microseconds) ?? 0) + 1)
}

/** The observations in seconds, as the metric TargetResponseTime has them. */
export function toSeconds(histogram: Histogram): { values: number[]; counts: number[] } {
  return { values: [...histogram.keys()].map((microseconds) => microseconds / 1e6), counts: [...histogram.values()] }
}

/** Adds all of `from` to `into`. */
export function mergeHistogram(into: Histogram, from: Histogram): void {
  for (const [value, count] of from) into.set(value, (into.get(value) ?? 0) + count)
}
