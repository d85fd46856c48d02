import { StateMachine } from 'aws-local-stepfunctions'
import '../promise-with-resolvers.ts'

/** AWS's limit on the input and output of a state, of a callback and of an execution: bytes of UTF-8. */
export const PAYLOAD_LIMIT_BYTES = 262_144

/** A Task's failure as the interpreter matches it: `name` against ErrorEquals, the message becomes the Cause. */
export class TaskError extends Error {
  /** Read by the interpreter: false where no Retry and no Catch may match, as with States.Runtime. */
  readonly isRetryable: boolean
  readonly isCatchable: boolean
  constructor(name: string, cause: string, options: { readonly final?: boolean } = {}) {
    super(cause)
    this.name = name
    this.isRetryable = !options.final
    this.isCatchable = !options.final
  }
}

/** A payload over the limit. Terminal, as on AWS: States.ALL does not catch it. */
export function dataLimitExceeded(resource: string): TaskError {
  const cause = `The state/task '${resource}' returned a result with a size exceeding the maximum number of bytes service limit.`
  return new TaskError('States.DataLimitExceeded', cause, { final: true })
}

/** Text of `value` as JSON, and whether AWS would take it. */
export function measureJson(value: unknown): { readonly text: string; readonly fits: boolean } {
  const text = JSON.stringify(value) ?? 'null'
  return { text, fits: Buffer.byteLength(text) <= PAYLOAD_LIMIT_BYTES }
}

let known: Promise<new () => Error> | undefined

/**
 * The interpreter's own class of time-out errors. States.TaskFailed matches every error of a Task but a time-out, and
 * the interpreter tells one by its class, which it does not export: so a Task of one state is left to run out.
 */
export function timeoutErrorClass(): Promise<new () => Error> {
  known ??= learnTimeoutErrorClass()
  return known
}

async function learnTimeoutErrorClass(): Promise<new () => Error> {
  const machine = new StateMachine(
    { StartAt: 'Hang', States: { Hang: { Type: 'Task', Resource: 'local:hang', TimeoutSeconds: 0.001, End: true } } },
    { validationOptions: { noValidate: true } },
  )
  const run = machine.run({}, { overrides: { taskResourceLocalHandlers: { Hang: () => new Promise(() => {}) } } })
  const error: unknown = await run.result.catch((thrown: unknown) => (thrown instanceof Error ? thrown.cause : thrown))
  if (!(error instanceof Error) || error.name !== 'States.Timeout') {
    throw new Error('aws-local-stepfunctions no longer reports a time-out as States.Timeout', { cause: error })
  }
  return error.constructor as new () => Error
}
