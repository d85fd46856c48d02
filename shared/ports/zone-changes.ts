import type { KeptZoneChange, Lane, ZoneChange, ZoneChangeResult } from '../domain/zone-change.ts'

/**
 * The wanted changes of each hosted zone: one item each, its writer's and the holder's only way to talk. Every method may
 * be called many times in parallel, and repeated when its answer was lost.
 *
 * Methods that take a change find it by zone, lane and id.
 *
 * @throws {TransientError} Every method, if the store cannot be reached; what was to be noted may be.
 * @throws {InvariantError} `add` and `noteResult`, for what is too large to be kept.
 */
export interface ZoneChanges {
  /** Keeps a change until it is removed or forgotten. Repeating it changes nothing, also once it has a result. */
  add(change: ZoneChange): Promise<void>
  /**
   * The changes of a zone without a result, rollbacks first, then the one that waits longest; those among them that were
   * given up by now are for the holder to settle. Strongly consistent. Forgets, with or without a result, what was given
   * up {@link forgottenAfterMs} ago: its writer died.
   * @param lane - Only this one's. Default: both.
   */
  waiting(hostedZoneId: string, lane?: Lane): Promise<readonly KeptZoneChange[]>
  /** The change as it stands; null once it was removed. Strongly consistent. */
  read(change: ZoneChange): Promise<KeptZoneChange | null>
  /**
   * Notes that a batch with this change was accepted. A change that had to be sent again is in place with its last
   * batch, so the latest `atMs` stays, in whatever order the notes arrive. Nothing where the change was removed or has
   * its result.
   * @param atMs - Real time, milliseconds since the epoch.
   */
  noteAccepted(change: ZoneChange, changeId: string, atMs: number): Promise<void>
  /** Notes what became of it, once: a later result is dropped. Nothing where the change was removed. */
  noteResult(change: ZoneChange, result: ZoneChangeResult): Promise<void>
  /** Forgets a change. Nothing where it is gone already. */
  remove(change: ZoneChange): Promise<void>
}

/** How long after its `giveUpAtMs` a change that nobody removed is kept, real milliseconds: long past every wait for it. */
export const forgottenAfterMs = 600_000
