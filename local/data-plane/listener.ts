import { createServer, type IncomingMessage, type Server, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { LocalClock } from '../clock.ts'
import { type AnswerSender, createAnswerSender, endConnection } from './answer-sender.ts'
import { parseBalancerAttributes } from './balancer-attributes.ts'
import { createClientConnections } from './client-connections.ts'
import type { ListenerConfig } from './data-plane.ts'
import { Exchange } from './exchange.ts'
import { buildRedirectAnswer } from './fixed-answers.ts'
import type { FunctionRouter } from './function-targets.ts'
import { type CompiledRule, compileRules, type ForwardAction, matchRule } from './listener-rules.ts'
import { buildErrorAnswer } from './own-answer.ts'
import { readRequestFacts, toOriginForm } from './request-facts.ts'
import { buildRequestHeaders, type XffMode } from './request-headers.ts'
import { chooseRoute, type Route } from './routing.ts'
import type { TargetGroup } from './target-group.ts'
import { createTraceIds } from './trace-id.ts'
import { type BalancerCounters, countOwnAnswer, type GroupCounters, groupCountersOf } from './traffic-counters.ts'
import { forwardUpgrade } from './upgrade.ts'

/** One listening port and the rules it follows now. */
export interface Listener {
  readonly config: ListenerConfig
  /** Takes new rules and attributes from the next request on. Address and port must be the same. */
  configure(config: ListenerConfig): void
  /** Adds sampled counts (bytes of open connections) before a minute is recorded. */
  sample(): void
  /** Accepts nothing more, lets requests in flight end for at most `drainTimeoutMs` of real time, then cuts them. */
  close(drainTimeoutMs: number): Promise<void>
}

export interface ListenerOptions {
  readonly clock: LocalClock
  readonly config: ListenerConfig
  readonly counters: BalancerCounters
  readonly findGroup: (arn: string) => TargetGroup | undefined
  /** Finds who answers for the functions of target groups of type `lambda`. */
  readonly functions: FunctionRouter
}

/** As AWS limits them: bytes of the request line and of the whole head. */
const longestUrl = 16_384
const longestHead = 65_536

/**
 * Starts to listen.
 *
 * @throws {RangeError} If a rule cannot be carried.
 * @throws {Error} If the address and port cannot be bound; names both.
 */
export async function openListener(options: ListenerOptions): Promise<Listener> {
  const listener = new HttpListener(options)
  await listener.listen()
  return listener
}

class HttpListener implements Listener {
  config: ListenerConfig
  readonly #options: ListenerOptions
  readonly #server: Server
  readonly #connections
  readonly #answers: AnswerSender
  readonly #nextTraceId = createTraceIds()
  readonly #port: string
  #rules: CompiledRule[]
  #idleTimeoutMs = 60_000
  #xffMode: XffMode = 'append'
  #closing = false

  constructor(options: ListenerOptions) {
    this.#options = options
    this.config = options.config
    this.#port = String(options.config.port)
    this.#rules = compileRules(options.config.rules)
    this.#connections = createClientConnections(options.counters)
    this.#answers = createAnswerSender(options.counters, this.#isClosing)
    this.#server = createServer(
      // A request may take as long as it keeps moving; stalls are the exchange's to end. Host is checked with the headers.
      { maxHeaderSize: longestHead, requestTimeout: 0, requireHostHeader: false },
      (request, response) => this.#onRequest(request, response),
    )
    this.#server.maxHeadersCount = 0
    this.#server.on('connection', (socket) => this.#connections.add(socket))
    this.#server.on('upgrade', (request, socket, head) => this.#onUpgrade(request, socket, head))
    this.#server.on('clientError', (error, socket) => this.#onClientError(error, socket))
    this.#applyAttributes(options.config.attributes)
  }

  listen(): Promise<void> {
    const { address, port } = this.config
    return new Promise((resolve, reject) => {
      const refuse = (cause: Error) =>
        reject(
          new Error(`listener ${this.config.arn} cannot listen on ${address}:${port}: ${cause.message}`, { cause }),
        )
      this.#server.once('error', refuse)
      this.#server.listen({ host: address, port, backlog: 4096 }, () => {
        this.#server.off('error', refuse)
        resolve()
      })
    })
  }

  configure(config: ListenerConfig) {
    const rules = compileRules(config.rules, this.#rules)
    this.#applyAttributes(config.attributes)
    this.#rules = rules
    this.config = config
  }

  sample() {
    this.#connections.sampleBytes()
  }

  async close(drainTimeoutMs: number) {
    this.#closing = true
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()))
    const cut = setTimeout(() => this.#connections.destroyAll(), drainTimeoutMs)
    // A connection whose answer had begun before, and so did not say that it would end, falls idle later.
    const sweep = setInterval(() => this.#server.closeIdleConnections(), 20)
    await closed
    clearTimeout(cut)
    clearInterval(sweep)
    // Upgraded connections are no longer the server's, so its close does not wait for them.
    this.#connections.destroyAll()
  }

  #applyAttributes(attributes: ListenerConfig['attributes']) {
    const { idleTimeoutMs, xffMode } = parseBalancerAttributes(attributes)
    this.#idleTimeoutMs = idleTimeoutMs
    this.#xffMode = xffMode
    this.#server.keepAliveTimeout = idleTimeoutMs
  }

  #onRequest(request: IncomingMessage, response: ServerResponse) {
    this.#connections.setResponse(request.socket, response)
    const refusal = refuse(request)
    if (refusal) return this.#answers.send(response, buildErrorAnswer(refusal))
    const { action } = matchRule(this.#rules, () => readRequestFacts(request)) ?? {}
    switch (action?.type) {
      case 'forward':
        return this.#forward(action, request, response)
      case 'fixed-response':
        this.#options.counters.fixedResponses++
        return this.#answers.send(response, action.answer)
      case 'redirect':
        this.#options.counters.redirects++
        return this.#answers.send(
          response,
          buildRedirectAnswer(action.config, readRequestFacts(request), this.config.port),
        )
      case undefined:
        // The default rule always matches; a listener without one answers as if it had no targets.
        return this.#answers.sendError(response, 503)
    }
  }

  #forward(action: ForwardAction, request: IncomingMessage, response: ServerResponse) {
    const built = this.#buildHeaders(request)
    if (!built.ok) return this.#answers.sendError(response, built.status)
    const route = this.#route(action, request)
    if (!route) return this.#answers.sendError(response, 503)
    const counters = this.#countRequest(route)
    const { isOfFunction } = route.group
    const functionRoute = isOfFunction ? this.#options.functions.route(route.target) : undefined
    const target = isOfFunction ? functionRoute?.target : route.target
    if (!target) return this.#answers.sendError(response, 502)
    new Exchange({
      request,
      response,
      target,
      call: functionRoute?.call,
      counters,
      path: toOriginForm(request.url ?? '/'),
      headers: built.headers,
      hasBody: built.hasBody,
      addedHeaders: route.cookies,
      idleTimeoutMs: this.#idleTimeoutMs,
      answerError: this.#answers.sendError,
      onClientGone: this.#onClientGone,
      isClosing: this.#isClosing,
    }).start()
  }

  #onUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer) {
    socket.on('error', () => socket.destroy())
    if (request.headers.upgrade?.toLowerCase() !== 'websocket') return this.#serveWithoutUpgrade(request, socket, head)
    const { action } = matchRule(this.#rules, () => readRequestFacts(request)) ?? {}
    if (action?.type !== 'forward') return this.#serveWithoutUpgrade(request, socket, head)
    const answerError = (status: number) => this.#answers.sendRaw(socket, status)
    const built = this.#buildHeaders(request)
    if (!built.ok) return answerError(built.status)
    const route = this.#route(action, request)
    if (!route) return answerError(503)
    // As AWS has it: no WebSockets for functions.
    if (route.group.isOfFunction) return answerError(400)
    const counters = this.#countRequest(route)
    const path = toOriginForm(request.url ?? '/')
    const { target } = route
    const { headers } = built
    forwardUpgrade({
      request,
      socket,
      head,
      target,
      counters,
      path,
      headers,
      idleTimeoutMs: this.#idleTimeoutMs,
      answerError,
    })
  }

  /** Other upgrades (h2c) are ignored, as HTTP allows: the request is answered as usual and the connection ends. */
  #serveWithoutUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer) {
    // Node stops parsing at an upgrade, so a body could not be read.
    const hasBody = head.length > 0 || Number(request.headers['content-length'] ?? 0) > 0
    const isReadable = !hasBody && request.headers['transfer-encoding'] === undefined
    if (!isReadable || !(socket instanceof Socket)) return this.#answers.sendRaw(socket, 400)
    const response = new ServerResponse(request)
    response.shouldKeepAlive = false
    response.assignSocket(socket)
    response.on('finish', () => endConnection(socket, ''))
    this.#onRequest(request, response)
  }

  #buildHeaders(request: IncomingMessage) {
    const address = request.socket.remoteAddress ?? ''
    return buildRequestHeaders(request.rawHeaders, request.httpVersion, {
      clientAddress: address.startsWith('::ffff:') ? address.slice(7) : address,
      listenerPort: this.#port,
      traceId: this.#nextTraceId(),
      xffMode: this.#xffMode,
    })
  }

  #route(action: ForwardAction, request: IncomingMessage): Route | undefined {
    const { clock, findGroup } = this.#options
    const cookieHeaders = () => readRequestFacts(request).header('cookie')
    return chooseRoute(action, { clock, findGroup, cookieHeaders })
  }

  #countRequest({ group }: Route): GroupCounters {
    const counters = groupCountersOf(this.#options.counters, group.config.dimension)
    counters.requests++
    if (group.failsOpen) counters.unhealthyRouting++
    return counters
  }

  readonly #onClientGone = (): void => {
    countOwnAnswer(this.#options.counters, 460)
  }

  readonly #isClosing = (): boolean => this.#closing

  #onClientError(error: Error, socket: Duplex) {
    const code = 'code' in error ? error.code : undefined
    const response = socket instanceof Socket ? this.#connections.responseOn(socket) : undefined
    const isAnswering = response?.headersSent === true && !response.writableFinished
    if (code === 'ECONNRESET' || !socket.writable || isAnswering) return void socket.destroy()
    this.#answers.sendRaw(socket, code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 408 : 400)
  }
}

function refuse(request: IncomingMessage): 400 | 405 | 414 | undefined {
  const url = request.url ?? '/'
  if (request.method === 'TRACE') return 405
  if (url.length > longestUrl) return 414
  return toOriginForm(url).startsWith('/') ? undefined : 400
}
