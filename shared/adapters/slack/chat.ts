import { ConfigError, TransientError, ValidationError } from '../../domain/errors.ts'
import type { Chat, ChatMessage } from '../../ports/chat.ts'
import type { Clock } from '../../ports/clock.ts'
import { toNoAnswerReason } from '../http/no-answer.ts'
import { fromStatus, fromWord } from './slack-error.ts'
import { isSlackAddress } from './slack-hosts.ts'
import { waitWhenLimited } from './wait-when-limited.ts'
import { createWebApi } from './web-api.ts'

export interface SlackChatOptions {
  /** The bot token, `xoxb-…`, with the scope `chat:write`. Asked for at each call. */
  readonly token: () => Promise<string>
  readonly clock: Pick<Clock, 'sleep'>
  /** Default `https://slack.com/api/`. */
  readonly apiUrl?: string
  /** For local mode and tests: this machine counts as Slack. Default false. */
  readonly allowLoopback?: boolean
  /** For one call, real milliseconds. Default 5000. */
  readonly timeoutMs?: number
  /** For all waits that Slack asks for, real milliseconds. Default 10,000. */
  readonly patienceMs?: number
}

/**
 * Slack by its Web API, and by the addresses that come with commands and clicks.
 *
 * @throws {ConfigError} If `apiUrl` is not Slack's.
 */
export function createSlackChat(options: SlackChatOptions): Chat {
  const { clock, apiUrl = 'https://slack.com/api/', allowLoopback = false } = options
  const { timeoutMs = 5000, patienceMs = 10_000 } = options
  if (!isSlackAddress(apiUrl, { purpose: 'api', allowLoopback }))
    throw new ConfigError(`${apiUrl} is no address of Slack's Web API`)
  const call = createWebApi({ token: options.token, apiUrl, timeoutMs })
  const patience = { clock, patienceMs }

  return {
    async post(channel, message, options) {
      const tried = `slack:chat.postMessage to ${channel}`
      const thread = options && { thread_ts: options.replyTo, reply_broadcast: true }
      const input = { channel, ...toBody(message), unfurl_links: false, unfurl_media: false, ...thread }
      const answer = await waitWhenLimited(tried, patience, () => call('chat.postMessage', input))
      const { ts, channel: where } = { ...answer } as Readonly<Record<string, unknown>>
      if (typeof ts === 'string' && typeof where === 'string') return { channel: where, ts }
      throw new TransientError(`${tried}: the answer does not say where the message is`)
    },
    async update(place, message) {
      const input = { ...place, ...toBody(message) }
      await waitWhenLimited(`slack:chat.update in ${place.channel}`, patience, () => call('chat.update', input))
    },
    async respond(responseUrl, message, { replaces } = { replaces: false }) {
      if (!isSlackAddress(responseUrl, { purpose: 'answers', allowLoopback }))
        throw new ValidationError('the address for the answer is none of Slack', [
          { path: 'response_url', message: 'must be on https://hooks.slack.com/' },
        ])
      const body = { ...toBody(message), response_type: 'ephemeral', replace_original: replaces }
      await waitWhenLimited('slack:response_url', patience, () => answer(responseUrl, body, timeoutMs))
    },
  }
}

function toBody({ text, blocks }: ChatMessage) {
  return { text, blocks }
}

/** The address itself is a secret for 30 minutes: no error names it. */
async function answer(responseUrl: string, body: object, timeoutMs: number): Promise<void> {
  const tried = 'slack:response_url'
  const response = await fetch(responseUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json; charset=utf-8' },
    body: JSON.stringify(body),
    redirect: 'error',
    signal: AbortSignal.timeout(timeoutMs),
  }).catch((error: unknown) => {
    throw new TransientError(`${tried}: no answer: ${toNoAnswerReason(error, timeoutMs)}`)
  })
  const text = await response.text().catch(() => '')
  if (response.ok) return
  const [word] = /\b[a-z]+(_[a-z]+)+\b/.exec(text) ?? []
  if (word !== undefined && response.status < 500 && response.status !== 429) throw fromWord(word, tried)
  throw fromStatus(response.status, tried, response.headers.get('retry-after'))
}
