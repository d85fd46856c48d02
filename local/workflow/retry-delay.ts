import type { Retrier } from './definition.ts'

/**
 * How long a state waits before retry number `attempt`.
 *
 * @param attempt - 1 for the first retry.
 * @param random - From 0 up to, not including, 1; draws the jitter.
 * @returns Milliseconds. Defaults and order of the steps (backoff, cap, jitter) are those of Amazon States Language.
 * @see https://states-language.net/#errors
 */
export function retryDelayMs(retrier: Retrier, attempt: number, random: () => number): number {
  const grown = (retrier.IntervalSeconds ?? 1) * (retrier.BackoffRate ?? 2) ** (attempt - 1)
  const capped = Math.min(grown, retrier.MaxDelaySeconds ?? Number.POSITIVE_INFINITY)
  return (retrier.JitterStrategy === 'FULL' ? random() * capped : capped) * 1000
}
