import { TransientError } from '../../domain/errors.ts'
import { noteThrottling, type RequestBudgetState, takeRequest } from '../../domain/request-budget.ts'
import type { Clock } from '../../ports/clock.ts'
import type { RequestBudget } from '../../ports/request-budget.ts'
import { fromRequestBudgetItem, type Item, keys, readNumber, toRequestBudgetItem } from './item.ts'
import { type Condition, createItemTable, ifAbsent, type TableOptions } from './item-table.ts'

export interface RequestBudgetOptions extends TableOptions {
  /** The budget is real time, as Route 53's limit is; every caller's clock is taken to be right within a second or so. */
  readonly clock: Pick<Clock, 'realNow' | 'sleep'>
  /** 0 up to below 1, for the pauses between tries. Default `Math.random`. */
  readonly random?: () => number
}

/**
 * Each lost try means that another caller's write went through. As long as nothing flows back, ten of those are twice
 * what the account's bucket holds.
 */
const tries = 10
/** Longest pause between two tries, real milliseconds. */
const longestPauseMs = 20
/** Worth asking again after so long where every try was lost, real milliseconds. */
const crowdedMs = 50

/**
 * The account's requests in DynamoDB: one item, written only if it is still what was read. Whoever gets nothing writes
 * nothing, so a crowd that waits costs reads alone.
 */
export function createDynamoDbRequestBudget(options: RequestBudgetOptions): RequestBudget {
  const { clock, random = Math.random } = options
  const table = createItemTable(options)

  /**
   * @param change - What is to become of the state; an answer instead of a state: nothing is written.
   * @returns That answer, 'written', or 'crowded' if others were faster each time.
   */
  async function update(
    change: (state: RequestBudgetState | null) => RequestBudgetState | number,
  ): Promise<number | 'written' | 'crowded'> {
    let standing = await table.get(keys.requestBudget)
    for (let attempt = 0; attempt < tries; attempt++) {
      if (attempt > 0) await clock.sleep(random() * longestPauseMs)
      const next = change(standing && fromRequestBudgetItem(standing))
      if (typeof next === 'number') return next
      const revision = standing === null ? 0 : readNumber(standing, 'revision')
      const written = await table.putIf(toRequestBudgetItem(next, revision + 1), ifUnmoved(standing))
      if (written.ours) return 'written'
      standing = written.standing
    }
    return 'crowded'
  }

  return {
    async tryTake(lane) {
      const done = await update((state) => {
        const taking = takeRequest(state, lane, clock.realNow())
        return taking.taken ? taking.state : taking.waitMs
      })
      if (done === 'crowded') return crowdedMs
      return done === 'written' ? 0 : done
    },
    async noteThrottled() {
      const done = await update((state) => noteThrottling(state, clock.realNow()))
      if (done === 'crowded')
        throw new TransientError('the request budget is changed by others all the time; try again')
    },
  }
}

function ifUnmoved(standing: Item | null): Condition {
  if (standing === null) return ifAbsent
  return { expression: 'revision = :read', values: { ':read': readNumber(standing, 'revision') } }
}
