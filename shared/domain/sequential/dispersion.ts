/** Below this the estimate is taken for 1: that much is chance. */
const noiseUpTo = 1.2
/** Added on top of an estimate above that, for its own error. */
const margin = 1.1
/** Shortest block, minutes: the median over blocks keeps one incident from passing for burstiness. */
const blockMinutes = 60
/** Bad requests that a block should hold: with fewer its value comes out too low, measured 7.6 for a true 9 at 54. */
const badInBlock = 100
/** With fewer blocks a median protects from nothing. */
const fewestBlocks = 3

/**
 * How much burstier than independent events the baseline's counts by the minute are, by successive differences:
 * Σ (x_t − x_{t−1})² / Σ (x_t + x_{t−1}), the median over blocks of an hour or more. 1 for independent events, E[c²]/E[c] for events
 * that come in bursts of c; slow changes of the rate cancel.
 *
 * @param history - Bad requests of each minute, oldest first.
 * @returns Null where the history holds no bad request, or fewer than two minutes.
 * @see von Neumann et al., The mean square successive difference, 1941; McCullagh & Nelder, Generalized Linear Models,
 *   for dividing log-likelihoods by the dispersion
 */
export function estimateDispersion(history: readonly number[]): number | null {
  const bad = history.reduce((sum, count) => sum + count, 0)
  const wished = Math.max(fewestBlocks, Math.floor(bad / badInBlock))
  const blocks = Math.max(1, Math.min(wished, Math.floor(history.length / blockMinutes)))
  const size = Math.ceil(history.length / blocks)
  const found: number[] = []
  for (let block = 0; block < blocks; block++) {
    const value = ofBlock(history.slice(block * size, (block + 1) * size))
    if (value !== null) found.push(value)
  }
  return found.length === 0 ? null : median(found)
}

/** The dispersion to divide by: 1 up to 1.2, then the estimate and a tenth. 1 where nothing is known. */
export function toPhi(estimate: number | null): number {
  return estimate === null || estimate <= noiseUpTo ? 1 : margin * estimate
}

function ofBlock(counts: readonly number[]): number | null {
  let [squares, sums] = [0, 0]
  for (let index = 1; index < counts.length; index++) {
    const [before = 0, now = 0] = [counts[index - 1], counts[index]]
    squares += (now - before) ** 2
    sums += now + before
  }
  return sums === 0 ? null : squares / sums
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length / 2
  const [low = 0, high = 0] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]]
  return (low + high) / 2
}
