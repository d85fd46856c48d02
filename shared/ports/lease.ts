import type { RouteState } from '../domain/traffic.ts'

/**
 * One writer per resource. The item behind a lease is never deleted and has no TTL: its fence only rises. It also
 * remembers what we last wrote, so that a change by anybody else shows.
 */
export interface Leases {
  /**
   * Takes the lease for `leaseMs` of real time if it is free, has run out, or is held by the same `holder`.
   * @returns Null while another holder has it.
   */
  take(resource: string, holder: string, leaseMs: number): Promise<Lease | null>
  /** True while this lease is the newest and has not run out. Strongly consistent. */
  isHeld(lease: Lease): Promise<boolean>
  /** Notes what is about to be written, before it is. @throws {ConflictError} If the lease was lost. */
  intend(lease: Lease, state: RouteState): Promise<void>
  /** Notes that `state` was read back. @throws {ConflictError} If the lease was lost. */
  confirm(lease: Lease, state: RouteState): Promise<void>
  /** Frees the lease if it is still ours; otherwise nothing. */
  giveBack(lease: Lease): Promise<void>
  /** The item as it stands, for people and for drift checks; null before the first taking. */
  peek(resource: string): Promise<LeaseView | null>
}

export interface LeaseMemory {
  /** What was last read back after a write of ours; null before the first. */
  readonly lastWritten: RouteState | null
  /** What was about to be written when the lease was last held; null when that was confirmed. */
  readonly intended: RouteState | null
}

export interface Lease extends LeaseMemory {
  readonly resource: string
  readonly holder: string
  /** Rises with each taking. */
  readonly fence: number
  /** Real time, milliseconds since the epoch. */
  readonly expiresAtMs: number
}

export interface LeaseView extends LeaseMemory {
  readonly resource: string
  readonly holder: string | null
  readonly fence: number
  readonly expiresAtMs: number
}
