import { randomBytes } from 'node:crypto'

/**
 * Makes X-Amzn-Trace-Id identifiers: `1-<8 hex digits of the time>-<24 hex digits>`. The last part is a random prefix of
 * the process and a counter: unique without a call for randomness on each request.
 */
export function createTraceIds(prefix = randomBytes(8).toString('hex')): () => string {
  let counter = 0
  let second = 0
  let head = ''
  return () => {
    const now = Math.floor(Date.now() / 1000)
    if (now !== second) {
      second = now
      head = `1-${now.toString(16).padStart(8, '0')}-${prefix}`
    }
    counter = (counter + 1) >>> 0
    return head + counter.toString(16).padStart(8, '0')
  }
}

/** The header value to send on: a Root that came with the request is kept, ours goes before it as Self. */
export function continueTrace(received: string | undefined, id: string): string {
  return received?.includes('Root=') ? `Self=${id};${received.replace(/Self=[^;]*;?/, '')}` : `Root=${id}`
}
