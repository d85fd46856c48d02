import type { IncomingMessage } from 'node:http'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import type { WireRequest } from './protocol/protocol.ts'
import { AwsError } from './service.ts'

/** DynamoDB takes 16 MiB in one call, the most of the services here. */
const longestBodyBytes = 16 * 1024 * 1024

/**
 * Reads a request's body to its end.
 * @throws {AwsError} `RequestEntityTooLarge` (413) above 16 MiB.
 */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length > longestBodyBytes) throw tooLarge()
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/** @throws {AwsError} When the body is not what `Content-Encoding` says, or too long once unpacked. */
export async function toWireRequest(request: IncomingMessage, body: Buffer): Promise<WireRequest> {
  const url = parseTarget(request)
  return {
    method: request.method ?? 'GET',
    path: url.pathname,
    query: url.searchParams,
    headers: request.headers,
    body: await uncompress(body, request.headers['content-encoding']),
    signingName: credentialScope(request, url)?.service,
  }
}

/** Region of the signature; `us-east-1` for unsigned calls. */
export function regionOf(request: IncomingMessage): string {
  return credentialScope(request, parseTarget(request))?.region ?? 'us-east-1'
}

/** The request's path and query; `Host` plays no part, so no value of it can break the parse. */
export function parseTarget(request: IncomingMessage): URL {
  const target = request.url ?? '/'
  // `//x` would be read as a host.
  return new URL(`http://local${target.startsWith('/') ? target : `/${target}`}`)
}

/** From the header of a signed call or the query of a presigned one; nothing is verified, any credentials will do. */
function credentialScope(request: IncomingMessage, url: URL): { region: string; service: string } | undefined {
  const credential =
    /Credential=([^,\s]+)/.exec(request.headers.authorization ?? '')?.[1] ?? url.searchParams.get('X-Amz-Credential')
  const [, region, service] = /\/\d{8}\/([^/]+)\/([^/]+)\/aws4_request$/.exec(credential ?? '') ?? []
  return region && service ? { region, service } : undefined
}

const gunzipped = promisify(gunzip)

async function uncompress(body: Buffer, encoding: string | undefined): Promise<Buffer> {
  if (encoding === undefined || encoding === 'identity' || encoding === '') return body
  if (encoding !== 'gzip') throw new AwsError('SerializationException', `Content-Encoding ${encoding} is not supported`)
  try {
    return await gunzipped(body, { maxOutputLength: longestBodyBytes })
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge()
    throw new AwsError('SerializationException', 'The request body is not gzip, as its Content-Encoding says')
  }
}

function tooLarge(): AwsError {
  return new AwsError('RequestEntityTooLarge', `The request body is over ${longestBodyBytes} bytes`, 413)
}
