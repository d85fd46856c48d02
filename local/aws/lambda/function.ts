import { randomUUID } from 'node:crypto'
import type { Context } from 'aws-lambda'

/** A function as the rehearsal cloud runs it: the handler that ships. */
export type LambdaFunction = (event: unknown, context: Context) => Promise<unknown>

/** Longest a function may run, in real seconds: Lambda's own limit. */
export const MAX_TIMEOUT_SECONDS = 900

/**
 * The context that Lambda passes beside the event.
 *
 * @param arn - ARN of the function; its last part is the name.
 * @param timeoutSeconds - Real seconds the function has. Default 900.
 */
export function buildContext(arn: string, timeoutSeconds: number = MAX_TIMEOUT_SECONDS): Context {
  const deadline = performance.now() + timeoutSeconds * 1000
  const name = arn.split(':').at(-1) ?? arn
  // The callback style (done, fail, succeed) is gone since Node 24 on Lambda; @types/aws-lambda still asks for it.
  const gone = () => {
    throw new Error('Lambda no longer has done, fail and succeed; return a promise')
  }
  return {
    functionName: name,
    functionVersion: '$LATEST',
    invokedFunctionArn: arn,
    memoryLimitInMB: '1024',
    awsRequestId: randomUUID(),
    logGroupName: `/aws/lambda/${name}`,
    logStreamName: 'local',
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => Math.max(0, Math.round(deadline - performance.now())),
    done: gone,
    fail: gone,
    succeed: gone,
  }
}

/** What Lambda answers for a handler that threw. */
export interface ErrorPayload {
  readonly errorType: string
  readonly errorMessage: string
  readonly trace: readonly string[]
}

/** A function that failed, with the payload that its caller gets: its own, where it answered one. */
export class FunctionFailure extends Error {
  override readonly name = 'FunctionFailure'
  constructor(readonly payload: unknown) {
    super(`the function failed: ${JSON.stringify(payload)}`)
  }
}

/** Reports a thrown value as Lambda's Node.js runtime does: `errorType` is the error's name. */
export function toErrorPayload(thrown: unknown): ErrorPayload {
  if (!(thrown instanceof Error)) return { errorType: typeof thrown, errorMessage: String(thrown), trace: [] }
  return { errorType: thrown.name, errorMessage: thrown.message, trace: thrown.stack?.split('\n') ?? [] }
}
