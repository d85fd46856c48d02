import type { Deps } from '../../shared/deps.ts'
import { prepare } from '../../shared/use-cases/prepare.ts'
import { createTask, lambdaHandler, taskInput } from './task.ts'

export const createPrepare = (deps: Deps) =>
  createTask(deps, taskInput, ({ deploymentId }) => prepare(deps, deploymentId))

export const handler = lambdaHandler(createPrepare)
