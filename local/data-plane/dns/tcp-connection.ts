import type { Socket } from 'node:net'
import type { Answerer } from './answerer.ts'

/** A connection on which nothing comes for so long is closed, real milliseconds. @see RFC 7766 6.2.3 */
export const defaultIdleMs = 10_000

/**
 * Answers every message of a connection, each behind its length in two octets, in the order that they come in.
 *
 * A client that sends without reading is neither read from nor answered until it does: a chunk of 64 KB may hold two
 * thousand questions, and each of their answers may be as long as the chunk.
 *
 * @see RFC 1035 4.2.2; RFC 7766 6.2.1, pipelining
 */
export function serveConnection(socket: Socket, answer: Answerer, idleMs: number): void {
  let pending: Buffer = Buffer.alloc(0)
  function answerPending(): void {
    // Answers that are there together go together.
    socket.cork()
    while (pending.length >= 2 && !socket.writableNeedDrain) {
      const end = 2 + pending.readUInt16BE(0)
      if (pending.length < end) break
      const reply = answer(pending.subarray(2, end), 'tcp')
      if (reply) socket.write(Buffer.concat([toLength(reply.length), reply]))
      pending = pending.subarray(end)
    }
    socket.uncork()
    if (socket.writableNeedDrain) socket.pause()
  }
  socket.setNoDelay(true)
  socket.setTimeout(idleMs, () => socket.destroy())
  // A client that goes away in the middle is no news.
  socket.on('error', () => socket.destroy())
  socket.on('data', (chunk: Buffer) => {
    pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk])
    answerPending()
  })
  socket.on('drain', () => {
    answerPending()
    if (!socket.writableNeedDrain) socket.resume()
  })
}

function toLength(length: number): Buffer {
  return Buffer.from([length >> 8, length & 0xff])
}
