/** Makes of a secret what may be kept. Slow by intent. */
export interface TokenHasher {
  /** Another text each time, for the same secret too: it has a salt of its own. */
  hash(secret: string): Promise<string>
  /**
   * Whether `hash` was made of `secret`; compared in constant time.
   *
   * @throws {TransientError} If too many are being checked; nothing was.
   * @throws {InvariantError} If `hash` is none of ours.
   */
  verify(secret: string, hash: string): Promise<boolean>
}
