import { z } from 'zod'
import type { Deps } from '../../shared/deps.ts'
import type { Cause } from '../../shared/domain/deployment.ts'
import { systemActor } from '../../shared/domain/transition.ts'
import { rollBack } from '../../shared/use-cases/roll-back.ts'
import { taskAnswer } from '../../shared/use-cases/task-answer.ts'
import { createTask, lambdaHandler, taskInput } from './task.ts'

const cause: z.ZodType<Cause> = z.strictObject({
  type: z.enum(['gate', 'command', 'drift', 'recovery', 'superseded', 'preflight', 'driver']),
  gate: z.string().exactOptional(),
  actor: z
    .strictObject({ kind: z.enum(['local', 'iam', 'oidc', 'token', 'slack', 'system']), name: z.string() })
    .exactOptional(),
  reason: z.string(),
})

const rollBackInput = taskInput.extend({ cause: cause.exactOptional() })

/** Where the state machine comes here by a Catch, the record may not say why yet. */
const taskFailed: Cause = {
  type: 'recovery',
  actor: systemActor,
  reason: 'a task of the workflow failed for good; its note is among the events',
}

/** Called by the state machine, and directly by the API for an abort: the same function, the same answer. */
export const createRollBack = (deps: Deps) =>
  createTask(deps, rollBackInput, async (input) => {
    const deployment = await rollBack(deps, input.deploymentId, input.cause ?? taskFailed)
    return { ...taskAnswer(deployment, 'close', deps.clock.now()), outcome: 'restored' }
  })

export const handler = lambdaHandler(createRollBack)
