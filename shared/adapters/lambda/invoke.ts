import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda'
import { TransientError } from '../../domain/errors.ts'
import { messageOf } from '../../domain/message-of.ts'
import { callingAws } from '../aws-error.ts'
import { withDeadline } from '../deadline.ts'

/** The API answers within 29 s: after 20 s it says that the work goes on. A second attempt would not fit in. */
export const invokeLimits = { maxAttempts: 1, timeoutMs: 20_000 }

/** One function of ours, called from another. */
export interface Callee {
  readonly client: LambdaClient
  /** Name or ARN. */
  readonly functionName: string
  /** Real milliseconds. Default: that of {@link invokeLimits}. */
  readonly deadlineMs?: number
  /** What becomes of the work if nobody answers, for messages: `the goal stands and the check does it`. */
  readonly otherwise: string
}

/**
 * Calls a function and waits for its answer.
 *
 * @returns Its answer, parsed; undefined where that was no JSON.
 * @throws {TransientError} If it could not be invoked, failed, or took too long.
 */
export async function invokeAndWait(callee: Callee, payload: unknown): Promise<unknown> {
  const { client, functionName, otherwise } = callee
  const command = new InvokeCommand({
    FunctionName: functionName,
    InvocationType: 'RequestResponse',
    Payload: new TextEncoder().encode(JSON.stringify(payload)),
  })
  const answer = await orTransient(callee, () =>
    callingAws({ tried: 'lambda:Invoke', on: functionName }, () =>
      withDeadline(callee.deadlineMs ?? invokeLimits.timeoutMs, (abortSignal) => client.send(command, { abortSignal })),
    ),
  )
  const text = new TextDecoder().decode(answer.Payload)
  if (answer.FunctionError)
    throw new TransientError(`${functionName} failed (${answer.FunctionError}): ${text}; ${otherwise}`)
  return parseJson(text)
}

/** Whatever went wrong with the invocation, what was recorded stands and is carried out later. */
async function orTransient<T>({ functionName, otherwise }: Callee, call: () => Promise<T>): Promise<T> {
  try {
    return await call()
  } catch (error) {
    const reason = messageOf(error)
    throw new TransientError(`${functionName} could not be invoked, ${otherwise}: ${reason}`, { cause: error })
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
