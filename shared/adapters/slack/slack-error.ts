import { NotFoundError, TransientError, UpstreamError } from '../../domain/errors.ts'

/** Slack asked to wait. Caught by the loop that waits. */
export class RateLimited extends Error {
  override readonly name = 'RateLimited'
  constructor(readonly retryAfterSeconds: number) {
    super(`asked to wait for ${retryAfterSeconds} s`)
  }
}

/** Words of Slack for what is not there (any more). */
const missing = new Set([
  'cant_update_message',
  'channel_not_found',
  'expired_url',
  'is_archived',
  'message_not_found',
  'not_in_channel',
  'used_url',
])

/** Words for what may go through later. */
const passing = new Set([
  'fatal_error',
  'internal_error',
  'message_limit_exceeded',
  'request_timeout',
  'service_unavailable',
])

/** Words for "slow down" in a body. */
const limited = new Set(['ratelimited', 'rate_limited'])

/** Seconds to wait where Slack does not say how long. */
const defaultWaitSeconds = 1

/** Our error for a word of Slack's. @param tried - `chat.postMessage to C0123`. */
export function fromWord(word: string, tried: string, cause?: unknown): Error {
  const options = cause === undefined ? {} : { cause }
  if (!/^[a-z_]{1,60}$/.test(word)) return new TransientError(`${tried}: the answer is none of Slack's`, options)
  if (limited.has(word)) return new RateLimited(defaultWaitSeconds)
  if (missing.has(word)) return new NotFoundError(`${tried}: Slack says ${word}`, options)
  if (passing.has(word)) return new TransientError(`${tried}: Slack says ${word}; it may go through later`, options)
  return new UpstreamError(`${tried}: Slack refuses: ${word}; check the app's token, scopes and channels`, options)
}

/** Our error for a status that carries no word. @param retryAfter - The header's text, if it was there. */
export function fromStatus(status: number, tried: string, retryAfter: string | null = null): Error {
  if (status === 429) return new RateLimited(toSeconds(retryAfter))
  if (status >= 500) return new TransientError(`${tried}: Slack answers ${status}; it may go through later`)
  if (status === 404 || status === 410) return new NotFoundError(`${tried}: Slack answers ${status}`)
  return new UpstreamError(`${tried}: Slack answers ${status}`)
}

function toSeconds(header: string | null): number {
  return header !== null && /^[0-9]{1,6}$/.test(header.trim()) ? Number(header) : defaultWaitSeconds
}
