import { buildContext, type LambdaFunction, toErrorPayload } from '../aws/lambda/function.ts'
import type { LocalClock } from '../clock.ts'
import { isCallback, type State } from './definition.ts'
import { dataLimitExceeded, measureJson, TaskError, timeoutErrorClass } from './errors.ts'
import { readReference } from './reference.ts'
import type { CallbackTask, NewEvent, WorkflowRun } from './run.ts'

/** One attempt at one Task. */
export interface TaskAttempt {
  readonly state: State
  readonly run: WorkflowRun
  readonly clock: LocalClock
  /** Undefined where nobody registered a function for this state. */
  readonly handler: LambdaFunction | undefined
  /** The Task's Parameters, filled in. */
  readonly parameters: unknown
  /** Raw input of the state: where AWS resolves TimeoutSecondsPath. */
  readonly input: unknown
  /** Present where the Parameters asked for a token. */
  readonly callback: CallbackTask | undefined
  /** Aborted when the execution ends from outside. */
  readonly signal: AbortSignal
}

/** Ends an attempt whose execution is over. No Retry and no Catch may see it. */
export const executionOver = () => new TaskError('ExecutionOver', 'the execution has ended', { final: true })

/** Runs the attempt and records its events. Resolves with the Task's result. */
export async function runTask(attempt: TaskAttempt): Promise<unknown> {
  const { run, callback, state } = attempt
  const seconds = timeoutSecondsOf(attempt)
  recordStart(attempt, seconds)
  const stop = new AbortController()
  try {
    const result = await Promise.race([
      isCallback(state) ? callBack(attempt) : invoke(attempt),
      timeOut(attempt, seconds, stop.signal),
      rejectOnAbort(attempt.signal, stop.signal),
    ])
    const { text, fits } = measureJson(result)
    if (!fits) throw dataLimitExceeded(state.Resource ?? '')
    run.record(taskEvent(state, 'TaskSucceeded', 'taskSucceededEventDetails', { output: text, outputDetails: WHOLE }))
    return JSON.parse(text)
  } catch (error) {
    if (!attempt.signal.aborted) recordFailure(attempt, error)
    throw error
  } finally {
    callback?.close()
    stop.abort()
  }
}

const WHOLE = { truncated: false }

/** The whole answer of the Lambda integration, with Lambda's answer under `Payload`. */
async function invoke(attempt: TaskAttempt): Promise<unknown> {
  const { FunctionName, Payload = {} } = attempt.parameters as { FunctionName?: unknown; Payload?: unknown }
  const name = String(FunctionName)
  if (!attempt.handler) throw new TaskError('Lambda.ResourceNotFoundException', `Function not found: ${name}`)
  const context = buildContext(name)
  try {
    const payload = await attempt.handler(JSON.parse(JSON.stringify(Payload)), context)
    const SdkResponseMetadata = { RequestId: context.awsRequestId }
    return { ExecutedVersion: '$LATEST', Payload: payload ?? null, SdkResponseMetadata, StatusCode: 200 }
  } catch (thrown) {
    const payload = toErrorPayload(thrown)
    throw new TaskError(payload.errorType, JSON.stringify(payload))
  }
}

/** The callback's output, or the function's failure if that comes first. The function's own result is not used. */
async function callBack(attempt: TaskAttempt): Promise<unknown> {
  const { callback, run, state } = attempt
  const submitted = invoke(attempt).then((answer) => {
    const { text } = measureJson(answer)
    run.record(taskEvent(state, 'TaskSubmitted', 'taskSubmittedEventDetails', { output: text, outputDetails: WHOLE }))
    return new Promise<never>(() => {})
  })
  return Promise.race([submitted, callback?.result ?? new Promise<never>(() => {})])
}

/** A callback waits on the local clock, everything else is real work and has real time. */
async function timeOut(
  { state, clock }: TaskAttempt,
  seconds: number | undefined,
  signal: AbortSignal,
): Promise<never> {
  if (seconds === undefined) return new Promise<never>(() => {})
  const TimeoutError = await timeoutErrorClass()
  return new Promise((_, reject) => {
    const onTime = () => reject(new TimeoutError())
    if (signal.aborted) return
    const cancel = isCallback(state) ? clock.after(seconds * 1000, onTime) : afterReal(seconds * 1000, onTime)
    signal.addEventListener('abort', cancel, { once: true })
  })
}

function afterReal(ms: number, action: () => void): () => void {
  // Beyond 2^31-1 ms (24 days) setTimeout fires at once; no function runs that long.
  const timer = setTimeout(action, Math.min(ms, 2 ** 31 - 1))
  return () => clearTimeout(timer)
}

/** Rejects when `signal` is aborted, unless `done` was before: then the listener is gone. */
function rejectOnAbort(signal: AbortSignal, done: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) return reject(executionOver())
    signal.addEventListener('abort', () => reject(executionOver()), { once: true, signal: done })
  })
}

function timeoutSecondsOf({ state, input }: TaskAttempt): number | undefined {
  if (state.TimeoutSecondsPath === undefined) return state.TimeoutSeconds
  const value = readReference(input, state.TimeoutSecondsPath)
  if (typeof value === 'number' && Number.isInteger(value) && value >= 1) return value
  const cause = `TimeoutSecondsPath ${state.TimeoutSecondsPath} must point to a positive integer, not ${JSON.stringify(value)}`
  throw new TaskError('States.Runtime', cause, { final: true })
}

function recordStart({ state, run, parameters }: TaskAttempt, timeoutInSeconds: number | undefined): void {
  const { text } = measureJson(parameters)
  const scheduled = {
    region: run.region,
    parameters: text,
    ...(timeoutInSeconds !== undefined && { timeoutInSeconds }),
  }
  run.record(taskEvent(state, 'TaskScheduled', 'taskScheduledEventDetails', scheduled))
  run.record(taskEvent(state, 'TaskStarted', 'taskStartedEventDetails', {}))
}

function recordFailure({ state, run }: TaskAttempt, thrown: unknown): void {
  const error = thrown instanceof Error ? thrown.name : 'Error'
  const cause = thrown instanceof Error ? thrown.message : String(thrown)
  if (error === 'States.Timeout') run.record(taskEvent(state, 'TaskTimedOut', 'taskTimedOutEventDetails', { error }))
  else run.record(taskEvent(state, 'TaskFailed', 'taskFailedEventDetails', { error, cause }))
}

/** `arn:aws:states:::lambda:invoke` is resource `invoke` of type `lambda`. */
function taskEvent(state: State, type: NewEvent['type'], key: keyof NewEvent, details: object): NewEvent {
  const [resourceType, resource] = (state.Resource ?? '').split(':').slice(-2)
  return { type, [key]: { resourceType, resource, ...details } }
}
