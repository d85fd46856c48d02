import { type IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import { setTimeout as realDelay } from 'node:timers/promises'
import { type CallOptions, injectedError, toAwsError } from './modelled-call.ts'
import { AwsError, type RawAwsService } from './service.ts'

export interface RawCall {
  readonly service: RawAwsService
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly body: Buffer
  readonly requestId: string
}

/** Hands a call to a service with HTTP of its own, with the same log and the same faults as every other call. */
export async function handOver(call: RawCall, options: CallOptions): Promise<void> {
  const { service, request, response, body } = call
  const action = service.actionOf ? service.actionOf(request) : targetOperation(request)
  const { latencyMs, fault } = options.faults.decide({ service: service.signingName, action })
  const entry = options.requestLog.add({
    at: new Date(options.clock.now()).toISOString(),
    service: service.signingName,
    action,
    // Only the service knows; for a log of writes, one call too many beats one too few.
    mutates: true,
  })
  options.requestLog.setInput(entry, readInput(body))
  if (latencyMs > 0) await realDelay(latencyMs)
  const answerTo = fault?.kind === 'lost-answer' ? createSink(request) : response
  try {
    if (fault?.kind === 'throttle') throw new AwsError(service.throttlingCode ?? 'ThrottlingException', 'Rate exceeded')
    if (fault?.kind === 'error') throw injectedError(fault)
    await service.handle(request, answerTo, body)
    entry.outcome = answerTo.statusCode < 400 ? 'ok' : `status ${answerTo.statusCode}`
  } catch (error) {
    const answer = toAwsError(error, options)
    entry.outcome = answer.code
    if (!answerTo.headersSent) writeRawError(answerTo, answer, call.requestId)
    // Half an answer has left; only a broken connection tells the caller that the rest is missing.
    else if (!answerTo.writableEnded) response.destroy()
  }
  if (fault?.kind === 'lost-answer') {
    entry.outcome += ', answer lost'
    response.destroy()
  }
}

/** The JSON error that DynamoDB and Lambda clients read alike. */
function writeRawError(response: ServerResponse, error: AwsError, requestId: string): void {
  response.writeHead(error.status, {
    'content-type': 'application/x-amz-json-1.0',
    'x-amzn-requestid': requestId,
    'x-amzn-errortype': error.code,
  })
  response.end(JSON.stringify({ __type: error.code, message: error.message }))
}

function targetOperation(request: IncomingMessage): string | undefined {
  const target = request.headers['x-amz-target']
  return typeof target === 'string' ? target.split('.')[1] : undefined
}

const longestLoggedBytes = 64 * 1024

function readInput(body: Buffer): unknown {
  if (body.length === 0) return undefined
  if (body.length > longestLoggedBytes) return `(${body.length} bytes)`
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    return `(${body.length} bytes, not JSON)`
  }
}

/** A response that goes nowhere: the service does its work and answers, and nobody hears. */
function createSink(request: IncomingMessage): ServerResponse {
  const socket = new Socket()
  socket._write = (_chunk, _encoding, done) => done()
  socket._writev = (_chunks, done) => done()
  const sink = new ServerResponse(request)
  sink.assignSocket(socket)
  return sink
}
