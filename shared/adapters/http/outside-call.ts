import { lookup } from 'node:dns/promises'
import { type IncomingMessage, request as overHttp } from 'node:http'
import { request as overHttps } from 'node:https'
import type { LookupFunction } from 'node:net'
import type { HttpOutboundRules } from './outbound-rules.ts'

export interface OutsideRequest {
  readonly url: string
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
  /** Real milliseconds for everything: the name, the connection, the whole answer. */
  readonly timeoutMs: number
}

/** All addresses of a host. */
export type Resolve = (host: string) => Promise<readonly { readonly address: string; readonly family: number }[]>

/**
 * Sends a request and hands the answer to `read`. Follows no redirect.
 *
 * @throws {NotSentError} If the rules refuse the address. No byte was sent.
 * @throws {Error} With name `TimeoutError` if `read` has not ended in time; or whatever went wrong on the way.
 */
export type CallOutside = <T>(request: OutsideRequest, read: (answer: IncomingMessage) => Promise<T>) => Promise<T>

/** Where the request should go is not allowed. */
export class NotSentError extends Error {
  override readonly name = 'NotSentError'
}

const resolveAll: Resolve = (host) => lookup(host, { all: true })

/**
 * Calls over Node's own client, not `fetch`: only there a connection can be bound to the addresses that were checked. The
 * name is resolved once for each connection, each of its addresses is checked, and the socket takes one of these; nobody
 * resolves again in between, so a name that stands for something else a moment later (DNS rebinding) gains nothing. No
 * connection is kept for a second request.
 */
export function createCallOutside(rules: HttpOutboundRules, resolve: Resolve = resolveAll): CallOutside {
  const checked = createCheckedLookup(rules, resolve)
  return async (request, read) => {
    const refused = rules.whyRefused(request.url)
    if (refused !== null) throw new NotSentError(`not sent: the address ${refused}`)
    const signal = AbortSignal.timeout(request.timeoutMs)
    try {
      const answer = await send(request, checked, signal)
      try {
        return await read(answer)
      } finally {
        // What `read` left over is not fetched.
        answer.destroy()
      }
    } catch (error) {
      // An answer that is cut off by the signal fails with a reset connection.
      throw signal.aborted ? signal.reason : error
    }
  }
}

function send(
  { url, method, headers, body }: OutsideRequest,
  checked: LookupFunction,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const target = new URL(url)
  const request = target.protocol === 'https:' ? overHttps : overHttp
  return new Promise((resolve, reject) => {
    const sent = request(target, { method, headers, signal, agent: false, lookup: checked })
    sent.once('response', resolve)
    // Stays: an error after the answer began is told by the answer, too.
    sent.on('error', reject)
    // An answer that changes the protocol (101) ends the connection without an error.
    sent.once('close', () => reject(new Error('the connection was closed without an answer')))
    sent.end(body)
  })
}

function createCheckedLookup(rules: HttpOutboundRules, resolve: Resolve): LookupFunction {
  return (host, options, callback) => {
    const checked = async () => {
      const addresses = await resolve(host)
      for (const { address } of addresses) {
        const refused = rules.whyAddressRefused(host, address)
        if (refused !== null) throw new NotSentError(`not sent: ${host} ${refused}`)
      }
      const [first] = addresses
      if (!first) throw new Error(`${host} has no address`)
      return { addresses: [...addresses], first }
    }
    checked().then(
      ({ addresses, first }) => (options.all ? callback(null, addresses) : callback(null, first.address, first.family)),
      (error: Error) => callback(error, ''),
    )
  }
}
