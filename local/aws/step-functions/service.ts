import * as sdk from '@aws-sdk/client-sfn'
import type { LocalClock } from '../../clock.ts'
import type { Definition } from '../../workflow/definition.ts'
import type { WorkflowRunner } from '../../workflow/run.ts'
import { type RequestRates, withinRates } from '../request-rates.ts'
import type { AwsService, Persistent } from '../service.ts'
import type { ExecutionRecord } from './execution.ts'
import { executionOperations } from './execution-operations.ts'
import { Executions } from './executions.ts'
import { stepFunctionsRates } from './request-rates.ts'
import { stateMachineOperations } from './state-machine-operations.ts'
import { type StateMachineRecord, StateMachines } from './state-machines.ts'
import { type ExecutionStatusChange, toStatusChange } from './status-change.ts'
import { taskOperations } from './task-operations.ts'
import { TaskTokens } from './tokens.ts'

export interface StepFunctionsOptions {
  readonly clock: LocalClock
  /** Usually `(definition) => createWorkflowRunner({ definition, tasks, clock })`. */
  readonly createRunner: (definition: Definition) => WorkflowRunner
  /** Twelve digits. Default `000000000000`. */
  readonly accountId?: string
  /** How much it takes, real time. Default: as AWS. */
  readonly rates?: RequestRates
  /** Milliseconds of the clock of the rates, which never goes back. Default: the process's own. */
  readonly realNow?: () => number
}

/** What the inspection API and the tests see of an execution beside what AWS tells. */
export interface ExecutionInspection {
  readonly arn: string
  readonly status: string
  /** States entered and retries, which AWS bills. */
  readonly transitions: number
  /** Events in its history, of at most 25,000. */
  readonly events: number
}

export type StatusListener = (event: ExecutionStatusChange) => void | Promise<void>

export interface StepFunctions {
  readonly service: AwsService
  readonly persistent: Persistent
  /** As the CreateStateMachine call, for the machine that ships; one that exists gets the new definition. Returns its ARN. */
  deploy(machine: { name: string; definition: Definition; roleArn: string; region: string }): string
  /** Calls `listener` when an execution starts or ends. One that fails is reported on stderr and stops nobody. Returns how to leave. */
  onExecutionStatusChange(listener: StatusListener): () => void
  inspect(): readonly ExecutionInspection[]
  /** How many requests its rates have refused, by operation. */
  readonly throttled: Readonly<Record<string, number>>
  /** Stops every execution without marking it, so that the process can end; after a restart they are ABORTED. */
  close(): void
}

/** Step Functions of the rehearsal cloud: Standard workflows whose Tasks are Lambda functions and callbacks. */
export function createStepFunctions(options: StepFunctionsOptions): StepFunctions {
  const { clock, createRunner, accountId = '000000000000' } = options
  const listeners = new Set<StatusListener>()
  const now = () => clock.now()
  const machines = new StateMachines({ now, createRunner })
  const tokens = new TaskTokens()
  const tell = (execution: ExecutionRecord) => {
    const event = toStatusChange(execution)
    // EventBridge delivers later and apart: a listener neither delays the execution nor breaks it.
    for (const listener of listeners) {
      Promise.resolve(event)
        .then(listener)
        .catch((error: unknown) => console.error('a listener of execution status changes failed', error))
    }
  }
  const executions = new Executions({ now, machines, tokens, onStatusChange: tell })
  const persistent: Persistent = {
    name: 'step-functions',
    save: () => ({ machines: machines.list(), executions: executions.save() }),
    load: (state) => {
      // Only `save` above writes this file.
      const saved = state as { machines: StateMachineRecord[]; executions: ExecutionRecord[] }
      machines.load(saved.machines)
      executions.load(saved.executions)
    },
    reset: () => {
      executions.clear()
      machines.load([])
    },
  }
  const { operations, throttled } = withinRates(
    {
      ...stateMachineOperations(machines, executions, accountId),
      ...executionOperations(machines, executions),
      ...taskOperations(tokens, executions),
    },
    { rates: stepFunctionsRates, code: 'ThrottlingException', ...options },
  )
  return {
    throttled,
    service: {
      signingName: 'states',
      apiVersion: '2016-11-23',
      targetPrefix: 'AWSStepFunctions',
      catalogue: sdk,
      state: persistent,
      operations,
    },
    persistent,
    deploy({ name, definition, roleArn, region }) {
      const text = JSON.stringify(definition)
      const arn = `arn:aws:states:${region}:${accountId}:stateMachine:${name}`
      if (machines.list().some((each) => each.arn === arn))
        machines.update({ stateMachineArn: arn, definition: text, roleArn })
      else machines.create({ name, definition: text, roleArn }, { region, accountId })
      return arn
    },
    onExecutionStatusChange(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    inspect: () =>
      executions
        .list()
        .map(({ arn, status, transitions, events }) => ({ arn, status, transitions, events: events.length })),
    close: () => executions.stopAll(),
  }
}
