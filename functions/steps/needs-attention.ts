import type { Deps } from '../../shared/deps.ts'
import { needsAttention } from '../../shared/use-cases/needs-attention.ts'
import { createTask, lambdaHandler, taskInput } from './task.ts'

const reason = 'the rollback could not be done for an hour; the check goes on trying, a person should look'

export const createNeedsAttention = (deps: Deps) =>
  createTask(deps, taskInput, ({ deploymentId }) => needsAttention(deps, deploymentId, reason))

export const handler = lambdaHandler(createNeedsAttention)
