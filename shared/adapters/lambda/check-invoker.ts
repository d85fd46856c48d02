import type { LambdaClient } from '@aws-sdk/client-lambda'
import * as z from 'zod'
import { TransientError } from '../../domain/errors.ts'
import type { CheckInvoker, CheckReport } from '../../ports/check-invoker.ts'
import { invokeAndWait, invokeLimits } from './invoke.ts'

const aReport: z.ZodType<CheckReport> = z.object({
  checked: z.int().nonnegative(),
  failed: z.array(z.object({ id: z.string(), reason: z.string() })),
})

/**
 * Calls the `rollback-check` function and waits for its report.
 *
 * @param functionName - Name or ARN.
 * @param deadlineMs - Real milliseconds. Default: that of {@link invokeLimits}.
 */
export function createLambdaCheckInvoker(
  client: LambdaClient,
  functionName: string,
  deadlineMs = invokeLimits.timeoutMs,
): CheckInvoker {
  const callee = { client, functionName, deadlineMs, otherwise: 'the check comes each minute all the same' }
  return {
    async check() {
      const answer = await invokeAndWait(callee, { answer: 'report' })
      const report = aReport.safeParse(answer)
      if (report.success) return report.data
      throw new TransientError(`${functionName} answered no report of a check: ${z.prettifyError(report.error)}`)
    },
  }
}
