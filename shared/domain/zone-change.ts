import type { WeightedPair } from './record-set.ts'
import type { RouteState } from './traffic.ts'

/** Who goes first: rollbacks before everything that belongs to a plan. */
export type Lane = 'rollback' | 'plan'

/** A change of one pair of records that a deployment wants and the holder of the zone's lease sends. */
export interface ZoneChange {
  /** Unique and sortable: `{wantedAtMs}#{…}`. */
  readonly id: string
  readonly lane: Lane
  readonly deployment: string
  /** Puts back what a late write changed after the deployment's end: sent only while it is still watched. Default: false. */
  readonly afterEnd?: true
  readonly pair: WeightedPair
  /**
   * What must be there for the change to be sent; null: whatever is there is replaced, as a rollback does.
   */
  readonly expect: RouteState | null
  readonly target: RouteState
  /** Real time, milliseconds since the epoch. */
  readonly wantedAtMs: number
  /** Its writer waits until then, real time; after it nobody sends the change any more. */
  readonly giveUpAtMs: number
}

/** What became of a change, for its writer. */
export type ZoneChangeResult =
  /**
   * Read back equal to the target. `changeId` is null where nothing had to be sent, and where it was sent and the answer
   * was lost. `before`: what it replaced, null where that was not read.
   */
  | { readonly type: 'done'; readonly changeId: string | null; readonly before: RouteState | null }
  /** Something else than `expect` is there: nothing was sent. */
  | { readonly type: 'changed'; readonly found: RouteState }
  /** The records are gone, or cannot be divided: nothing was sent. */
  | { readonly type: 'gone'; readonly missing: boolean; readonly reason: string }
  /** The deployment is to be rolled back, held, or has ended: nothing was sent. */
  | { readonly type: 'stopped'; readonly reason: string }
  /** Route 53 refuses this change: nothing was written. */
  | { readonly type: 'refused'; readonly reason: string }

/** A change as it is kept: waiting, sent, or with its result. */
export interface KeptZoneChange extends ZoneChange {
  /** The batch it was accepted with; null while it waits, or was already there. */
  readonly accepted: { readonly changeId: string; readonly atMs: number } | null
  readonly result: ZoneChangeResult | null
}
