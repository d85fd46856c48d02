/** Has another function do some work, without waiting for it. */
export interface WorkStarter {
  /**
   * Comes back once somebody has the work for certain, not when it is done. It may be done more than once.
   *
   * @param payload - Plain JSON.
   * @throws {TransientError} If nobody could be given it, or that is not known.
   */
  start(payload: object): Promise<void>
}
