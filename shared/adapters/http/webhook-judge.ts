import { randomUUID } from 'node:crypto'
import type { Clock } from '../../ports/clock.ts'
import type { WebhookJudge, WebhookRequest } from '../../ports/webhook-judge.ts'
import { toNoAnswerReason } from './no-answer.ts'
import { parseAnswer } from './webhook-answer.ts'
import { isSignature, signAnswer, signRequest, webhookHeaders } from './webhook-signature.ts'

/** Bytes of an answer's body; a longer one is an error, not an answer that is cut off. */
export const largestAnswerBytes = 64 * 1024

/**
 * Asks judges over HTTP with Node's own `fetch`.
 *
 * @param version - Sluice's own, for `User-Agent: sluice/<version>`.
 * @param clock - Signatures carry real time, whatever the rehearsal's clock says.
 */
export function createHttpWebhookJudge(version: string, clock: Pick<Clock, 'realNow'>): WebhookJudge {
  return {
    async ask(request) {
      const startedAt = performance.now()
      try {
        const requestId = randomUUID()
        const response = await send(request, requestId, version, clock.realNow())
        const answer = await readAnswer(response, request.secret, requestId)
        if (typeof answer === 'string') return { status: 'error', reason: answer }
        return { ...answer, milliseconds: Math.round(performance.now() - startedAt) }
      } catch (error) {
        return { status: 'error', reason: `no answer: ${toNoAnswerReason(error, request.timeoutMs)}` }
      }
    },
  }
}

function send(request: WebhookRequest, requestId: string, version: string, realNowMs: number): Promise<Response> {
  const body = JSON.stringify(request.question)
  const timestamp = Math.floor(realNowMs / 1000)
  return fetch(request.url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json',
      // The signature is over the bytes as they are: nobody between may wonder whether before or after compression.
      'accept-encoding': 'identity',
      'user-agent': `sluice/${version}`,
      [webhookHeaders.requestId]: requestId,
      [webhookHeaders.timestamp]: String(timestamp),
      [webhookHeaders.signature]: signRequest(request.secret, { requestId, timestamp, body }),
    },
    body,
    // Followed, the question and its signature would go to an address that nobody configured.
    redirect: 'manual',
    // Covers the body too: an answer that never ends is none.
    signal: AbortSignal.timeout(request.timeoutMs),
  })
}

/** The answer, or the sentence that says why there is none to go by. */
async function readAnswer(response: Response, secret: string, requestId: string) {
  const refused = refuseStatus(response)
  if (refused !== null) {
    discard(response)
    return refused
  }
  const body = await readBody(response)
  if (body === null) return `the answer is larger than ${largestAnswerBytes} bytes`
  const signature = response.headers.get(webhookHeaders.signature)
  if (signature === null) return 'the answer is not signed: it has no X-Sluice-Signature'
  if (!isSignature(signature, signAnswer(secret, { requestId, body })))
    return 'the signature of the answer is wrong: another secret, another request id, or other bytes'
  return parseAnswer(body)
}

function refuseStatus({ status, ok }: Response): string | null {
  if (ok) return null
  if (status >= 300 && status < 400) return `answered ${status}: redirects are not followed`
  return `answered ${status}, expected 200-299`
}

/** Null when there is more than we take. */
async function readBody(response: Response): Promise<Uint8Array | null> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength
    // Leaving the loop cancels the rest.
    if (size > largestAnswerBytes) return null
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/** Frees the connection without waiting for what nobody reads. */
function discard(response: Response): void {
  response.body?.cancel().catch(() => undefined)
}
