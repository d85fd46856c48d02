/**
 * Which Route 53 changes are in place on every server: one item a batch, whatever the number of deployments in it. What
 * was noted may be forgotten after a day; Route 53 is asked again then.
 *
 * @throws {TransientError} Every method, if the store cannot be reached; what was to be noted may be.
 */
export interface Propagation {
  /** Null where nobody has asked about this change yet. Strongly consistent. */
  read(changeId: string): Promise<PropagationView | null>
  /**
   * True for one caller per `everyMs` of local time: that one asks Route 53, the others wait for what it notes. False
   * for everybody once the change was seen in place.
   * @param nowMs - Local time, milliseconds since the epoch.
   */
  claimPoll(changeId: string, nowMs: number, everyMs: number): Promise<boolean>
  /** Notes that it was seen in place, local time. Repeating it keeps the first. */
  noteInsync(changeId: string, atMs: number): Promise<void>
}

export interface PropagationView {
  /** Local time, milliseconds since the epoch; null while it is still spreading. */
  readonly insyncAtMs: number | null
}
