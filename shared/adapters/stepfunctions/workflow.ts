import {
  DescribeExecutionCommand,
  type DescribeExecutionCommandOutput,
  SendTaskSuccessCommand,
  type SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn'
import { NotFoundError, UpstreamError } from '../../domain/errors.ts'
import type { Workflow } from '../../ports/workflow.ts'
import { callingAws, codeOf } from '../aws-error.ts'
import { withDeadline } from '../deadline.ts'

/** A token that was used, came late or belongs to nothing: whoever waited has gone on already. */
const spentTokens = new Set(['TaskTimedOut', 'TaskDoesNotExist', 'InvalidToken'])

/**
 * Runs deployments on Step Functions (Standard).
 *
 * @param deadlineMs - Real milliseconds for each call, retries included. Default 10,000.
 */
export function createStepFunctionsWorkflow(client: SFNClient, stateMachineArn: string, deadlineMs = 10_000): Workflow {
  const within = <T>(tried: string, on: string, send: (abortSignal: AbortSignal) => Promise<T>) =>
    callingAws({ tried: `states:${tried}`, on }, () => withDeadline(deadlineMs, send))
  const describe = (name: string) => {
    const command = new DescribeExecutionCommand({ executionArn: toExecutionArn(stateMachineArn, name) })
    return within('DescribeExecution', name, (abortSignal) => client.send(command, { abortSignal }))
  }
  return {
    async start(id, execution) {
      const name = toExecutionName(id, execution)
      const input = toInput(id)
      const command = new StartExecutionCommand({ stateMachineArn, name, input })
      try {
        await within('StartExecution', name, (abortSignal) => client.send(command, { abortSignal }))
      } catch (error) {
        if (!(error instanceof Error) || codeOf(error.cause) !== 'ExecutionAlreadyExists') throw error
        // It ended already, or somebody started it otherwise: the name decides, so it is adopted if it is really ours.
        const existing = await describe(name)
        if (existing.input !== undefined && existing.input !== input)
          throw new UpstreamError(`execution ${name} exists with another input: ${existing.input}`, { cause: error })
      }
    },
    async wake(taskToken) {
      // The token carries no data: who is woken reads the deployment.
      const command = new SendTaskSuccessCommand({ taskToken, output: '{}' })
      try {
        await within('SendTaskSuccess', 'a waiting task', (abortSignal) => client.send(command, { abortSignal }))
      } catch (error) {
        if (!(error instanceof Error) || !spentTokens.has(codeOf(error.cause))) throw error
      }
    },
    async status(id, execution) {
      try {
        return toStatus((await describe(toExecutionName(id, execution))).status)
      } catch (error) {
        if (error instanceof NotFoundError) return 'unknown'
        throw error
      }
    },
  }
}

/** `{id}` for the first, `{id}-2` and so on for its successors. Unique per state machine for 90 days. */
export function toExecutionName(id: string, execution: number): string {
  return execution === 1 ? id : `${id}-${execution}`
}

/** The same bytes for the same id: StartExecution is idempotent only for equal input. Never an instant in it. */
export function toInput(id: string): string {
  return JSON.stringify({ Payload: { deploymentId: id, schemaVersion: 1 } })
}

function toExecutionArn(stateMachineArn: string, name: string): string {
  return `${stateMachineArn.replace(':stateMachine:', ':execution:')}:${name}`
}

function toStatus(status: DescribeExecutionCommandOutput['status']): 'running' | 'ended' | 'failed' {
  switch (status) {
    case 'SUCCEEDED':
      return 'ended'
    case 'FAILED':
    case 'TIMED_OUT':
    case 'ABORTED':
      return 'failed'
    // Waiting for a redrive: it goes on by itself.
    case 'PENDING_REDRIVE':
    case 'RUNNING':
      return 'running'
    case undefined:
      throw new UpstreamError('states:DescribeExecution answered without a status')
  }
}
