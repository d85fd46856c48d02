/** A fixed place where a version runs: a target group, a record set. The slots swap roles with each release. */
export type Slot = 'blue' | 'green'

/** What a slot is to one deployment: the trusted version, or the version on trial. */
export type Role = 'stable' | 'canary'

export const slots: readonly Slot[] = ['blue', 'green']

/** The other slot. */
export function otherSlot(slot: Slot): Slot {
  return slot === 'blue' ? 'green' : 'blue'
}

/** Raw router weights by slot. `null`: the slot is not part of the routing action at all. */
export type RawWeights = Readonly<Record<Slot, number | null>>

/**
 * One route's routing as the provider reports it: the weights, and everything else that a write must keep.
 * Plain JSON: it is stored as the snapshot that a rollback restores.
 */
export interface RouteState {
  readonly weights: RawWeights
  /**
   * Canonical text of all that is not a weight (other actions, their order, stickiness). Two states route alike only if
   * this text is equal.
   */
  readonly settings: string
  /** What the adapter needs to put this state back. Opaque outside the adapter; never holds a secret. */
  readonly raw: unknown
}
