import { z } from 'zod'
import type { Deps } from '../../shared/deps.ts'
import { type Cause, type Deployment, isFinal, isOver } from '../../shared/domain/deployment.ts'
import { systemActor } from '../../shared/domain/transition.ts'
import { loadDeployment } from '../../shared/use-cases/change-deployment.ts'
import { startNextQuietly } from '../../shared/use-cases/queue/start-next.ts'
import { closeDeployment, rollBack } from '../../shared/use-cases/roll-back.ts'
import { rollBackIfSafe } from '../../shared/use-cases/roll-back-if-safe.ts'
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

/** With a cause a person's wish, which is only carried out; without one the state machine's own decision. */
async function finish(deps: Deps, id: string, cause: Cause | undefined): Promise<Deployment> {
  if (cause) return rollBack(deps, id, cause)
  const deployment = await loadDeployment(deps, id)
  // Its last write may have failed after the success was recorded: there is nothing to take back, only to tidy up.
  if (deployment.phase === 'succeeded') return closeDeployment(deps, id)
  return rollBackIfSafe(deps, deployment, taskFailed)
}

/** Called by the state machine, and directly by the API for an abort: the same function, the same answer. */
export const createRollBack = (deps: Deps) =>
  createTask(deps, rollBackInput, async (input) => {
    const deployment = await finish(deps, input.deploymentId, input.cause)
    if (isOver(deployment.phase)) await startNextQuietly(deps, deployment.service)
    const isRestored = isFinal(deployment.phase)
    // Where a person must weigh it first, the workflow waits for them.
    return {
      ...taskAnswer(deployment, isRestored ? 'close' : 'bake', deps.clock.now()),
      outcome: isRestored ? 'restored' : 'under-way',
    }
  })

export const handler = lambdaHandler(createRollBack)
