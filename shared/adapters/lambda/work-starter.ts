import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda'
import { TransientError } from '../../domain/errors.ts'
import { messageOf } from '../../domain/message-of.ts'
import type { WorkStarter } from '../../ports/work-starter.ts'
import { callingAws } from '../aws-error.ts'
import { withDeadline } from '../deadline.ts'

/** Whoever typed a command is answered within 3 s, and this is not all that has to fit in. */
const deadlineMs = 1500

/**
 * Invokes a function as an event: Lambda keeps the payload and runs it later, again if it fails.
 *
 * @param functionName - Name or ARN.
 * @param limitMs - Real milliseconds. Default 1500.
 */
export function createLambdaWorkStarter(client: LambdaClient, functionName: string, limitMs = deadlineMs): WorkStarter {
  return {
    async start(payload) {
      const command = new InvokeCommand({
        FunctionName: functionName,
        InvocationType: 'Event',
        Payload: new TextEncoder().encode(JSON.stringify(payload)),
      })
      try {
        await callingAws({ tried: 'lambda:Invoke', on: functionName }, () =>
          withDeadline(limitMs, (abortSignal) => client.send(command, { abortSignal })),
        )
      } catch (error) {
        throw new TransientError(`${functionName} was not given its work: ${messageOf(error)}`, { cause: error })
      }
    },
  }
}
