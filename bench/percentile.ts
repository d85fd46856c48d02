/**
 * The smallest value that at least this share of the values do not exceed.
 *
 * @param share - Above 0, up to 1.
 * @returns NaN of no values.
 */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.ceil(share * sorted.length) - 1] ?? Number.NaN
}
