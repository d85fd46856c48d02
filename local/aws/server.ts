import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { LocalClock } from '../clock.ts'
import { createDataDir, type DataDir } from '../data-dir.ts'
import { createFaults, type Faults } from './faults.ts'
import { refuseForeignPage } from './foreign-page.ts'
import { createLocalApi } from './local-api.ts'
import { type CallOptions, carryOut, toAwsError } from './modelled-call.ts'
import { cborProtocol } from './protocol/cbor.ts'
import { jsonProtocol } from './protocol/json.ts'
import type { AwsProtocol, WireAnswer, WireRequest } from './protocol/protocol.ts'
import { queryProtocol } from './protocol/query.ts'
import { restJsonProtocol } from './protocol/rest-json.ts'
import { restXmlProtocol } from './protocol/rest-xml.ts'
import { handOver } from './raw-call.ts'
import { createRequestLog, type RequestLog } from './request-log.ts'
import { AwsError, type AwsService, type Persistent, type RawAwsService } from './service.ts'
import { parseTarget, readBody, regionOf, toWireRequest } from './wire.ts'

/*
 * How to add a service. Make an AwsService whose `operations` are built with `operation`:
 *
 *   import * as sdk from '@aws-sdk/client-cloudwatch'
 *   operations: {
 *     GetMetricData: operation<sdk.GetMetricDataCommandInput, sdk.GetMetricDataCommandOutput>(
 *       sdk.GetMetricData$, false, (input, call) => ({ MetricDataResults: … })),
 *   }
 *
 * Members arrive known to the schema, of the right type, and required ones present; ranges, patterns and enums are the
 * handler's to check. Refuse with AwsError. `xmlNamespace` makes the service answer Query, `targetPrefix` JSON and CBOR,
 * `speaksRestXml` REST-XML, `speaksRestJson` REST-JSON.
 * A new wire protocol is an AwsProtocol in local/aws/protocol/, added to the list below.
 */

export interface AwsServerOptions {
  readonly services?: readonly AwsService[]
  /** Asked before the services; the first that matches answers. */
  readonly rawServices?: readonly RawAwsService[]
  /** Asked in this order. Default: RPC v2 CBOR, JSON, Query, REST-XML, REST-JSON. */
  readonly protocols?: readonly AwsProtocol[]
  /** States that no service here saves by itself; loaded, reset and shown with the services' own. */
  readonly persistents?: readonly Persistent[]
  /** Default: nothing outlives the process. */
  readonly dataDir?: DataDir
  readonly clock: LocalClock
  readonly faults?: Faults
  readonly requestLog?: RequestLog
  /** Told of errors that are not AwsErrors. Default: the console. */
  readonly reportError?: (error: unknown) => void
}

export interface AwsServer {
  /**
   * Loads every saved state, then listens.
   * @param port - 0 takes any free one. @param host - Default `127.0.0.1`.
   * @throws {Error} When a saved state cannot be loaded, or the port cannot be had.
   */
  listen(port: number, host?: string): Promise<void>
  /** `http://127.0.0.1:4566`. @throws {Error} Before `listen` is done. */
  readonly url: string
  /** Takes no new calls, lets those under way end (at most 2 real seconds), and stops. */
  close(): Promise<void>
}

/** The AWS-compatible endpoint: one port for every service, with AWS's protocols, errors and request ids. */
export function createAwsServer(options: AwsServerOptions): AwsServer {
  const { services = [], rawServices = [], clock } = options
  const protocols = options.protocols ?? [cborProtocol, jsonProtocol, queryProtocol, restXmlProtocol, restJsonProtocol]
  const dataDir = options.dataDir ?? createDataDir(undefined)
  const states = unique([...services.flatMap(({ state }) => state ?? []), ...(options.persistents ?? [])])
  const faults = options.faults ?? createFaults()
  const requestLog = options.requestLog ?? createRequestLog()
  const call: CallOptions = { clock, dataDir, faults, requestLog, reportError: options.reportError ?? console.error }
  const localApi = createLocalApi({ services, rawServices, states, dataDir, clock, faults, requestLog })

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const requestId = randomUUID()
    const url = parseTarget(request)
    refuseForeignPage(request)
    const body = await readBody(request)
    if (localApi.owns(url.pathname)) {
      const { status, body: document } = await localApi.handle(request.method ?? 'GET', url, body)
      return send(response, { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(document) })
    }
    const service = rawServices.find((candidate) => candidate.matches(request))
    if (service) return handOver({ service, request, response, body, requestId }, call)
    const wire = await toWireRequest(request, body)
    const addressed = findAddressee(wire)
    if (!addressed) return send(response, unknownService(requestId))
    const answer = await carryOut({ ...addressed, request: wire, requestId, region: regionOf(request) }, call)
    if (answer === 'lost') response.destroy()
    else send(response, answer)
  }

  function findAddressee(request: WireRequest) {
    for (const protocol of protocols) {
      const addressee = protocol.addressee(request, services)
      if (addressee) return { ...addressee, protocol }
    }
    return undefined
  }

  const server = createServer((request, response) => {
    serve(request, response).catch((error: unknown) => {
      const answer = toAwsError(error, call)
      if (response.headersSent || response.destroyed) return void response.destroy()
      // The rest of a body that is too long is never read, so the connection cannot be used again.
      response.shouldKeepAlive = request.complete
      send(response, plainError(answer, randomUUID()))
    })
  })
  // Longer than any SDK keeps an idle connection, so that the client closes first and no call meets a closed one.
  server.keepAliveTimeout = 65_000

  return {
    async listen(port, host = '127.0.0.1') {
      for (const state of states) await dataDir.load(state)
      await new Promise<void>((resolve, reject) => {
        const refuse = (cause: Error) =>
          reject(new Error(`the AWS endpoint cannot listen on ${host}:${port}: ${cause.message}`, { cause }))
        server.once('error', refuse)
        server.listen(port, host, () => {
          server.off('error', refuse)
          resolve()
        })
      })
    },
    get url() {
      const address = server.address()
      if (address === null || typeof address === 'string') throw new Error('the AWS endpoint does not listen yet')
      const host = address.family === 'IPv6' ? `[${address.address}]` : address.address
      return `http://${host}:${address.port}`
    },
    close() {
      return new Promise((resolve) => {
        const impatience = setTimeout(() => server.closeAllConnections(), 2_000)
        server.close(() => {
          clearTimeout(impatience)
          resolve()
        })
        server.closeIdleConnections()
      })
    },
  }
}

function send(response: ServerResponse, answer: WireAnswer): void {
  response.writeHead(answer.status, { ...answer.headers, 'content-length': Buffer.byteLength(answer.body) })
  response.end(answer.body)
}

function unknownService(requestId: string): WireAnswer {
  const message = 'The request names no operation of a service that the local endpoint has'
  return plainError(new AwsError('UnknownOperationException', message, 404), requestId)
}

/** For requests that name no service, so that no protocol is known: what the JSON services answer. */
function plainError(error: AwsError, requestId: string): WireAnswer {
  return {
    status: error.status,
    headers: {
      'content-type': 'application/x-amz-json-1.0',
      'x-amzn-requestid': requestId,
      'x-amzn-errortype': error.code,
    },
    body: JSON.stringify({ __type: error.code, message: error.message }),
  }
}

function unique(states: readonly Persistent[]): Persistent[] {
  return [...new Set(states)]
}
