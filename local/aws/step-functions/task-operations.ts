import {
  SendTaskFailure$,
  type SendTaskFailureInput,
  SendTaskHeartbeat$,
  type SendTaskHeartbeatInput,
  SendTaskSuccess$,
  type SendTaskSuccessInput,
} from '@aws-sdk/client-sfn'
import { TaskError } from '../../workflow/errors.ts'
import { AwsError, type AwsOperation, operation } from '../service.ts'
import { checkFailure } from './execution-operations.ts'
import { checkPayload, type Executions } from './executions.ts'
import type { TaskTokens } from './tokens.ts'

/** The callbacks of Tasks that wait for one. */
export function taskOperations(tokens: TaskTokens, executions: Executions): Readonly<Record<string, AwsOperation>> {
  const exists = (arn: string) => executions.has(arn)
  return {
    SendTaskSuccess: operation<SendTaskSuccessInput, object>(SendTaskSuccess$, true, ({ taskToken, output }) => {
      tokens.succeed(taskToken, parseOutput(output), exists)
      return {}
    }),
    SendTaskFailure: operation<SendTaskFailureInput, object>(SendTaskFailure$, true, (input) => {
      const { error = 'States.TaskFailed', cause = '' } = checkFailure(input)
      tokens.fail(input.taskToken, new TaskError(error, cause), exists)
      return {}
    }),
    SendTaskHeartbeat: operation<SendTaskHeartbeatInput, object>(SendTaskHeartbeat$, false, ({ taskToken }) => {
      tokens.heartbeat(taskToken, exists)
      return {}
    }),
  }
}

function parseOutput(output: string | undefined): unknown {
  checkPayload('output', output ?? '')
  try {
    return JSON.parse(output ?? '')
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new AwsError('InvalidOutput', `Invalid Output: '${reason}'`)
  }
}
