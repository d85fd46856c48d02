import { isHopByHop, parseConnectionOptions } from './hop-by-hop.ts'
import { continueTrace } from './trace-id.ts'

export type XffMode = 'append' | 'preserve' | 'remove'

export interface ForwardedBy {
  /** Address of the client's connection. */
  readonly clientAddress: string
  readonly listenerPort: string
  readonly traceId: string
  /** Attribute `routing.http.xff_header_processing.mode`. */
  readonly xffMode: XffMode
}

export type BuiltHeaders =
  | {
      readonly ok: true
      /** Name, value, name, value … */
      readonly headers: string[]
      readonly hasBody: boolean
    }
  | { readonly ok: false; readonly status: 400 | 463 }

/** As AWS limits them: bytes of one header line, addresses in X-Forwarded-For. */
const longestHeader = 16_384
const mostForwardedAddresses = 30

/**
 * The headers to send to a target: the client's own, in order and spelling, without those of its connection, and with
 * X-Forwarded-For, -Proto, -Port and X-Amzn-Trace-Id. The Host header is passed on as it came.
 *
 * @returns Not ok with 400 for a header over 16 KiB or two or no Host headers, 463 for more than 30 forwarded addresses.
 */
export function buildRequestHeaders(raw: readonly string[], httpVersion: string, by: ForwardedBy): BuiltHeaders {
  const headers: string[] = []
  let hosts = 0
  let hasBody = false
  let forwardedFor: string | undefined
  let trace: string | undefined
  let options: ReadonlySet<string> | undefined
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const name = raw[at] ?? ''
    const value = raw[at + 1] ?? ''
    if (name.length + value.length > longestHeader) return { ok: false, status: 400 }
    if (isHopByHop(name)) {
      if (name.length === 17) hasBody = true
      else if (name.length === 10 && name.toLowerCase() === 'connection')
        options = parseConnectionOptions(value) ?? options
      continue
    }
    switch (name.length) {
      case 4:
        if (name.toLowerCase() === 'host') hosts++
        break
      case 14:
        if (value !== '0' && name.toLowerCase() === 'content-length') hasBody = true
        break
      case 15: {
        const lower = name.toLowerCase()
        if (lower === 'x-forwarded-for') {
          forwardedFor = forwardedFor === undefined ? value : `${forwardedFor}, ${value}`
          continue
        }
        if (lower === 'x-amzn-trace-id') {
          trace = value
          continue
        }
        break
      }
      case 16:
        if (name.toLowerCase() === 'x-forwarded-port') continue
        break
      case 17:
        if (name.toLowerCase() === 'x-forwarded-proto') continue
        break
    }
    headers.push(name, value)
  }
  if (hosts > 1 || (hosts === 0 && httpVersion === '1.1')) return { ok: false, status: 400 }
  if (forwardedFor !== undefined && forwardedFor.split(',').length > mostForwardedAddresses)
    return { ok: false, status: 463 }
  const kept = options ? dropNamed(headers, options) : headers
  appendForwarded(kept, forwardedFor, by)
  kept.push('X-Amzn-Trace-Id', continueTrace(trace, by.traceId))
  return { ok: true, headers: kept, hasBody }
}

function appendForwarded(headers: string[], received: string | undefined, by: ForwardedBy): void {
  switch (by.xffMode) {
    case 'append':
      headers.push('X-Forwarded-For', received === undefined ? by.clientAddress : `${received}, ${by.clientAddress}`)
      break
    case 'preserve':
      if (received !== undefined) headers.push('X-Forwarded-For', received)
      break
    case 'remove':
      break
  }
  headers.push('X-Forwarded-Proto', 'http', 'X-Forwarded-Port', by.listenerPort)
}

function dropNamed(headers: readonly string[], named: ReadonlySet<string>): string[] {
  // A Connection header must not be able to strip what routes or frames the message.
  const kept: string[] = []
  for (let at = 0; at + 1 < headers.length; at += 2) {
    const name = headers[at] ?? ''
    const lower = name.toLowerCase()
    if (!named.has(lower) || lower === 'host' || lower === 'content-length') kept.push(name, headers[at + 1] ?? '')
  }
  return kept
}
