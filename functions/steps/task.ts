import { z } from 'zod'
import { compose } from '../../shared/compose.ts'
import { loadConfig } from '../../shared/config.ts'
import type { Deps } from '../../shared/deps.ts'
import { CanaryNotReady, ConflictError, InvariantError, TransientError } from '../../shared/domain/errors.ts'
import { changeDeployment } from '../../shared/use-cases/change-deployment.ts'

/** A Task of the state machine: gets the state's Payload, answers the next one. */
export type Task = (event: unknown) => Promise<unknown>

/** Makes the Lambda entry of a Task. On Lambda everything is wired while the function starts, elsewhere at the first call. */
export function lambdaHandler(create: (deps: Deps) => Task): Task {
  let task: Task | undefined
  const ready = () => (task ??= create(compose(loadConfig(process.env))))
  if (process.env.AWS_LAMBDA_FUNCTION_NAME !== undefined) ready()
  return async (event) => ready()(event)
}

/**
 * Makes a Task of a use case: checks the input, and leaves a note in the record when the use case fails for good, so
 * that whoever reads the events learns why a rollback followed. The error goes on to the state machine.
 *
 * @throws {InvariantError} If the state machine handed over something else than `input` describes.
 */
export function createTask<Input extends { readonly deploymentId: string }>(
  deps: Deps,
  input: z.ZodType<Input>,
  run: (input: Input) => Promise<unknown>,
): Task {
  return async (event) => {
    const parsed = input.safeParse(event)
    if (!parsed.success)
      throw new InvariantError(`the state machine sent a wrong payload: ${z.prettifyError(parsed.error)}`)
    try {
      return await run(parsed.data)
    } catch (error) {
      if (!willBeRetried(error)) await leaveNote(deps, parsed.data.deploymentId, error)
      throw error
    }
  }
}

/** What every Task gets; other fields belong to other Tasks. */
export const taskInput = z.object({ deploymentId: z.string().min(1) })

function willBeRetried(error: unknown): boolean {
  return error instanceof TransientError || error instanceof ConflictError || error instanceof CanaryNotReady
}

async function leaveNote(deps: Deps, id: string, error: unknown): Promise<void> {
  const reason = `a task failed: ${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}`
  deps.logger.error('task-failed', { deployment: id, error })
  try {
    await changeDeployment(deps, id, () => ({ type: 'note', reason }))
  } catch (noteError) {
    deps.logger.warn('note-failed', { deployment: id, error: noteError })
  }
}
