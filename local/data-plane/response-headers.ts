import { isHopByHop } from './hop-by-hop.ts'

export interface ReceivedHeaders {
  /** Name, value, name, value …, for `ServerResponse.writeHead`. */
  readonly headers: string[]
  /** Bytes of the body as the target announced them; -1 when it did not. */
  readonly contentLength: number
}

/**
 * A target's response headers as they came, without those of its connection.
 *
 * @param raw - Names and values in turn, as undici's parser hands them over.
 */
export function readResponseHeaders(raw: readonly (Buffer | string)[]): ReceivedHeaders {
  const headers: string[] = []
  let contentLength = -1
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const name = toText(raw[at])
    if (isHopByHop(name)) continue
    const value = toText(raw[at + 1])
    if (name.length === 14 && name.toLowerCase() === 'content-length') contentLength = Number(value)
    headers.push(name, value)
  }
  return { headers, contentLength }
}

function toText(bytes: Buffer | string | undefined): string {
  if (bytes === undefined) return ''
  return typeof bytes === 'string' ? bytes : bytes.toString('latin1')
}
