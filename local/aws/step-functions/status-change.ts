import { randomUUID } from 'node:crypto'
import type { ExecutionStatus } from '@aws-sdk/client-sfn'
import type { ExecutionRecord } from './execution.ts'

/**
 * The event that EventBridge delivers when an execution starts or ends.
 * @see Step Functions developer guide, "Automating Step Functions event delivery with EventBridge"
 */
export interface ExecutionStatusChange {
  readonly version: '0'
  readonly id: string
  readonly 'detail-type': 'Step Functions Execution Status Change'
  readonly source: 'aws.states'
  readonly account: string
  /** ISO 8601, local time, whole seconds. */
  readonly time: string
  readonly region: string
  readonly resources: readonly [string]
  readonly detail: {
    readonly executionArn: string
    readonly stateMachineArn: string
    readonly name: string
    readonly status: ExecutionStatus
    /** Milliseconds since the epoch. */
    readonly startDate: number
    readonly stopDate: number | null
    readonly input: string
    readonly output: string | null
    readonly error: string | null
    readonly cause: string | null
  }
}

export function toStatusChange(execution: ExecutionRecord): ExecutionStatusChange {
  const { arn, stateMachineArn, name, status, startedAt, stoppedAt, input, output, error, cause } = execution
  const [, , , region = '', account = ''] = arn.split(':')
  return {
    version: '0',
    id: randomUUID(),
    'detail-type': 'Step Functions Execution Status Change',
    source: 'aws.states',
    account,
    time: new Date(stoppedAt ?? startedAt).toISOString().replace(/\.\d+Z$/, 'Z'),
    region,
    resources: [arn],
    detail: {
      ...{ executionArn: arn, stateMachineArn, name, status, startDate: startedAt, stopDate: stoppedAt ?? null },
      ...{ input, output: output ?? null, error: error ?? null, cause: cause ?? null },
    },
  }
}
