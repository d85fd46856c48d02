import type { Context } from 'hono'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import {
  ConflictError,
  ForbiddenError,
  NotFoundError,
  type Problem,
  TransientError,
  UnauthorizedError,
  UpstreamError,
  ValidationError,
} from '../../shared/domain/errors.ts'
import { redactJson } from '../../shared/domain/redact.ts'

/** What HTTP itself refuses before any use case is asked. */
const refusals = {
  'not-found': 404,
  'method-not-allowed': 405,
  'payload-too-large': 413,
  'uri-too-long': 414,
  'unsupported-media-type': 415,
  'too-many-requests': 429,
  'headers-too-large': 431,
} as const satisfies Record<string, ContentfulStatusCode>

/** A request that is no request of this API: wrong path, method, size or media type; or one too many. */
export class RequestRefused extends Error {
  override readonly name = 'RequestRefused'
  constructor(
    readonly refusal: keyof typeof refusals,
    message: string,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(message)
  }
}

/** An RFC 9457 problem document. `current` becomes members of their own beside the standard ones. */
export interface ProblemDocument {
  readonly type: string
  readonly title: string
  readonly status: ContentfulStatusCode
  readonly detail: string
  readonly errors: readonly Problem[]
  readonly [extension: string]: unknown
}

interface Answer {
  readonly problem: ProblemDocument
  readonly headers: Readonly<Record<string, string>>
}

/** Seconds after which a call that failed for a passing reason is worth repeating. */
const retryAfterSeconds = 2

/** Error → status and problem body; the only place that knows HTTP statuses of errors. */
export function toProblem(error: unknown): Answer {
  if (error instanceof RequestRefused) {
    const title = error.refusal.replaceAll('-', ' ')
    return answer(refusals[error.refusal], error.refusal, title, error.message, {}, error.headers)
  }
  if (error instanceof ValidationError) {
    const status = error.unparsable ? 400 : 422
    const word = error.unparsable ? 'unparsable-request' : 'invalid-request'
    return answer(status, word, 'the request is wrong', error.message, { errors: error.problems })
  }
  if (error instanceof UnauthorizedError) {
    const challenge = { 'WWW-Authenticate': toChallenge(error) }
    return answer(401, 'unauthorized', 'nobody is signed in', error.message, {}, challenge)
  }
  if (error instanceof ForbiddenError) return answer(403, 'forbidden', 'not allowed', error.message)
  if (error instanceof NotFoundError) return answer(404, 'not-found', 'not found', error.message)
  if (error instanceof ConflictError)
    return answer(409, 'conflict', 'not possible in this state', error.message, {
      ...error.current,
      errors: error.problems,
    })
  if (error instanceof UpstreamError) return answer(502, 'upstream', 'AWS refuses', error.message)
  if (error instanceof TransientError)
    return answer(
      503,
      'try-again',
      'not possible right now',
      error.message,
      {},
      { 'Retry-After': `${retryAfterSeconds}` },
    )
  // Details of our own bugs belong in the log, not in an answer: nobody chose what they would show.
  return answer(500, 'internal', 'an error of ours', 'something went wrong; the request id names it in the log')
}

/** @see RFC 6750, section 3 */
function toChallenge({ tokenRefused }: UnauthorizedError): string {
  return tokenRefused ? 'Bearer realm="sluice", error="invalid_token"' : 'Bearer realm="sluice"'
}

function answer(
  status: ContentfulStatusCode,
  word: string,
  title: string,
  detail: string,
  members: Readonly<Record<string, unknown>> = {},
  headers: Readonly<Record<string, string>> = {},
): Answer {
  const standard = { type: `urn:sluice:problem:${word}`, title, status, detail }
  // What stands in our way is shown after the standard members, and never in place of one.
  const problem = { ...standard, errors: [], ...members, ...standard }
  return { problem, headers }
}

/** Sends `error` as `application/problem+json`. */
export function sendProblem(c: Context, error: unknown): Response {
  const { problem, headers } = toProblem(error)
  const always = { 'Content-Type': 'application/problem+json', 'Cache-Control': 'no-store' }
  // What is refused is often repeated in why.
  return c.body(JSON.stringify(redactJson(problem)), problem.status, { ...always, ...headers })
}
