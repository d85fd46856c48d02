import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda'
import { TransientError } from '../../domain/errors.ts'
import type { RollBackInvoker } from '../../ports/roll-back-invoker.ts'
import { callingAws } from '../aws-error.ts'
import { withDeadline } from '../deadline.ts'

/** The API answers within 29 s: after 20 s it says that the rollback goes on. A second attempt would not fit in. */
export const rollBackLimits = { maxAttempts: 1, timeoutMs: 20_000 }

/**
 * Calls the `roll-back` function and waits for its answer.
 *
 * @param functionName - Name or ARN.
 * @param deadlineMs - Real milliseconds. Default: that of {@link rollBackLimits}.
 */
export function createLambdaRollBackInvoker(
  client: LambdaClient,
  functionName: string,
  deadlineMs = rollBackLimits.timeoutMs,
): RollBackInvoker {
  return {
    async rollBack(id, cause) {
      const command = new InvokeCommand({
        FunctionName: functionName,
        InvocationType: 'RequestResponse',
        Payload: new TextEncoder().encode(JSON.stringify({ deploymentId: id, cause })),
      })
      const answer = await orTransient(functionName, () =>
        callingAws({ tried: 'lambda:Invoke', on: functionName }, () =>
          withDeadline(deadlineMs, (abortSignal) => client.send(command, { abortSignal })),
        ),
      )
      const text = new TextDecoder().decode(answer.Payload)
      if (answer.FunctionError)
        throw new TransientError(
          `${functionName} failed while rolling back ${id} (${answer.FunctionError}): ${text}; the goal stands and the check does it`,
        )
      return parseOutcome(text, functionName)
    },
  }
}

/** Whatever went wrong with the invocation, the recorded goal stands and is carried out later. */
async function orTransient<T>(functionName: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call()
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new TransientError(`${functionName} could not be invoked, the goal stands and the check does it: ${reason}`, {
      cause: error,
    })
  }
}

function parseOutcome(text: string, functionName: string): 'restored' | 'under-way' {
  const outcome = outcomeOf(text)
  if (outcome === 'restored' || outcome === 'under-way') return outcome
  throw new TransientError(`${functionName} answered ${text || 'nothing'}; expected {"outcome":"restored"|"under-way"}`)
}

function outcomeOf(text: string): unknown {
  try {
    const parsed: unknown = JSON.parse(text)
    return typeof parsed === 'object' && parsed !== null && 'outcome' in parsed ? parsed.outcome : undefined
  } catch {
    return undefined
  }
}
