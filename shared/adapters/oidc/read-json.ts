import { TransientError } from '../../domain/errors.ts'
import { messageOf } from '../../domain/message-of.ts'
import { toNoAnswerReason } from '../http/no-answer.ts'

export interface ReadLimits {
  /** For the whole answer. Real milliseconds. */
  readonly timeoutMs: number
  /** Of the body. */
  readonly maxBytes: number
}

/**
 * The JSON at `url`, within limits: a caller waits for it.
 *
 * @throws {TransientError} If there is no such answer, whatever the reason: nobody here can do anything about it.
 */
export async function readJson(url: string, { timeoutMs, maxBytes }: ReadLimits): Promise<unknown> {
  const refuse = (why: string, cause?: unknown) => new TransientError(`GET ${url}: ${why}`, { cause })
  let body: Uint8Array | null
  try {
    const response = await fetch(url, {
      headers: { accept: 'application/json' },
      // Followed, the keys would come from wherever the first address says.
      redirect: 'manual',
      // Covers the body too: an answer that never ends is none.
      signal: AbortSignal.timeout(timeoutMs),
    })
    if (!response.ok) {
      response.body?.cancel().catch(() => undefined)
      throw refuse(`answered ${response.status}, expected 200-299`)
    }
    body = await readBody(response, maxBytes)
  } catch (error) {
    throw error instanceof TransientError ? error : refuse(toNoAnswerReason(error, timeoutMs), error)
  }
  if (body === null) throw refuse(`the answer is larger than ${maxBytes} bytes`)
  try {
    return JSON.parse(new TextDecoder().decode(body))
  } catch (error) {
    throw refuse(`the answer is no JSON: ${messageOf(error)}`, error)
  }
}

/** Null when there is more than we take. */
async function readBody(response: Response, maxBytes: number): Promise<Uint8Array | null> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength
    // Leaving the loop cancels the rest.
    if (size > maxBytes) return null
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
