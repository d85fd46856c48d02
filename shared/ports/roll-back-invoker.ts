import type { Cause } from '../domain/deployment.ts'

/** Calls the roll-back function and waits for its answer: the API itself holds no write right on traffic. */
export interface RollBackInvoker {
  /**
   * @returns `restored` when traffic was read back equal to the snapshot, `under-way` when that is not yet so.
   * @throws {TransientError} If the function could not be invoked or failed; the recorded goal stands.
   */
  rollBack(id: string, cause: Cause): Promise<'restored' | 'under-way'>
}
