import type { RequestLane } from '../domain/request-budget.ts'

/** The account's five Route 53 requests a second, shared by every process. Real time. */
export interface RequestBudget {
  /**
   * Takes one slot if the lane may have one now; two are kept for rollbacks, and the background stands behind the
   * plan. A slot that was taken while the answer was lost is lost.
   * @returns 0 when taken; otherwise after how many milliseconds, 1 or more, it is worth asking again.
   * @throws {TransientError} If the budget cannot be read or written.
   */
  tryTake(lane: RequestLane): Promise<number>
  /**
   * Somebody outside used up the account's requests (Route 53 answered `Throttling`): nobody of the plan's lane asks for
   * a second, and a rollback when the next request is there again.
   * @throws {TransientError} If the budget cannot be read or written.
   */
  noteThrottled(): Promise<void>
}
