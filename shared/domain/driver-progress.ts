import { toCanonicalText } from './canonical-text.ts'

/** At what a driver's deployment waits for somebody to let it go on. */
export type DriverWait = 'ready' | 'termination'

export const driverStatuses = [
  'created',
  'queued',
  'in-progress',
  'baking',
  'ready',
  'succeeded',
  'failed',
  'stopped',
] as const

export type DriverStatus = (typeof driverStatuses)[number]

/** One lifecycle event of a driver's deployment: `Install`, `AllowTraffic`, a hook. */
export interface LifecycleEvent {
  readonly name: string
  readonly status: 'pending' | 'in-progress' | 'succeeded' | 'failed' | 'skipped' | 'unknown'
  /** What went wrong in it, as the driver says it; absent: nothing, or nothing known. */
  readonly problem?: string
  /** When it began, ISO 8601; absent: it has not, or the driver does not say. */
  readonly startedAt?: string
}

/** How far a driver's deployment has come, as the driver reports it. Plain JSON: it is kept in the record. */
export interface DriverProgress {
  /** The driver's own id: `d-A1B2C3D4E`. */
  readonly deploymentId: string
  readonly status: DriverStatus
  /** The share of the new version, percent 0–100; null where the driver reports none. */
  readonly weight: number | null
  /** Null: it goes on by itself. */
  readonly waitsFor: DriverWait | null
  /** In their order; of several targets the one that is furthest behind. */
  readonly events: readonly LifecycleEvent[]
  /** Why it failed or was stopped; null while nothing is wrong. */
  readonly error: { readonly code: string; readonly message: string } | null
  /** The deployment that takes it back; null while there is none. */
  readonly rollbackId: string | null
}

/** True once nothing of it goes on any more. What it rolls back to is a deployment of its own. */
export function hasEnded({ status }: Pick<DriverProgress, 'status'>): boolean {
  return status === 'succeeded' || status === 'failed' || status === 'stopped'
}

/** True where two looks saw the same: a store may hand back members in another order. */
export function isSameLook(a: DriverProgress, b: DriverProgress): boolean {
  return toCanonicalText(a) === toCanonicalText(b)
}

/** What a driver says of a failure: its code, and its words. */
export function errorSentence({ code, message }: NonNullable<DriverProgress['error']>): string {
  return `${code}: ${message}`
}
