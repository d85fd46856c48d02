import type { Deps } from '../deps.ts'
import { isFinal } from '../domain/deployment.ts'
import { changeDeployment } from './change-deployment.ts'
import { type TaskAnswer, taskAnswer } from './task-answer.ts'

/**
 * The rollback could not be done for an hour: says so in the record and pages a person. The service stays taken, and
 * the scheduled check goes on trying.
 */
export async function needsAttention(deps: Deps, id: string, reason: string): Promise<TaskAnswer> {
  const deployment = await changeDeployment(deps, id, (newest) =>
    isFinal(newest.phase) || newest.goal !== 'snapshot' ? null : { type: 'restore-failed', reason },
  )
  if (deployment.phase === 'rollback-failed') await deps.notifier.page(deployment, reason)
  return taskAnswer(deployment, 'close', deps.clock.now())
}
