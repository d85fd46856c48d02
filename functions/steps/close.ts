import type { Deps } from '../../shared/deps.ts'
import { closeDeployment } from '../../shared/use-cases/roll-back.ts'
import { taskAnswer } from '../../shared/use-cases/task-answer.ts'
import { createTask, lambdaHandler, taskInput } from './task.ts'

export const createClose = (deps: Deps) =>
  createTask(deps, taskInput, async ({ deploymentId }) =>
    taskAnswer(await closeDeployment(deps, deploymentId), 'close', deps.clock.now()),
  )

export const handler = lambdaHandler(createClose)
