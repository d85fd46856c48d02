import type { Prober } from '../../ports/prober.ts'
import { toNoAnswerReason } from './no-answer.ts'

/** Bytes of a body that are kept; expectations look no further. */
const maxBodyBytes = 64 * 1024

/**
 * Probes over HTTP with Node's own `fetch`.
 *
 * @param version - Sluice's own, for `User-Agent: sluice-probe/<version>`, so that a service can tell probes from users.
 */
export function createHttpProber(version: string): Prober {
  return {
    async probe({ url, method, headers, timeoutMs }) {
      const startedAt = performance.now()
      const elapsed = () => Math.round(performance.now() - startedAt)
      try {
        const sent = new Headers(headers)
        sent.set('user-agent', `sluice-probe/${version}`)
        const response = await fetch(url, {
          method,
          headers: sent,
          redirect: 'manual',
          // Covers the body too: an answer that never ends is none.
          signal: AbortSignal.timeout(timeoutMs),
        })
        const body = await readStart(response)
        return { kind: 'answer', status: response.status, body, milliseconds: elapsed() }
      } catch (error) {
        return { kind: 'no-answer', reason: toNoAnswerReason(error, timeoutMs), milliseconds: elapsed() }
      }
    },
  }
}

/** The first 64 KB of a body as text; the rest is not fetched. */
async function readStart(response: Response): Promise<string> {
  if (!response.body) return ''
  const reader = response.body.getReader()
  const chunks: Uint8Array[] = []
  let size = 0
  while (size < maxBodyBytes) {
    const { done, value } = await reader.read()
    if (done) break
    chunks.push(value)
    size += value.byteLength
  }
  await reader.cancel()
  return new TextDecoder().decode(Buffer.concat(chunks).subarray(0, maxBodyBytes))
}
