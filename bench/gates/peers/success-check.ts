import type { SideCounts } from '../../../shared/domain/sequential/comparison.ts'

/** Whether a minute's success rate is below `minimum` (fraction). A minute without requests has no rate, and fails. */
export function failsCheck({ requests, bad }: SideCounts, minimum: number): boolean {
  return requests === 0 || (requests - bad) / requests < minimum
}
