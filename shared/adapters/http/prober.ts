import type { IncomingMessage } from 'node:http'
import type { Prober } from '../../ports/prober.ts'
import { toNoAnswerReason } from './no-answer.ts'
import { type CallOutside, NotSentError } from './outside-call.ts'

/** Bytes of a body that are kept; expectations look no further. */
const maxBodyBytes = 64 * 1024

/**
 * Probes over HTTP.
 *
 * @param version - Sluice's own, for `User-Agent: sluice-probe/<version>`, so that a service can tell probes from users.
 */
export function createHttpProber(version: string, call: CallOutside): Prober {
  return {
    async probe({ url, method, headers, timeoutMs }) {
      const startedAt = performance.now()
      const elapsed = () => Math.round(performance.now() - startedAt)
      try {
        // Headers knows what is none, and takes a name in any case for the same.
        const sent = new Headers({ accept: '*/*', ...headers })
        sent.set('user-agent', `sluice-probe/${version}`)
        const request = { url, method, headers: Object.fromEntries(sent), timeoutMs }
        return await call(request, async (answer) => {
          const body = await readStart(answer)
          return { kind: 'answer', status: answer.statusCode ?? 0, body, milliseconds: elapsed() }
        })
      } catch (error) {
        if (error instanceof NotSentError) return { kind: 'not-sent', reason: error.message }
        return { kind: 'no-answer', reason: toNoAnswerReason(error, timeoutMs), milliseconds: elapsed() }
      }
    },
  }
}

/** The first 64 KB of a body as text; the rest is not fetched. */
async function readStart(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    chunks.push(chunk)
    size += chunk.byteLength
    if (size >= maxBodyBytes) break
  }
  return new TextDecoder().decode(Buffer.concat(chunks).subarray(0, maxBodyBytes))
}
