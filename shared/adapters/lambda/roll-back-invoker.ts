import type { LambdaClient } from '@aws-sdk/client-lambda'
import { TransientError } from '../../domain/errors.ts'
import type { RollBackInvoker } from '../../ports/roll-back-invoker.ts'
import { invokeAndWait, invokeLimits } from './invoke.ts'

/**
 * Calls the `roll-back` function and waits for its answer.
 *
 * @param functionName - Name or ARN.
 * @param deadlineMs - Real milliseconds. Default: that of {@link invokeLimits}.
 */
export function createLambdaRollBackInvoker(
  client: LambdaClient,
  functionName: string,
  deadlineMs = invokeLimits.timeoutMs,
): RollBackInvoker {
  const callee = { client, functionName, deadlineMs, otherwise: 'the goal stands and the check does it' }
  return {
    async rollBack(id, cause) {
      const answer = await invokeAndWait(callee, { deploymentId: id, cause })
      const outcome = typeof answer === 'object' && answer !== null && 'outcome' in answer ? answer.outcome : undefined
      if (outcome === 'restored' || outcome === 'under-way') return outcome
      throw new TransientError(
        `${functionName} answered ${JSON.stringify(answer) ?? 'nothing'}; expected {"outcome":"restored"|"under-way"}`,
      )
    },
  }
}
