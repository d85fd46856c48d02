import { StateMachine } from 'aws-local-stepfunctions'
import type { LambdaFunction } from './aws/lambda/function.ts'
import type { LocalClock } from './clock.ts'
import './promise-with-resolvers.ts'
import { allStates, type Definition, findUnsupported, type State, toLoadable } from './workflow/definition.ts'
import { TaskError } from './workflow/errors.ts'
import { follow } from './workflow/follow.ts'
import { retryDelayMs } from './workflow/retry-delay.ts'
import type { CallbackTask, WorkflowRun, WorkflowRunner } from './workflow/run.ts'
import { executionOver, runTask } from './workflow/task.ts'
import { createTurns, type Turn, type Turns } from './workflow/turns.ts'
import { waitMs } from './workflow/wait.ts'

export interface WorkflowRunnerOptions {
  readonly definition: Definition
  /** The functions behind the Tasks, by state name. */
  readonly tasks: Readonly<Record<string, LambdaFunction>>
  readonly clock: LocalClock
  /** Draws the jitter of retries, from 0 up to, not including, 1. Default `Math.random`. */
  readonly random?: () => number
}

/**
 * Runs a definition with aws-local-stepfunctions, on the local clock.
 *
 * The interpreter routes, fills in Parameters and matches errors. What it lacks is done here: callback tokens, time-outs
 * and waits in local time, payload limits, Lambda's error causes, and a history like AWS's.
 *
 * @throws {Error} If the definition needs something that the rehearsal cloud does not run.
 */
export function createWorkflowRunner(options: WorkflowRunnerOptions): WorkflowRunner {
  const unsupported = findUnsupported(options.definition)
  if (unsupported.length > 0) throw new Error(unsupported.join('; '))
  const machine = new StateMachine(toLoadable(options.definition), { validationOptions: { noValidate: true } })
  const states = allStates(options.definition)
  return { start: (input, run) => start({ ...options, machine, states, run, turns: createTurns() }, input) }
}

interface Execution extends WorkflowRunnerOptions {
  readonly machine: StateMachine
  readonly states: ReadonlyMap<string, State>
  readonly run: WorkflowRun
  readonly turns: Turns
}

type Json = Parameters<StateMachine['run']>[0]
type RunOptions = NonNullable<Parameters<StateMachine['run']>[1]>
type TaskHandlers = NonNullable<NonNullable<RunOptions['overrides']>['taskResourceLocalHandlers']>

function start(execution: Execution, input: unknown): () => void {
  const { run, clock, machine, states, definition } = execution
  const aborter = new AbortController()
  const token = createTokenSource(run)
  const handlers: TaskHandlers = {}
  for (const [name, state] of states) {
    if (state.Type === 'Wait') handlers[name] = (value) => waitTurn(execution, { name, value, signal: aborter.signal })
    if (state.Type === 'Task') {
      handlers[name] = (parameters) =>
        runTurn(execution, { name, parameters, callback: token.take(), signal: aborter.signal })
    }
  }
  const { result, eventLogs, abort } = machine.run(input as Json, {
    overrides: { taskResourceLocalHandlers: handlers, retryIntervalOverrides: retryIntervals(execution) },
    context: { ...run.context, Task: token.context },
    noThrowOnAbort: true,
  })
  // How it ends is read from the event log, in order with everything before it.
  result.catch(() => {})
  const cancelTimeout = definition.TimeoutSeconds
    ? clock.after(definition.TimeoutSeconds * 1000, () => run.end({ status: 'TIMED_OUT' }))
    : () => {}
  void follow(eventLogs, execution).catch((thrown: unknown) => {
    const error = thrown instanceof TaskError ? thrown.name : 'States.Runtime'
    run.end({ status: 'FAILED', error, cause: thrown instanceof Error ? thrown.message : String(thrown) })
  })
  return () => {
    cancelTimeout()
    abort()
    execution.turns.end(executionOver())
    aborter.abort()
  }
}

/**
 * `$$.Task.Token`: the interpreter reads it while it fills in Parameters, just before it calls the handler, so each
 * attempt gets a token of its own and the service knows the token before the function sees it.
 */
function createTokenSource(run: WorkflowRun) {
  let open: CallbackTask | undefined
  return {
    context: {
      get Token() {
        open ??= run.openTask()
        return open.token
      },
    },
    take(): CallbackTask | undefined {
      const taken = open
      open = undefined
      return taken
    },
  }
}

/** The interpreter retries a Task at once: its pause is kept in `runTurn`, on the local clock. */
function retryIntervals({ states, clock }: Execution): Record<string, number | number[]> {
  const intervals: Record<string, number | number[]> = {}
  for (const [name, state] of states) {
    if (state.Type === 'Task') intervals[name] = 0
    else if (state.Retry) intervals[name] = state.Retry.map((each) => retryDelayMs(each, 1, () => 0.5) / clock.speed)
  }
  return intervals
}

interface TaskCall {
  readonly name: string
  readonly parameters: unknown
  readonly callback: CallbackTask | undefined
  readonly signal: AbortSignal
}

async function runTurn(execution: Execution, { name, ...call }: TaskCall): Promise<Json> {
  const { states, tasks, turns, run, clock } = execution
  const turn = await turns.take(name)
  await pause(execution, turn, call.signal)
  if (call.signal.aborted) throw executionOver()
  const state = states.get(name)
  if (!state) throw new TaskError('States.Runtime', `there is no state ${name}`, { final: true })
  const handler = Object.hasOwn(tasks, name) ? tasks[name] : undefined
  return (await runTask({ ...call, state, handler, input: turn.input, run, clock })) as Json
}

async function pause({ clock, random = Math.random }: Execution, { retry }: Turn, signal: AbortSignal): Promise<void> {
  if (!retry) return
  await sleep(clock, retryDelayMs(retry.retrier, retry.attempt, random), signal)
}

/** A Wait, which is loaded as a Task: its output is its input. */
async function waitTurn(
  { turns, clock, states }: Execution,
  { name, value, signal }: { name: string; value: Json; signal: AbortSignal },
): Promise<Json> {
  const { input } = await turns.take(name)
  await sleep(clock, waitMs(states.get(name), input, clock.now()), signal)
  return value
}

/** @throws {TaskError} When the execution is aborted meanwhile. */
function sleep(clock: LocalClock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(executionOver())
    const onAbort = () => {
      cancel()
      reject(executionOver())
    }
    const cancel = clock.after(ms, () => {
      // The signal lives as long as the execution, which may pause hundreds of times.
      signal.removeEventListener('abort', onAbort)
      resolve()
    })
    signal.addEventListener('abort', onAbort, { once: true })
  })
}
