import { createRequestLog, type RequestLog } from '../../local/aws/request-log.ts'
import type { Calls, Counted } from './messages.ts'

/** How AWS's services spell it. */
const throttling = new Set(['Throttling', 'ThrottlingException', 'ProvisionedThroughputExceededException'])

export interface CallCounter {
  readonly requestLog: RequestLog
  /** What has come since the last time. */
  take(): Counted
}

/** Counts the calls that reach the endpoint, and keeps none of their content. */
export function createCallCounter(): CallCounter {
  let entries: { readonly name: string; readonly outcome: () => string }[] = []
  const none = createRequestLog(1)
  return {
    requestLog: {
      ...none,
      add(request) {
        const entry = none.add(request)
        entries.push({ name: `${request.service}:${request.action}`, outcome: () => entry.outcome })
        return entry
      },
      setInput: () => undefined,
    },
    take() {
      const taken = entries
      entries = []
      const refused = taken.filter(({ outcome }) => throttling.has(outcome()))
      return { calls: countNames(taken), throttled: countNames(refused) }
    },
  }
}

function countNames(entries: readonly { readonly name: string }[]): Calls {
  const counts: Record<string, number> = {}
  for (const { name } of entries) counts[name] = (counts[name] ?? 0) + 1
  return counts
}
