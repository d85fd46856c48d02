import type { Deps } from '../../shared/deps.ts'
import { closeAndStartNext } from '../../shared/use-cases/queue/close-and-start-next.ts'
import { taskAnswer } from '../../shared/use-cases/task-answer.ts'
import { createTask, lambdaHandler, taskInput } from './task.ts'

export const createClose = (deps: Deps) =>
  createTask(deps, taskInput, async ({ deploymentId }) =>
    taskAnswer(await closeAndStartNext(deps, deploymentId), 'close', deps.clock.now()),
  )

export const handler = lambdaHandler(createClose)
