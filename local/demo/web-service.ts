import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** One running version of the demo's web shop: a real HTTP server on a loopback port. */
export interface WebService {
  readonly port: number
  /** Puts another version in its place, which answers this fraction (0–1) of its requests with 500. */
  deploy(version: string, errorRate: number): void
  close(): Promise<void>
}

/** Starts a version that answers every request well. */
export async function startWebService(version: string): Promise<WebService> {
  let running = { version, errorRate: 0, owed: 0 }
  const server = createServer((request, response) => {
    if (request.url === '/health') {
      response.end('ok')
      return
    }
    // Errors are spread evenly, so that a run of the demo does not depend on luck.
    running.owed += running.errorRate
    const fails = running.owed >= 1
    if (fails) running.owed -= 1
    response.writeHead(fails ? 500 : 200, { 'content-type': 'application/json', 'x-version': running.version })
    response.end(JSON.stringify(fails ? { error: 'out of stock, out of luck' } : { version: running.version }))
  })
  server.keepAliveTimeout = 60_000
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  return {
    port: (server.address() as AddressInfo).port,
    deploy: (next, errorRate) => {
      running = { version: next, errorRate, owed: 0 }
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
