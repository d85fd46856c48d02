import type { Deps } from '../../shared/deps.ts'
import { verifyCanary } from '../../shared/use-cases/verify-canary.ts'
import { createTask, lambdaHandler, taskInput } from './task.ts'

export const createVerifyCanary = (deps: Deps) =>
  createTask(deps, taskInput, ({ deploymentId }) => verifyCanary(deps, deploymentId))

export const handler = lambdaHandler(createVerifyCanary)
