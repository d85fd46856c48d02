import type { Stratum } from '../../shared/domain/sequential-test.ts'

/** Probabilities of 0, 1, 2 … bad requests where each has a rate of its own. */
function countsOf(rates: readonly number[]): readonly number[] {
  return rates.reduce<readonly number[]>(
    (before, rate) => {
      const has = (count: number) => before[count] ?? 0
      return Array.from({ length: before.length + 1 }, (_, count) => has(count) * (1 - rate) + has(count - 1) * rate)
    },
    [1],
  )
}

/** The mean of e^logFactor over every outcome of two small sides, each request with its own rate. */
export function exactMean(
  rates: { readonly stable: readonly number[]; readonly canary: readonly number[] },
  logFactor: (stratum: Stratum) => number,
): number {
  const onCanary = countsOf(rates.canary)
  return countsOf(rates.stable).reduce(
    (sum, probability, badOnStable) =>
      onCanary.reduce((inner, other, badOnCanary) => {
        const stable = { requests: rates.stable.length, bad: badOnStable }
        const canary = { requests: rates.canary.length, bad: badOnCanary }
        return inner + probability * other * Math.exp(logFactor({ stable, canary }))
      }, sum),
    0,
  )
}

/** So many requests of one rate. */
export function ofRate(requests: number, rate: number): readonly number[] {
  return Array.from({ length: requests }, () => rate)
}
