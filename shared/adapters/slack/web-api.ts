import type { WebAPICallResult, WebClient } from '@slack/web-api'
import { ConfigError, TransientError } from '../../domain/errors.ts'
import { messageOf } from '../../domain/message-of.ts'
import { toNoAnswerReason } from '../http/no-answer.ts'
import { fromStatus, fromWord, RateLimited } from './slack-error.ts'

export interface WebApiOptions {
  /** The bot token. Asked for at each call: it may change. */
  readonly token: () => Promise<string>
  /** Ends in a slash. */
  readonly apiUrl: string
  readonly timeoutMs: number
}

/** Calls one method of Slack's Web API, once. */
export type CallMethod = (method: string, input: Readonly<Record<string, unknown>>) => Promise<WebAPICallResult>

/**
 * Slack's own client, loaded at the first call: what only verifies and hands on never needs it. It sends each call once;
 * whether to wait and call again is decided here, since its own default is half an hour.
 */
export function createWebApi({ token, apiUrl, timeoutMs }: WebApiOptions): CallMethod {
  let client: Promise<WebClient> | undefined
  const load = async () => {
    const { LogLevel, WebClient } = await import('./client-package.ts')
    return new WebClient(undefined, {
      slackApiUrl: apiUrl,
      allowAbsoluteUrls: false,
      timeout: timeoutMs,
      retryConfig: { retries: 0 },
      rejectRateLimitedCalls: true,
      logger: silent(LogLevel.ERROR),
    })
  }
  return async (method, input) => {
    const bearer = checkToken(await token())
    client ??= load()
    const loaded = await client
    try {
      return await loaded.apiCall(method, { ...input, token: bearer })
    } catch (error) {
      throw toOurs(error, `slack:${method}`, timeoutMs)
    }
  }
}

/** @throws {ConfigError} For what no header can hold. The client's own error would show the token in its message. */
function checkToken(token: string): string {
  const trimmed = token.trim()
  if (!/^[\x21-\x7e]{1,1000}$/.test(trimmed)) throw new ConfigError('the bot token of Slack is empty, or no token')
  return trimmed
}

/** By its code: the classes come with the package, which is loaded late. */
function toOurs(error: unknown, tried: string, timeoutMs: number): Error {
  const { code, data, retryAfter, statusCode, original } = { ...(error as Readonly<Record<string, unknown>>) }
  if (code === 'slack_webapi_rate_limited_error') return new RateLimited(Number(retryAfter) || 0)
  if (code === 'slack_webapi_platform_error') return fromWord(wordOf(data), tried, error)
  if (code === 'slack_webapi_http_error') return fromStatus(Number(statusCode), tried)
  const reason = original instanceof Error ? toNoAnswerReason(original, timeoutMs) : messageOf(error)
  return new TransientError(`${tried}: no answer: ${reason}`, { cause: error })
}

function wordOf(data: unknown): string {
  return typeof data === 'object' && data !== null && 'error' in data ? String(data.error) : ''
}

/** It would write lines of its own to the console, and what it calls at which address belongs to our log alone. */
function silent<Level>(level: Level) {
  const nothing = () => undefined
  return {
    debug: nothing,
    info: nothing,
    warn: nothing,
    error: nothing,
    setLevel: nothing,
    setName: nothing,
    getLevel: () => level,
  }
}
