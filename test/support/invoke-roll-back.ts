import type { Task } from '../../functions/steps/task.ts'
import { TransientError } from '../../shared/domain/errors.ts'

/** As the shipped invoker reads the function's answer. */
export async function invokeRollBack(tasks: Readonly<Record<string, Task>>, event: object) {
  try {
    const answer = await tasks.RollBack?.(event)
    const said = typeof answer === 'object' && answer !== null && 'outcome' in answer ? answer.outcome : undefined
    if (said === 'restored' || said === 'under-way') return said
  } catch (error) {
    throw new TransientError('the roll-back function failed', { cause: error })
  }
  throw new TransientError('the roll-back function answered nothing that is known')
}
