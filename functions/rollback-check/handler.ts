import * as z from 'zod'
import type { Deps } from '../../shared/deps.ts'
import { checkOpenDeployments, reportOnOpenDeployments } from '../../shared/use-cases/check-open-deployments.ts'
import { lambdaHandler, type Task } from '../steps/task.ts'

/** How the API calls it; the schedule and events of AWS send something else. */
const asksForReport = z.object({ answer: z.literal('report') })

/**
 * On the schedule and on events it fails if anything could not be checked: an alarm counts its errors. Who calls it reads
 * that in the answer.
 */
export function createRollbackCheck(deps: Deps): Task {
  return (event) =>
    asksForReport.safeParse(event).success ? reportOnOpenDeployments(deps) : checkOpenDeployments(deps)
}

export const handler = lambdaHandler(createRollbackCheck)
