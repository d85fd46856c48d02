import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { hidden } from '../../domain/redact.ts'
import type { Clock } from '../../ports/clock.ts'
import type { WebhookJudge, WebhookRequest } from '../../ports/webhook-judge.ts'
import { toNoAnswerReason } from './no-answer.ts'
import type { CallOutside, OutsideRequest } from './outside-call.ts'
import { parseAnswer } from './webhook-answer.ts'
import { isSignature, signAnswer, signRequest, webhookHeaders } from './webhook-signature.ts'

/** Bytes of an answer's body; a longer one is an error, not an answer that is cut off. */
export const largestAnswerBytes = 64 * 1024

/**
 * Asks judges over HTTP.
 *
 * @param version - Sluice's own, for `User-Agent: sluice/<version>`.
 * @param clock - Signatures carry real time, whatever the rehearsal's clock says.
 * @param call - Follows no redirect: the question and its signature would go to an address that nobody configured.
 */
export function createHttpWebhookJudge(
  version: string,
  clock: Pick<Clock, 'realNow'>,
  call: CallOutside,
): WebhookJudge {
  return {
    async ask(request) {
      const startedAt = performance.now()
      try {
        const requestId = randomUUID()
        const question = toRequest(request, requestId, version, clock.realNow())
        const answer = await call(question, (response) => readAnswer(response, request.secret, requestId))
        if (typeof answer === 'string') return { status: 'error', reason: answer }
        return { ...answer, milliseconds: Math.round(performance.now() - startedAt) }
      } catch (error) {
        return { status: 'error', reason: `no answer: ${toNoAnswerReason(error, request.timeoutMs)}` }
      }
    },
  }
}

function toRequest(request: WebhookRequest, requestId: string, version: string, realNowMs: number): OutsideRequest {
  const { url, secret, timeoutMs } = request
  const body = JSON.stringify(request.question)
  const timestamp = Math.floor(realNowMs / 1000)
  const headers = {
    'content-type': 'application/json',
    accept: 'application/json',
    // The signature is over the bytes as they are: nobody between may wonder whether before or after compression.
    'accept-encoding': 'identity',
    'user-agent': `sluice/${version}`,
    [webhookHeaders.requestId]: requestId,
    [webhookHeaders.timestamp]: String(timestamp),
    [webhookHeaders.signature]: signRequest(secret, { requestId, timestamp, body }),
  }
  return { url, method: 'POST', headers, body, timeoutMs }
}

/** The answer, or the sentence that says why there is none to go by. */
async function readAnswer(response: IncomingMessage, secret: string, requestId: string) {
  const refused = refuseStatus(response.statusCode ?? 0)
  if (refused !== null) return refused
  const body = await readBody(response)
  if (body === null) return `the answer is larger than ${largestAnswerBytes} bytes`
  const signature = response.headers[webhookHeaders.signature]
  if (typeof signature !== 'string') return 'the answer is not signed: it has no X-Sluice-Signature'
  if (!isSignature(signature, signAnswer(secret, { requestId, body })))
    return 'the signature of the answer is wrong: another secret, another request id, or other bytes'
  return parseAnswer(withoutSecret(body, secret))
}

/** A judge that repeats the secret, say in what it prints of a request, must not bring it into the record. */
function withoutSecret(body: Uint8Array, secret: string): Uint8Array {
  const bytes = Buffer.from(body)
  return bytes.includes(secret) ? Buffer.from(bytes.toString('utf8').replaceAll(secret, hidden)) : body
}

function refuseStatus(status: number): string | null {
  if (status >= 200 && status < 300) return null
  if (status >= 300 && status < 400) return `answered ${status}: redirects are not followed`
  return `answered ${status}, expected 200-299`
}

/** Null when there is more than we take. */
async function readBody(response: IncomingMessage): Promise<Uint8Array | null> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.byteLength
    // Leaving the loop cancels the rest.
    if (size > largestAnswerBytes) return null
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
