import { randomUUID } from 'node:crypto'
import type { HistoryEvent } from '@aws-sdk/client-sfn'
import { PAYLOAD_LIMIT_BYTES } from '../../workflow/errors.ts'
import type { WorkflowRun } from '../../workflow/run.ts'
import { AwsError } from '../service.ts'
import { checkArn, checkName, executionArn } from './arns.ts'
import { appendEvent, type Ending, type ExecutionRecord, endExecution, HISTORY_LIMIT } from './execution.ts'
import type { StateMachines } from './state-machines.ts'
import type { TaskTokens } from './tokens.ts'

export interface ExecutionsOptions {
  readonly now: () => number
  readonly machines: StateMachines
  readonly tokens: TaskTokens
  /** Called at the start and at the end of each execution. */
  readonly onStatusChange: (execution: ExecutionRecord) => void
}

export interface StartRequest {
  readonly stateMachineArn?: string | undefined
  readonly name?: string | undefined
  readonly input?: string | undefined
}

/** How long the name of a closed execution stays taken, and its history readable. */
const RETENTION_MS = 90 * 24 * 3600 * 1000

/** The executions of the rehearsal cloud: started, reported on by the runner, ended once. */
export class Executions {
  readonly #executions = new Map<string, ExecutionRecord>()
  readonly #stop = new Map<string, () => void>()

  constructor(readonly options: ExecutionsOptions) {}

  /**
   * As StartExecution. The same name and input again while it runs gives the running one.
   *
   * @throws {AwsError} `ExecutionAlreadyExists` for another input, or once it is closed; `InvalidName`,
   *   `InvalidExecutionInput`, `ValidationException`, `StateMachineDoesNotExist`, `StateMachineDeleting`.
   */
  start({ stateMachineArn, name: asked, input = '{}' }: StartRequest): ExecutionRecord {
    const { record: machine, runner } = this.options.machines.forStart(stateMachineArn)
    const name = asked === undefined ? randomUUID() : checkName(asked)
    const parsed = parseInput(input)
    const arn = executionArn(machine.arn, name)
    this.#dropExpired()
    const existing = this.#executions.get(arn)
    if (existing) {
      if (existing.status === 'RUNNING' && existing.input === input) return existing
      throw new AwsError('ExecutionAlreadyExists', `Execution Already Exists: '${arn}'`)
    }
    const { definition, revisionId, roleArn } = machine
    const startedAt = this.options.now()
    const execution: ExecutionRecord = {
      ...{ arn, name, stateMachineArn: machine.arn, definition, revisionId, roleArn, input, startedAt },
      ...{ status: 'RUNNING', transitions: 0, events: [] },
    }
    this.#executions.set(arn, execution)
    appendEvent(execution, startedAt, {
      type: 'ExecutionStarted',
      executionStartedEventDetails: { input, inputDetails: { truncated: false }, roleArn },
    })
    this.options.onStatusChange(execution)
    this.#stop.set(arn, runner.start(parsed, this.#runOf(execution, machine.name)))
    return execution
  }

  /** @throws {AwsError} `InvalidArn`, `ExecutionDoesNotExist`. */
  find(arn: string | undefined): ExecutionRecord {
    const execution = this.#executions.get(checkArn(arn, 'execution'))
    if (!execution) throw new AwsError('ExecutionDoesNotExist', `Execution Does Not Exist: '${arn}'`)
    return execution
  }

  has(arn: string): boolean {
    return this.#executions.has(arn)
  }

  /** Newest first. */
  list(stateMachineArn?: string): readonly ExecutionRecord[] {
    const all = [...this.#executions.values()].reverse()
    return stateMachineArn === undefined ? all : all.filter((each) => each.stateMachineArn === stateMachineArn)
  }

  /** Ends a running execution; one that is closed stays as it is. No Catch runs, and no further Task starts. */
  end(execution: ExecutionRecord, ending: Ending): void {
    if (execution.status !== 'RUNNING') return
    endExecution(execution, this.options.now(), ending)
    this.options.tokens.closeAll(execution.arn)
    this.#stop.get(execution.arn)?.()
    this.#stop.delete(execution.arn)
    this.removeIfIdle(execution.stateMachineArn)
    this.options.onStatusChange(execution)
  }

  /** Removes a state machine that is being deleted, once nothing of it runs. */
  removeIfIdle(stateMachineArn: string): void {
    const { machines } = this.options
    const machine = machines.list().find(({ arn }) => arn === stateMachineArn)
    const runs = this.list(stateMachineArn).some(({ status }) => status === 'RUNNING')
    if (machine?.deleting && !runs) machines.remove(stateMachineArn)
  }

  /** Stops every runner, so that the process can end. What ran is reported as aborted after the next `load`. */
  stopAll(): void {
    for (const stop of this.#stop.values()) stop()
    this.#stop.clear()
    this.options.tokens.closeAll()
  }

  /** Stops every runner and forgets everything. */
  clear(): void {
    this.stopAll()
    this.#executions.clear()
  }

  save(): readonly ExecutionRecord[] {
    this.#dropExpired()
    return [...this.#executions.values()]
  }

  /** Takes over what `save` gave. What ran then died with its process: it is reported as aborted. */
  load(saved: readonly ExecutionRecord[]): void {
    this.clear()
    for (const each of saved) {
      const execution: ExecutionRecord = { ...each, events: each.events.map(reviveEvent) }
      if (execution.status === 'RUNNING') {
        const cause = 'The rehearsal cloud was restarted; its executions do not outlive the process.'
        endExecution(execution, this.options.now(), { status: 'ABORTED', error: 'LocalRestart', cause })
      }
      this.#executions.set(execution.arn, execution)
    }
  }

  #runOf(execution: ExecutionRecord, machineName: string): WorkflowRun {
    const { arn, name, roleArn, stateMachineArn } = execution
    return {
      region: arn.split(':')[3] ?? '',
      context: {
        Execution: { Id: arn, Name: name, RoleArn: roleArn },
        StateMachine: { Id: stateMachineArn, Name: machineName },
      },
      record: (event) => {
        if (execution.status !== 'RUNNING') return
        // The last place is kept for the event that says how it ended.
        if (execution.events.length >= HISTORY_LIMIT - 1) return this.end(execution, HISTORY_FULL)
        appendEvent(execution, this.options.now(), event)
      },
      countTransition: () => {
        if (execution.status === 'RUNNING') execution.transitions++
      },
      openTask: () => this.options.tokens.open(arn),
      end: (outcome) => this.end(execution, outcome),
    }
  }

  #dropExpired(): void {
    const before = this.options.now() - RETENTION_MS
    for (const [arn, { stoppedAt }] of this.#executions) {
      if (stoppedAt !== undefined && stoppedAt < before) this.#executions.delete(arn)
    }
  }
}

const HISTORY_FULL: Ending = {
  status: 'FAILED',
  error: 'States.Runtime',
  cause: `The execution reached the maximum number of history events (${HISTORY_LIMIT}).`,
}

function parseInput(input: string): unknown {
  checkPayload('input', input)
  try {
    return JSON.parse(input)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new AwsError('InvalidExecutionInput', `Invalid State Machine Execution Input: '${reason}'`)
  }
}

/** @throws {AwsError} `ValidationException` for text over 262,144 bytes. */
export function checkPayload(member: string, text: string): void {
  if (Buffer.byteLength(text) <= PAYLOAD_LIMIT_BYTES) return
  const rule = `Member must have length less than or equal to ${PAYLOAD_LIMIT_BYTES}`
  throw new AwsError(
    'ValidationException',
    `1 validation error detected: Value at '${member}' failed to satisfy constraint: ${rule}`,
  )
}

function reviveEvent(event: HistoryEvent): HistoryEvent {
  return { ...event, timestamp: new Date(event.timestamp ?? 0) }
}
