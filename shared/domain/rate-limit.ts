/** How many requests of one caller are taken in a window, seconds. */
export interface RateRule {
  readonly most: number
  readonly windowSeconds: number
}

/**
 * What is counted apart from each other. `command`: what changes something. `take-back`: what takes traffic back or stops a
 * raise; it has a count of its own, so that whoever has used up the other one can still do it. `refused`: attempts from one
 * address that did not show who calls. `forbidden`: what a known caller may not do, reads included, since each is an entry
 * in the audit, where commands of others wait for their turn.
 */
export type RateKind = 'command' | 'take-back' | 'refused' | 'forbidden'

/** Requests in the window that runs, the one that asks included, and in the one before. */
export interface WindowCounts {
  readonly current: number
  readonly previous: number
}

/** Start of the window that runs, epoch milliseconds. */
export function windowStart({ windowSeconds }: RateRule, nowMs: number): number {
  const windowMs = windowSeconds * 1000
  return Math.floor(nowMs / windowMs) * windowMs
}

/**
 * Whether the request that was counted last is taken: 0, or milliseconds until another one has a chance.
 *
 * A sliding window from two fixed ones: of the last window, the part counts that is less than a window ago. One number is
 * added to for each request, which a database does in one step, and at no moment of a day twice `most` pass. Of what was too
 * much in the last window nothing counts: whoever goes on asking is let in again at the same time as whoever waits.
 */
export function waitMs(rule: RateRule, { current, previous }: WindowCounts, nowMs: number): number {
  const windowMs = rule.windowSeconds * 1000
  const elapsedMs = nowMs - windowStart(rule, nowMs)
  if (elapsedUntilFree(rule, previous, current) <= elapsedMs) return 0
  // In this window, or in the next one, which begins with what this one leaves behind.
  const inThisMs = elapsedUntilFree(rule, previous, current + 1)
  const freeMs = inThisMs < windowMs ? inThisMs : windowMs + elapsedUntilFree(rule, current, 1)
  return freeMs - elapsedMs
}

/**
 * Milliseconds of a window after which `current` requests fit beside what is left of `previous`; infinite if never. Whole
 * numbers only, so that nothing is a hair too much.
 */
function elapsedUntilFree({ most, windowSeconds }: RateRule, previous: number, current: number): number {
  if (current > most) return Number.POSITIVE_INFINITY
  const before = Math.min(previous, most)
  const windowMs = windowSeconds * 1000
  return before === 0 ? 0 : Math.max(0, windowMs - Math.floor(((most - current) * windowMs) / before))
}
