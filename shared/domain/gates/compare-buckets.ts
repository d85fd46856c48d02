import type { Stratum } from '../sequential-test.ts'
import type { Window } from './windows.ts'

/** A bucket as it was settled: kept with the deployment, used once, never revised. */
export interface SettledBucket extends Window {
  /** Step (zero-based) it lies in. */
  readonly step: number
  /** The canary's configured share in it, percent. */
  readonly weight: number
  /** One entry a route, in the order of the deployment's routes. */
  readonly strata: readonly Stratum[]
}

/** A bucket as it was seen at an earlier look: settled when it is old enough and a later look sees the same. */
export interface PendingBucket extends Window {
  readonly strata: readonly StratumReading[]
}

/** One side in one bucket as its source has it; null: the source has no such number. */
export interface SideReading {
  readonly requests: number | null
  /** Errors, or requests over the limit. 0 where there were requests and the source publishes none only if there are any. */
  readonly bad: number | null
}

export interface StratumReading {
  readonly stable: SideReading
  readonly canary: SideReading
}

export type CountsReading =
  | { readonly status: 'complete'; readonly windows: readonly PendingBucket[]; readonly source: string }
  | { readonly status: 'error'; readonly reason: string; readonly source: string }
