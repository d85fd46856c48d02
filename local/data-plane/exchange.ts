import type { IncomingMessage, ServerResponse } from 'node:http'
import { PassThrough } from 'node:stream'
import type { Dispatcher } from 'undici'
import type { FunctionCall } from './function-targets.ts'
import { readResponseHeaders } from './response-headers.ts'
import { addResponseTime } from './response-time-histogram.ts'
import { poolOf, type Target } from './target.ts'
import { classifyTargetError, isLikelyStaleConnection } from './target-errors.ts'
import { addCode, type GroupCounters } from './traffic-counters.ts'

export interface ExchangeOptions {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly target: Target
  /** The invocation that this is, where the target answers for a Lambda function. */
  readonly call?: FunctionCall | undefined
  /** Where the target's share of the counts goes. */
  readonly counters: GroupCounters
  readonly path: string
  /** Header pairs for the target. */
  readonly headers: string[]
  readonly hasBody: boolean
  /** Header pairs to add to the target's answer (cookies). */
  readonly addedHeaders: readonly string[] | undefined
  /** Real milliseconds without a byte before giving up. */
  readonly idleTimeoutMs: number
  /** Answers the client with the load balancer's own error; nothing has been sent yet. */
  readonly answerError: (response: ServerResponse, status: number) => void
  /** Counts a client that went away before its answer was complete. */
  readonly onClientGone: () => void
  /** Whether the client's connection must end with this answer. */
  readonly isClosing: () => boolean
}

/**
 * One request on its way through: to the target, and the answer back, both streamed with backpressure.
 *
 * Speaks undici's callback interface (onConnect, onHeaders …), which is what its clients use inside. Handlers of the newer
 * form are wrapped in an adapter that makes an object of every header block, and loses spelling and order on the way.
 */
export class Exchange implements Dispatcher.DispatchHandler {
  readonly #options: ExchangeOptions
  #startedAt = 0
  #abort: ((error?: Error) => void) | undefined
  #resume: (() => void) | undefined
  #upload: PassThrough | undefined
  /** Body bytes still to come; -1 when unknown. */
  #missing = -1
  #isRetry = false
  #ended = false
  #failed = false

  constructor(options: ExchangeOptions) {
    this.#options = options
  }

  start(): void {
    const { response, target, hasBody } = this.#options
    target.inFlight++
    response.on('close', this.#onClientClose)
    if (hasBody) this.#startUpload()
    this.#dispatch()
  }

  onConnect(abort: (error?: Error) => void): void {
    if (this.#ended) abort()
    else this.#abort = abort
  }

  onHeaders(status: number, raw: Buffer[], resume: () => void, statusText: string): boolean {
    // 1XX: the client got its 100 from the load balancer, other interim answers are not passed on.
    if (status < 200) return true
    const { response, counters, addedHeaders, isClosing } = this.#options
    if (status >= 500) this.#failed = true
    addCode(counters.codes, status)
    addResponseTime(counters.responseTimes, performance.now() - this.#startedAt)
    const { headers, contentLength } = readResponseHeaders(raw)
    if (addedHeaders) headers.push(...addedHeaders)
    if (isClosing()) headers.push('Connection', 'close')
    this.#missing = contentLength
    this.#resume = resume
    response.writeHead(status, statusText, headers)
    // Without a length the body may take its time (an event stream): the client gets the head now, unless body or end
    // come in the same read and can go with it.
    if (contentLength < 0) process.nextTick(flushHead, response)
    return true
  }

  onData(chunk: Buffer): boolean {
    const { response } = this.#options
    if (chunk.length === this.#missing) {
      // The whole rest: head and body leave in one write, and onComplete has nothing left to do.
      this.#missing = 0
      response.end(chunk)
      return true
    }
    if (this.#missing > 0) this.#missing -= chunk.length
    if (response.write(chunk)) return true
    this.#awaitDrain(response)
    return false
  }

  onComplete(): void {
    const { response } = this.#options
    this.#finish()
    if (!response.writableEnded) response.end()
  }

  onError(error: Error): void {
    const { response, counters, answerError, call } = this.#options
    if (this.#ended) return
    const failure = classifyTargetError(error)
    if (failure.connectionLost && this.#mayRetry()) {
      this.#isRetry = true
      this.#dispatch()
      return
    }
    if (failure.status >= 500) this.#failed = true
    this.#finish()
    // TargetConnectionErrorCount does not exist for functions: theirs is an error of the function.
    if (failure.connecting && !call) counters.connectionErrors++
    // Half an answer cannot be taken back: ending the connection is how the client can tell.
    if (response.headersSent) response.destroy()
    else answerError(response, failure.status)
  }

  #dispatch(): void {
    const { request, target, path, headers, idleTimeoutMs } = this.#options
    this.#startedAt = performance.now()
    poolOf(target).dispatch(
      {
        path,
        method: request.method as Dispatcher.HttpMethod,
        headers,
        body: this.#upload ?? null,
        headersTimeout: idleTimeoutMs,
        bodyTimeout: idleTimeoutMs,
      },
      this,
    )
  }

  #mayRetry(): boolean {
    const { request, response, target } = this.#options
    if (this.#isRetry || this.#upload || response.headersSent || target.lastAnswerAt === 0) return false
    return isLikelyStaleConnection(request.method ?? '', this.#startedAt - target.lastAnswerAt)
  }

  /** The request's body goes through a stream of our own: undici destroys a failed body, and that one owns the client's socket. */
  #startUpload(): void {
    const { request, response, idleTimeoutMs, answerError } = this.#options
    const upload = new PassThrough()
    this.#upload = upload
    const idle = setTimeout(() => {
      if (request.complete) return
      this.#cancel(new Error('the client sent nothing for the idle timeout'))
      if (!response.headersSent) answerError(response, 408)
      else response.destroy()
    }, idleTimeoutMs)
    request.on('data', () => idle.refresh())
    request.on('end', () => clearTimeout(idle))
    request.on('close', () => clearTimeout(idle))
    upload.on('close', () => {
      clearTimeout(idle)
      // What the target no longer wants must still be read, or the connection stalls for the next request.
      request.unpipe(upload)
      request.resume()
    })
    upload.on('error', () => {})
    request.pipe(upload)
  }

  #awaitDrain(response: ServerResponse): void {
    const idle = setTimeout(() => response.destroy(), this.#options.idleTimeoutMs)
    const onDrain = () => {
      clearTimeout(idle)
      response.off('drain', onDrain)
      response.off('close', onDrain)
      this.#resume?.()
    }
    response.on('drain', onDrain)
    response.on('close', onDrain)
  }

  readonly #onClientClose = (): void => {
    const { response, onClientGone } = this.#options
    if (this.#ended || response.writableFinished) return
    onClientGone()
    this.#cancel(new Error('the client closed the connection'))
  }

  #cancel(reason: Error): void {
    if (this.#ended) return
    this.#finish()
    this.#abort?.(reason)
    this.#upload?.destroy(reason)
  }

  #finish(): void {
    if (this.#ended) return
    const { target, call } = this.#options
    this.#ended = true
    target.inFlight--
    target.lastAnswerAt = performance.now()
    call?.ended({ failed: this.#failed, durationMs: target.lastAnswerAt - this.#startedAt })
  }
}

function flushHead(response: ServerResponse): void {
  if (!response.writableEnded && !response.destroyed) response.flushHeaders()
}
