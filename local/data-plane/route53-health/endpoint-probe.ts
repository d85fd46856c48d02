import * as http from 'node:http'
import * as https from 'node:https'
import { connect, isIP, type Socket } from 'node:net'
import type { HealthCheckConfig } from '@aws-sdk/client-route-53'

/** What one check saw. */
export interface ProbeOutcome {
  readonly passed: boolean
  /** In the words of GetHealthCheckStatus: `Success: HTTP Status Code 200, OK`. */
  readonly status: string
}

/** Real milliseconds. */
export interface ProbeTimeouts {
  /** Until the TCP connection of an HTTP or HTTPS check stands. */
  readonly httpConnectMs: number
  readonly tcpConnectMs: number
  /** From the connection to the status code, the TLS handshake included. */
  readonly responseMs: number
  /** From the status code to the end of what is searched. */
  readonly bodyMs: number
}

/** @see Amazon Route 53 Developer Guide, "How Amazon Route 53 determines whether a health check is healthy" */
export const route53Timeouts: ProbeTimeouts = {
  httpConnectMs: 4_000,
  tcpConnectMs: 10_000,
  responseMs: 2_000,
  bodyMs: 2_000,
}

export interface Probe {
  readonly healthCheckId: string
  readonly config: HealthCheckConfig
  /** Loopback. */
  readonly address: string
  readonly timeouts: ProbeTimeouts
}

/** Bytes of a body that are searched. */
const searchedBytes = 5120
const tooSlowToConnect = 'The health checker could not establish a connection within the timeout limit.'

/**
 * Checks an endpoint once, on a connection of its own. However the endpoint fails, that is an outcome. Certificates are not
 * validated and redirects not followed; Route 53 does neither.
 *
 * @throws {TypeError} If a path or host name holds characters that HTTP cannot carry.
 */
export function probeEndpoint(probe: Probe, signal: AbortSignal): Promise<ProbeOutcome> {
  return probe.config.Type === 'TCP' ? probeTcp(probe, signal) : probeHttp(probe, signal)
}

export function failure(reason: string): ProbeOutcome {
  return { passed: false, status: `Failure: ${reason}` }
}

function probeTcp({ config, address, timeouts }: Probe, signal: AbortSignal): Promise<ProbeOutcome> {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port: config.Port ?? 0, signal })
    const deadline = createDeadline((reason) => finish(failure(reason)))
    const finish = (outcome: ProbeOutcome) => {
      deadline.end()
      resolve(outcome)
      socket.destroy()
    }
    deadline.set(timeouts.tcpConnectMs, tooSlowToConnect)
    socket.on('connect', () => finish({ passed: true, status: 'Success: TCP connection established' }))
    socket.on('error', (error) => finish(failure(describeError(error))))
  })
}

function probeHttp(probe: Probe, signal: AbortSignal): Promise<ProbeOutcome> {
  return new Promise((resolve) => {
    const { config, timeouts } = probe
    const request = startRequest(probe, signal)
    const deadline = createDeadline((reason) => finish(failure(reason)))
    const finish = (outcome: ProbeOutcome) => {
      deadline.end()
      resolve(outcome)
      request.destroy()
    }
    deadline.set(timeouts.httpConnectMs, tooSlowToConnect)
    request.on('socket', (socket: Socket) =>
      socket.once('connect', () =>
        deadline.set(
          timeouts.responseMs,
          'The endpoint did not respond with an HTTP status code within the timeout limit.',
        ),
      ),
    )
    request.on('response', (response) => {
      const outcome = judgeStatusCode(response.statusCode ?? 0)
      if (!outcome.passed || config.SearchString === undefined) return finish(outcome)
      deadline.set(timeouts.bodyMs, 'The endpoint did not send the response body within the timeout limit.')
      searchBody(response, config.SearchString, (found) =>
        finish(
          found ? outcome : failure('The search string was not found in the first 5120 bytes of the response body.'),
        ),
      )
    })
    request.on('error', (error) => finish(failure(describeError(error))))
    // A connection that ends without an answer, or that switches protocols, is no answer either.
    request.on('close', () => finish(failure('The endpoint closed the connection without a response.')))
    request.end()
  })
}

function startRequest({ config, address, healthCheckId }: Probe, signal: AbortSignal): http.ClientRequest {
  const isTls = config.Type === 'HTTPS' || config.Type === 'HTTPS_STR_MATCH'
  const path = config.ResourcePath ?? '/'
  const options: https.RequestOptions = {
    host: address,
    port: config.Port,
    path: path.startsWith('/') ? path : `/${path}`,
    agent: false,
    signal,
    rejectUnauthorized: false,
    // Empty: no server name is sent.
    servername: isTls && config.EnableSNI ? serverName(config) : '',
    headers: {
      Host: hostHeader(config, isTls ? 443 : 80),
      'User-Agent': `Amazon-Route53-Health-Check-Service (ref ${healthCheckId}; report http://amzn.to/1vsZADi)`,
      Connection: 'close',
    },
  }
  return isTls ? https.request(options) : http.request(options)
}

/** TLS knows no addresses as server names. */
function serverName({ FullyQualifiedDomainName: name = '' }: HealthCheckConfig): string {
  return isIP(name) ? '' : name.replace(/\.$/, '')
}

/** @see Amazon Route 53 API Reference, HealthCheckConfig, FullyQualifiedDomainName: how the Host header is made */
function hostHeader({ FullyQualifiedDomainName, IPAddress = '', Port }: HealthCheckConfig, usualPort: number): string {
  const host = FullyQualifiedDomainName ?? (isIP(IPAddress) === 6 ? `[${IPAddress}]` : IPAddress)
  return Port === usualPort ? host : `${host}:${Port}`
}

function judgeStatusCode(code: number): ProbeOutcome {
  const passed = code >= 200 && code < 400
  const meaning = http.STATUS_CODES[code]
  const text = `HTTP Status Code ${code}${meaning === undefined ? '' : `, ${meaning}`}`
  return { passed, status: `${passed ? 'Success' : 'Failure'}: ${text}` }
}

function searchBody(body: http.IncomingMessage, text: string, done: (found: boolean) => void): void {
  let seen = Buffer.alloc(0)
  body.on('data', (chunk: Buffer) => {
    seen = Buffer.concat([seen, chunk]).subarray(0, searchedBytes)
    const found = seen.includes(text)
    if (found || seen.length === searchedBytes) done(found)
  })
  body.on('end', () => done(false))
}

function describeError(error: NodeJS.ErrnoException): string {
  return error.code === 'ECONNREFUSED' ? 'Connection refused by the endpoint.' : `Connection failed: ${error.message}`
}

/** One timer that the steps of a probe share. */
function createDeadline(onMissed: (reason: string) => void) {
  let timer: NodeJS.Timeout | undefined
  const end = () => clearTimeout(timer)
  return {
    end,
    set(timeoutMs: number, reason: string) {
      end()
      timer = setTimeout(onMissed, timeoutMs, reason)
    },
  }
}
