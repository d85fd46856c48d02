import type { RateKind, RateRule, WindowCounts } from '../domain/rate-limit.ts'

/** Counts requests by caller, for every process together. Real time. */
export interface RateCounts {
  /**
   * Counts one more request, whatever comes of it. One whose answer was lost may count twice.
   *
   * @param caller - Any text; nothing of it can be read in what is kept.
   * @throws {TransientError} If it cannot be counted.
   */
  count(kind: RateKind, caller: string, rule: RateRule): Promise<WindowCounts>
}
