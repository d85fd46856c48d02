import type { ExecutionStatus, HistoryEvent } from '@aws-sdk/client-sfn'
import type { NewEvent } from '../../workflow/run.ts'

/** Most events an execution may have; one that needs more fails, as on AWS. */
export const HISTORY_LIMIT = 25_000

/** An execution as it is kept. Instants are milliseconds since the epoch, local time. */
export interface ExecutionRecord {
  readonly arn: string
  readonly name: string
  readonly stateMachineArn: string
  /** As the state machine was when this execution started. */
  readonly definition: string
  readonly revisionId: string
  readonly roleArn: string
  readonly input: string
  readonly startedAt: number
  status: ExecutionStatus
  stoppedAt?: number
  output?: string
  error?: string
  cause?: string
  /** States entered and retries: what AWS bills. */
  transitions: number
  readonly events: HistoryEvent[]
}

/** How an execution ends, on its own or from outside. */
export interface Ending {
  readonly status: 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED'
  readonly output?: string | undefined
  readonly error?: string | undefined
  readonly cause?: string | undefined
}

/** Adds an event; numbers and links it as AWS does. */
export function appendEvent(execution: ExecutionRecord, at: number, event: NewEvent): void {
  const id = execution.events.length + 1
  // The first state's entry has no predecessor on AWS: ExecutionStarted is not counted as one.
  const previousEventId = id <= 2 ? 0 : id - 1
  execution.events.push({ timestamp: new Date(at), id, previousEventId, ...event })
}

/** Ends a running execution and adds the events that say so. */
export function endExecution(execution: ExecutionRecord, at: number, ending: Ending): void {
  const { status, output, error, cause } = ending
  if (status === 'ABORTED' || status === 'TIMED_OUT') appendStateAborted(execution, at)
  const failure = { ...(error !== undefined && { error }), ...(cause !== undefined && { cause }) }
  appendEvent(execution, at, endingEvent(ending, failure))
  execution.status = status
  execution.stoppedAt = at
  Object.assign(execution, failure)
  if (output !== undefined) execution.output = output
}

function endingEvent({ status, output }: Ending, failure: { error?: string; cause?: string }): NewEvent {
  switch (status) {
    case 'SUCCEEDED': {
      const outputDetails = { truncated: false }
      return {
        type: 'ExecutionSucceeded',
        executionSucceededEventDetails: { ...(output !== undefined && { output }), outputDetails },
      }
    }
    case 'FAILED':
      return { type: 'ExecutionFailed', executionFailedEventDetails: failure }
    case 'TIMED_OUT':
      return { type: 'ExecutionTimedOut', executionTimedOutEventDetails: failure }
    case 'ABORTED':
      return { type: 'ExecutionAborted', executionAbortedEventDetails: failure }
  }
}

const ABORTED_TYPES = {
  TaskStateEntered: 'TaskStateAborted',
  WaitStateEntered: 'WaitStateAborted',
  MapStateEntered: 'MapStateAborted',
  ParallelStateEntered: 'ParallelStateAborted',
} as const

function appendStateAborted(execution: ExecutionRecord, at: number): void {
  const last = execution.events.findLast(({ type }) => /State(Entered|Exited)$/.test(type ?? ''))?.type
  const aborted = Object.entries(ABORTED_TYPES).find(([entered]) => entered === last)
  if (aborted) appendEvent(execution, at, { type: aborted[1] })
}
