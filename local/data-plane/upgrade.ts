import * as http from 'node:http'
import * as https from 'node:https'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { endConnection } from './answer-sender.ts'
import type { Target } from './target.ts'
import { classifyTargetError } from './target-errors.ts'
import { addCode, type GroupCounters } from './traffic-counters.ts'

export interface UpgradeOptions {
  readonly request: http.IncomingMessage
  readonly socket: Duplex
  /** What the client sent after its request's head. */
  readonly head: Buffer
  readonly target: Target
  readonly counters: GroupCounters
  readonly path: string
  readonly headers: readonly string[]
  /** Real milliseconds without a byte before both ends are closed. */
  readonly idleTimeoutMs: number
  /** Answers with the load balancer's own error and ends the connection. */
  readonly answerError: (status: number) => void
}

/** Passes a WebSocket handshake to the target and, once the target agrees, every byte both ways. */
export function forwardUpgrade(options: UpgradeOptions): void {
  const { request, socket, target, path, headers, idleTimeoutMs } = options
  const url = new URL(target.origin)
  const transport = url.protocol === 'https:' ? https : http
  const outgoing = transport.request({
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: target.port,
    path,
    method: request.method,
    headers: [...headers, 'Connection', 'Upgrade', 'Upgrade', request.headers.upgrade ?? 'websocket'],
    agent: false,
    rejectUnauthorized: false,
    timeout: idleTimeoutMs,
  })
  target.inFlight++
  let agreed = false
  const end = once(() => target.inFlight--)
  socket.on('error', () => outgoing.destroy())
  socket.on('close', () => {
    end()
    outgoing.destroy()
  })
  outgoing.on('timeout', () => outgoing.destroy(Object.assign(new Error('idle'), { code: 'UND_ERR_HEADERS_TIMEOUT' })))
  outgoing.on('upgrade', (response, targetSocket, targetHead) => {
    agreed = true
    socket.write(toHead(response))
    joinStreams({ ...options, targetSocket, targetHead })
  })
  outgoing.on('response', (response) => {
    agreed = true
    addCode(options.counters.codes, response.statusCode ?? 0)
    socket.write(toHead(response, ['Connection: close']))
    response.pipe(socket, { end: false })
    response.on('end', () => endConnection(socket, ''))
  })
  outgoing.on('error', (error) => {
    end()
    if (agreed || socket.destroyed) return void socket.destroy()
    const failure = classifyTargetError(error)
    if (failure.connecting) options.counters.connectionErrors++
    options.answerError(failure.status)
  })
  outgoing.end()
}

function joinStreams(options: UpgradeOptions & { targetSocket: Socket; targetHead: Buffer }): void {
  const { socket, head, targetSocket, targetHead, idleTimeoutMs } = options
  targetSocket.setTimeout(idleTimeoutMs, () => targetSocket.destroy())
  targetSocket.on('error', () => socket.destroy())
  targetSocket.on('close', () => socket.destroy())
  socket.on('close', () => targetSocket.destroy())
  if (targetHead.length > 0) socket.write(targetHead)
  if (head.length > 0) targetSocket.write(head)
  targetSocket.pipe(socket)
  socket.pipe(targetSocket)
}

function toHead(response: http.IncomingMessage, added: readonly string[] = []): string {
  const lines = [`HTTP/1.1 ${response.statusCode} ${response.statusMessage ?? ''}`]
  for (let at = 0; at + 1 < response.rawHeaders.length; at += 2) {
    const name = response.rawHeaders[at] ?? ''
    // A refusal is sent on unframed and ends with the connection; node has undone its chunks.
    const isFraming = added.length > 0 && /^(connection|keep-alive|transfer-encoding)$/i.test(name)
    if (!isFraming) lines.push(`${name}: ${response.rawHeaders[at + 1] ?? ''}`)
  }
  return `${[...lines, ...added].join('\r\n')}\r\n\r\n`
}

function once(action: () => void): () => void {
  let done = false
  return () => {
    if (done) return
    done = true
    action()
  }
}
