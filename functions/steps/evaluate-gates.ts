import type { Deps } from '../../shared/deps.ts'
import { evaluateGates } from '../../shared/use-cases/evaluate-gates.ts'
import { createTask, lambdaHandler, taskInput } from './task.ts'

export const createEvaluateGates = (deps: Deps) =>
  createTask(deps, taskInput, ({ deploymentId }) => evaluateGates(deps, deploymentId))

export const handler = lambdaHandler(createEvaluateGates)
