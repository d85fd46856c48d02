import type {
  DescribeExecutionOutput,
  DescribeStateMachineForExecutionOutput,
  ExecutionListItem,
  HistoryEvent,
} from '@aws-sdk/client-sfn'
import type { ExecutionRecord } from './execution.ts'

/** An execution as DescribeExecution gives it. */
export function toDescription(execution: ExecutionRecord): Omit<DescribeExecutionOutput, '$metadata'> {
  const { input, output, error, cause } = execution
  return {
    ...toListItem(execution),
    input,
    inputDetails: { included: true },
    ...(output !== undefined && { output, outputDetails: { included: true } }),
    ...(error !== undefined && { error }),
    ...(cause !== undefined && { cause }),
    redriveStatus: 'NOT_REDRIVABLE',
    redriveStatusReason: `Execution is ${execution.status} and RedriveExecution is not available in the rehearsal cloud`,
  }
}

/** An execution as ListExecutions gives it. */
export function toListItem(execution: ExecutionRecord): ExecutionListItem {
  const { arn, stateMachineArn, name, status, startedAt, stoppedAt } = execution
  return {
    executionArn: arn,
    stateMachineArn,
    name,
    status,
    startDate: new Date(startedAt),
    ...(stoppedAt !== undefined && { stopDate: new Date(stoppedAt) }),
    redriveCount: 0,
  }
}

/** The state machine as it was when the execution started. */
export function toStateMachine(execution: ExecutionRecord): Omit<DescribeStateMachineForExecutionOutput, '$metadata'> {
  const { stateMachineArn, definition, roleArn, revisionId, startedAt } = execution
  const name = stateMachineArn.split(':').at(-1) ?? ''
  return { stateMachineArn, name, definition, roleArn, revisionId, updateDate: new Date(startedAt) }
}

/** The event without inputs and outputs, for `includeExecutionData: false`. */
export function withoutData(event: HistoryEvent): HistoryEvent {
  const entries = Object.entries(event).map(([key, value]) => {
    if (!key.endsWith('EventDetails')) return [key, value]
    const { input: _input, output: _output, parameters: _parameters, ...rest } = value
    return [key, rest]
  })
  return Object.fromEntries(entries)
}
