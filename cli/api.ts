import { TransientError, UpstreamError, ValidationError } from '../shared/domain/errors.ts'
import { redact } from '../shared/domain/redact.ts'
import { type Fields, isObject } from './judge/field-reader.ts'

/** Where the API is, and who calls it. */
export interface Api {
  /** `http://127.0.0.1:4500` */
  readonly url: string
  /** Null: none is sent. */
  readonly token: string | null
}

/** Of one call, real milliseconds. */
const timeoutMs = 30_000

/** @throws {ValidationError} If `SLUICE_URL` is none. */
export function apiOf({ SLUICE_URL, SLUICE_TOKEN }: NodeJS.ProcessEnv): Api {
  const url = SLUICE_URL || 'http://127.0.0.1:4500'
  if (!URL.canParse(url)) throw new ValidationError(`SLUICE_URL is no URL: ${redact(url)}`)
  const { username, password } = new URL(url)
  // It is shown in messages, and `fetch` takes none.
  if (username !== '' || password !== '')
    throw new ValidationError('SLUICE_URL must not have a user or password in it; use SLUICE_TOKEN')
  return { url, token: SLUICE_TOKEN || null }
}

type Method = 'GET' | 'POST' | 'DELETE'

/** Reads something. @throws As {@link callApi}. */
export const readFromApi = (api: Api, path: string) => callApi(api, 'GET', path)

/**
 * @param content - Sent as JSON. Default: nothing is sent.
 * @returns The answer, which is an object.
 * @throws {TransientError} If the API does not answer.
 * @throws {UpstreamError} If it refuses.
 */
export async function callApi(api: Api, method: Method, path: string, content?: object): Promise<Fields> {
  const { status, isOk, body } = await sendToApi(api, method, path, content)
  if (isOk && isObject(body)) return body
  const detail = isObject(body) ? (body.detail ?? body.title) : undefined
  const why = typeof detail === 'string' ? detail : 'not an answer of Sluice; is SLUICE_URL right?'
  throw new UpstreamError(`${api.url} answered ${status} to ${path}: ${why}`)
}

export interface ApiAnswer {
  readonly status: number
  /** True for a status from 200 to 299. */
  readonly isOk: boolean
  /** Null where it was no JSON. */
  readonly body: unknown
}

/**
 * The answer, whatever it is: for commands to which a refusal says something.
 *
 * @param content - Sent as JSON. Default: nothing is sent.
 * @throws {TransientError} If the API does not answer.
 */
export async function sendToApi(
  { url, token }: Api,
  method: Method,
  path: string,
  content?: object,
): Promise<ApiAnswer> {
  const response = await callingApi(url, () =>
    fetch(new URL(path, url), {
      method,
      headers: {
        ...(token !== null && { authorization: `Bearer ${token}` }),
        ...(content !== undefined && { 'content-type': 'application/json' }),
      },
      ...(content !== undefined && { body: JSON.stringify(content) }),
      signal: AbortSignal.timeout(timeoutMs),
    }),
  )
  return { status: response.status, isOk: response.ok, body: await response.json().catch(() => null) }
}

async function callingApi(url: string, call: () => Promise<Response>): Promise<Response> {
  try {
    return await call()
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
    const why = cause instanceof Error ? cause.message || cause.name : String(cause)
    throw new TransientError(`the API at ${url} cannot be reached (SLUICE_URL): ${why}`, { cause: error })
  }
}
