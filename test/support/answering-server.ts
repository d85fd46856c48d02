import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

export interface AnsweringServer {
  readonly url: string
  /** `service/region` from the credential scope of each request's signature, in order. */
  readonly signedFor: readonly string[]
}

/**
 * An HTTP server that answers every request in the same way; stopped after the test.
 *
 * @param status - HTTP status of the answer; null: none ever comes.
 * @param body - Default: empty.
 */
export async function startAnsweringServer(status: number | null, body = ''): Promise<AnsweringServer> {
  const signedFor: string[] = []
  const server = createServer((request, response) => {
    signedFor.push(scopeOf(request))
    request.resume()
    if (status !== null) response.writeHead(status).end(body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, signedFor }
}

function scopeOf({ headers }: IncomingMessage): string {
  const [, region, service] = /Credential=[^/]+\/[0-9]+\/([^/]+)\/([^/]+)\//.exec(headers.authorization ?? '') ?? []
  return `${service}/${region}`
}
