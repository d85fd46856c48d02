import { messageOf } from '../../domain/message-of.ts'
import { redact } from '../../domain/redact.ts'
import { NotSentError } from './outside-call.ts'

/** Why a call outside failed, in words. */
export function toNoAnswerReason(error: unknown, timeoutMs: number): string {
  if (!(error instanceof Error)) return String(error)
  if (error.name === 'TimeoutError') return `no complete answer within ${timeoutMs} ms`
  if (error instanceof NotSentError) return error.message
  // `fetch` says no more than that it failed; why, is in the cause.
  if (error.cause instanceof Error) return toNoAnswerReason(error.cause, timeoutMs)
  const code = 'code' in error ? `${error.code}: ` : ''
  return redact(`${code}${error.message || firstOf(error)}`)
}

/** Several addresses were tried: the aggregate has no message of its own. */
function firstOf(error: Error): string {
  return error instanceof AggregateError ? messageOf(error.errors[0]) : 'no message'
}
