import { noteThrottling, type RequestBudgetState, takeRequest } from '../../domain/request-budget.ts'
import type { Clock } from '../../ports/clock.ts'
import type { RequestBudget } from '../../ports/request-budget.ts'

/** The account's requests in memory, for tests. Time is the clock's real time. */
export function createMemoryRequestBudget(clock: Pick<Clock, 'realNow'>): RequestBudget {
  let state: RequestBudgetState | null = null
  return {
    async tryTake(lane) {
      const taking = takeRequest(state, lane, clock.realNow())
      if (!taking.taken) return taking.waitMs
      state = taking.state
      return 0
    },
    async noteThrottled() {
      state = noteThrottling(state, clock.realNow())
    },
  }
}
