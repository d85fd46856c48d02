import type { Socket } from 'node:net'
import type { Answerer } from './answerer.ts'

/** A connection on which nothing comes for so long is closed, real milliseconds. @see RFC 7766 6.2.3 */
export const defaultIdleMs = 10_000

/**
 * Answers every message of a connection, each behind its length in two octets, in the order that they come in.
 * A client that sends without reading is not read from until it does.
 *
 * @see RFC 1035 4.2.2; RFC 7766 6.2.1, pipelining
 */
export function serveConnection(socket: Socket, answer: Answerer, idleMs: number): void {
  let pending: Buffer = Buffer.alloc(0)
  socket.setNoDelay(true)
  socket.setTimeout(idleMs, () => socket.destroy())
  // A client that goes away in the middle is no news.
  socket.on('error', () => socket.destroy())
  socket.on('data', (chunk: Buffer) => {
    pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk])
    const answers: Buffer[] = []
    while (pending.length >= 2) {
      const end = 2 + pending.readUInt16BE(0)
      if (pending.length < end) break
      const reply = answer(pending.subarray(2, end), 'tcp')
      if (reply) answers.push(toLength(reply.length), reply)
      pending = pending.subarray(end)
    }
    if (answers.length === 0 || socket.write(Buffer.concat(answers))) return
    socket.pause()
    socket.once('drain', () => socket.resume())
  })
}

function toLength(length: number): Buffer {
  return Buffer.from([length >> 8, length & 0xff])
}
