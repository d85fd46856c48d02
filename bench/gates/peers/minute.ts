import type { SideCounts } from '../../../shared/domain/sequential/comparison.ts'

/** What a monitoring system knows about one minute of a deployment. */
export interface Minute {
  readonly stable: SideCounts
  readonly canary: SideCounts
  /** Instances of the old version that get as much traffic as the canary, for the judge that wants an equal control. */
  readonly cohort: SideCounts
}

/**
 * A peer's rule over a deployment.
 *
 * @param minutes - From the first shift on. A rule looks at a minute when it is over, and never ahead.
 * @returns After how many whole minutes it rolls back; null: not within these minutes.
 */
export type Rule = (minutes: readonly Minute[]) => number | null
