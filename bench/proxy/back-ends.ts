/** Two small services: each answers about 200 bytes at once. */
import { createServer } from 'node:http'
import { listenLocally } from './ports.ts'

const body = JSON.stringify({ message: 'x'.repeat(40) })
const start = () =>
  listenLocally(
    createServer((_, response) => {
      response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': body.length })
      response.end(body)
    }),
  )
process.send?.([await start(), await start()])
