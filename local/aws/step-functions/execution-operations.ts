import {
  DescribeExecution$,
  type DescribeExecutionInput,
  type DescribeExecutionOutput,
  DescribeStateMachineForExecution$,
  type DescribeStateMachineForExecutionInput,
  type DescribeStateMachineForExecutionOutput,
  GetExecutionHistory$,
  type GetExecutionHistoryInput,
  type GetExecutionHistoryOutput,
  ListExecutions$,
  type ListExecutionsInput,
  type ListExecutionsOutput,
  StartExecution$,
  type StartExecutionInput,
  type StartExecutionOutput,
  StopExecution$,
  type StopExecutionInput,
  type StopExecutionOutput,
} from '@aws-sdk/client-sfn'
import { AwsError, type AwsOperation, operation } from '../service.ts'
import { toDescription, toListItem, toStateMachine, withoutData } from './execution-output.ts'
import type { Executions } from './executions.ts'
import { toPage } from './pages.ts'
import type { StateMachines } from './state-machines.ts'

/** The operations on executions. */
export function executionOperations(
  machines: StateMachines,
  executions: Executions,
): Readonly<Record<string, AwsOperation>> {
  return {
    StartExecution: operation<StartExecutionInput, StartExecutionOutput>(StartExecution$, true, (input) => {
      const { arn, startedAt } = executions.start(input)
      return { executionArn: arn, startDate: new Date(startedAt) }
    }),
    DescribeExecution: operation<DescribeExecutionInput, DescribeExecutionOutput>(DescribeExecution$, false, (input) =>
      toDescription(executions.find(input.executionArn)),
    ),
    DescribeStateMachineForExecution: operation<
      DescribeStateMachineForExecutionInput,
      DescribeStateMachineForExecutionOutput
    >(DescribeStateMachineForExecution$, false, (input) => toStateMachine(executions.find(input.executionArn))),
    ListExecutions: operation<ListExecutionsInput, ListExecutionsOutput>(ListExecutions$, false, (input) => {
      machines.describe(input.stateMachineArn)
      const all = executions.list(input.stateMachineArn)
      const wanted = input.statusFilter ? all.filter(({ status }) => status === input.statusFilter) : all
      const { items, ...next } = toPage(wanted, input)
      return { executions: items.map(toListItem), ...next }
    }),
    StopExecution: operation<StopExecutionInput, StopExecutionOutput>(StopExecution$, true, (input) => {
      const { error, cause } = checkFailure(input)
      const execution = executions.find(input.executionArn)
      executions.end(execution, { status: 'ABORTED', error, cause })
      return { stopDate: new Date(execution.stoppedAt ?? execution.startedAt) }
    }),
    GetExecutionHistory: operation<GetExecutionHistoryInput, GetExecutionHistoryOutput>(
      GetExecutionHistory$,
      false,
      (input) => {
        const { events } = executions.find(input.executionArn)
        const { items, ...next } = toPage(input.reverseOrder ? events.toReversed() : events, input)
        return { events: input.includeExecutionData === false ? items.map(withoutData) : [...items], ...next }
      },
    ),
  }
}

/** @throws {AwsError} `ValidationException` for an error over 256 or a cause over 32,768 characters. */
export function checkFailure<T extends { error?: string | undefined; cause?: string | undefined }>(input: T): T {
  const limits = { error: 256, cause: 32_768 } as const
  for (const member of ['error', 'cause'] as const) {
    if ((input[member]?.length ?? 0) <= limits[member]) continue
    const rule = `Member must have length less than or equal to ${limits[member]}`
    throw new AwsError(
      'ValidationException',
      `1 validation error detected: Value at '${member}' failed to satisfy constraint: ${rule}`,
    )
  }
  return input
}
