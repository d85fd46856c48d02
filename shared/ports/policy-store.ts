import type { Policy } from '../domain/access/policy.ts'

/**
 * Keeps the policy.
 *
 * @throws {TransientError} Both methods, if the store cannot be reached; the policy may be saved.
 */
export interface PolicyStore {
  /** Strongly consistent; null: nobody has saved one yet. */
  read(): Promise<Policy | null>
  /**
   * Saves `policy`, whose `version` is the one that was read (0: there must be none), as the version one above.
   * @returns The saved policy.
   * @throws {ConflictError} If it changed since it was read.
   */
  save(policy: Policy): Promise<Policy>
}
