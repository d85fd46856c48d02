import { createHmac, timingSafeEqual } from 'node:crypto'

/** The version that both signatures begin with: another way to sign gets another one. */
const version = 'v1'

export const webhookHeaders = {
  requestId: 'x-sluice-request-id',
  timestamp: 'x-sluice-timestamp',
  signature: 'x-sluice-signature',
} as const

/**
 * Signs what Sluice sends: `v1=` and the hex HMAC-SHA256 of `requestId.timestamp.body`. The receiver can refuse a
 * request that is old, or whose id it has seen.
 *
 * @param timestamp - Epoch seconds, real time.
 * @param body - The bytes as sent.
 */
export function signRequest(secret: string, sent: { requestId: string; timestamp: number; body: string }): string {
  return sign(secret, `${sent.requestId}.${sent.timestamp}.`, Buffer.from(sent.body))
}

/**
 * Signs an answer: `v1=` and the hex HMAC-SHA256 of `requestId.body`. The id of the request is part of it, so that an
 * answer to one question is no answer to another.
 *
 * @param body - The bytes as they arrived.
 */
export function signAnswer(secret: string, answer: { requestId: string; body: Uint8Array }): string {
  return sign(secret, `${answer.requestId}.`, answer.body)
}

/** Whether `given` is the signature `expected`; how long it takes says nothing about how much of it is right. */
export function isSignature(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)]
  return a.length === b.length && timingSafeEqual(a, b)
}

function sign(secret: string, prefix: string, body: Uint8Array): string {
  return `${version}=${createHmac('sha256', secret).update(prefix).update(body).digest('hex')}`
}
