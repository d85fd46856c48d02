import type { ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { buildErrorAnswer, type OwnAnswer, toAnswerHeaders } from './own-answer.ts'
import { type BalancerCounters, countOwnAnswer } from './traffic-counters.ts'

/** Sends and counts what the load balancer answers itself. */
export interface AnswerSender {
  send(response: ServerResponse, answer: OwnAnswer): void
  sendError(response: ServerResponse, status: number): void
  /** Answers on a connection that has no ServerResponse, and ends it. */
  sendRaw(socket: Duplex, status: number): void
}

export function createAnswerSender(counters: BalancerCounters, isClosing: () => boolean): AnswerSender {
  function send(response: ServerResponse, answer: OwnAnswer) {
    countOwnAnswer(counters, answer.status)
    const headers = toAnswerHeaders(answer)
    // After a request that was refused, what else is on the connection cannot be trusted.
    if (isClosing() || answer.status === 400 || answer.status === 408) headers.push('Connection', 'close')
    response.writeHead(answer.status, answer.statusText, headers)
    response.end(answer.body)
  }
  return {
    send,
    sendError: (response, status) => send(response, buildErrorAnswer(status)),
    sendRaw(socket, status) {
      countOwnAnswer(counters, status)
      const answer = buildErrorAnswer(status)
      const headers = [...toAnswerHeaders(answer), 'Connection', 'close', 'Date', new Date().toUTCString()]
      const lines = headers.flatMap((name, at) => (at % 2 === 0 ? [`${name}: ${headers[at + 1]}\r\n`] : []))
      endConnection(socket, `HTTP/1.1 ${status} ${answer.statusText}\r\n${lines.join('')}\r\n${answer.body}`)
    },
  }
}

/**
 * Sends the last bytes and ends a connection. Goes on reading for a second: closing with unread bytes would reset the
 * connection, and the client would lose the answer.
 */
export function endConnection(socket: Duplex, text: string): void {
  socket.end(text, 'latin1')
  socket.resume()
  const linger = setTimeout(() => socket.destroy(), 1000)
  socket.on('close', () => clearTimeout(linger))
}
