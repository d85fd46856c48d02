import { type CodeDeployClient, PutLifecycleEventHookExecutionStatusCommand } from '@aws-sdk/client-codedeploy'
import { NotFoundError } from '../../domain/errors.ts'
import { messageOf } from '../../domain/message-of.ts'
import type { HookAnswer, HookStatus } from '../../ports/hook-status.ts'
import { codeOf, toDomainError } from '../aws-error.ts'
import { withDeadline } from '../deadline.ts'

/** The first try and two more, each short: the function that waits for it has seconds left. */
export const hookStatusLimits = { maxAttempts: 3, timeoutMs: 2000 }

/**
 * Answers lifecycle hooks at CodeDeploy.
 *
 * @param deadlineMs - Real milliseconds for one answer, the client's own tries included. Default 8000.
 */
export function createCodeDeployHookStatus(client: CodeDeployClient, deadlineMs = 8000): HookStatus {
  return {
    async put(answer) {
      const { deploymentId, executionId, status } = answer
      const input = { deploymentId, lifecycleEventHookExecutionId: executionId, status }
      const command = new PutLifecycleEventHookExecutionStatusCommand(input)
      try {
        await withDeadline(deadlineMs, (abortSignal) => client.send(command, { abortSignal }))
        return 'taken'
      } catch (error) {
        if (codeOf(error) === 'LifecycleEventAlreadyCompleted') return 'already-over'
        throw toHookError(error, answer)
      }
    },
  }
}

function toHookError(error: unknown, { deploymentId }: HookAnswer): Error {
  const tried = 'codedeploy:PutLifecycleEventHookExecutionStatus'
  switch (codeOf(error)) {
    case 'DeploymentDoesNotExist':
    case 'InvalidLifecycleEventHookExecutionId': {
      const helps = 'it is to be called by CodeDeploy, in the account and Region of the deployment'
      return new NotFoundError(`${tried} on ${deploymentId} failed: ${messageOf(error)}; ${helps}`, { cause: error })
    }
  }
  return toDomainError(error, { tried, on: deploymentId })
}
