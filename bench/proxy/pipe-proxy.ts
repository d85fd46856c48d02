/** What one would write by hand: node:http, a keep-alive Agent, and pipe; weights by a random choice. */
import { Agent, createServer, request as startRequest } from 'node:http'
import { listenLocally } from './ports.ts'

const [heavy, light] = process.argv.slice(2).map(Number)
const agent = new Agent({ keepAlive: true, maxSockets: 256 })
const server = createServer((request, response) => {
  const outgoing = startRequest(
    {
      agent,
      host: '127.0.0.1',
      port: Math.random() < 0.9 ? heavy : light,
      path: request.url,
      method: request.method,
      headers: { ...request.headers, 'x-forwarded-for': request.socket.remoteAddress },
    },
    (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(response)
    },
  )
  outgoing.on('error', () => response.writeHead(502).end())
  request.pipe(outgoing)
})
process.send?.([await listenLocally(server)])
