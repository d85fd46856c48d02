import { createHmac, timingSafeEqual } from 'node:crypto'
import { ConfigError } from '../../shared/domain/errors.ts'

/** How far Slack's timestamp may be from ours, before or after, seconds of real time. */
export const toleranceSeconds = 300

/** Why a request is not taken for Slack's. */
export type SignatureRefusal =
  | 'no-timestamp'
  | 'malformed-timestamp'
  | 'stale-timestamp'
  | 'no-signature'
  | 'malformed-signature'
  | 'wrong-signature'

export type SignatureCheck = { readonly ok: true } | { readonly ok: false; readonly refusal: SignatureRefusal }

export interface SignedRequest {
  /** The app's signing secret. */
  readonly secret: string
  /** Name and value of each header line, names in any case. */
  readonly headers: Iterable<readonly [name: string, value: string]>
  /** The body as it arrived: a form that was parsed and written again has other bytes. */
  readonly rawBody: Uint8Array
  /** Real time, milliseconds since the epoch. */
  readonly nowMs: number
}

/**
 * Whether Slack signed this request, and lately: `v0=` and the hex HMAC-SHA256 of `v0:timestamp:body`.
 *
 * A header that comes twice is malformed, whether as two lines or as one with a comma: nobody could say which of the two
 * was signed.
 *
 * @throws {ConfigError} If the secret is empty: anybody can sign with that.
 * @see Slack, "Verifying requests from Slack"
 */
export function verifySignature({ secret, headers, rawBody, nowMs }: SignedRequest): SignatureCheck {
  if (secret.trim() === '') throw new ConfigError('the signing secret of Slack is empty')
  const lines = [...headers]
  const timestamp = readOne(lines, 'x-slack-request-timestamp')
  if (timestamp === null) return refuse('no-timestamp')
  if (!/^[0-9]{1,12}$/.test(timestamp)) return refuse('malformed-timestamp')
  if (Math.abs(nowMs - Number(timestamp) * 1000) > toleranceSeconds * 1000) return refuse('stale-timestamp')

  const signature = readOne(lines, 'x-slack-signature')
  if (signature === null) return refuse('no-signature')
  const [, hex] = /^v0=([0-9a-f]{64})$/.exec(signature) ?? []
  if (hex === undefined) return refuse('malformed-signature')
  const expected = createHmac('sha256', secret).update(`v0:${timestamp}:`).update(rawBody).digest()
  // Both are 32 bytes; how long the comparison takes says nothing about how much of it is right.
  return timingSafeEqual(Buffer.from(hex, 'hex'), expected) ? { ok: true } : refuse('wrong-signature')
}

function refuse(refusal: SignatureRefusal): SignatureCheck {
  return { ok: false, refusal }
}

/** Null if there is none. Several become one with commas in it, as HTTP joins them, and that is no timestamp or signature. */
function readOne(lines: readonly (readonly [name: string, value: string])[], name: string): string | null {
  const values = lines.filter(([given]) => given.toLowerCase() === name).map(([, value]) => value)
  return values.length === 0 ? null : values.join(', ')
}
