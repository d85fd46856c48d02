/**
 * Two versions of a small service in a process of their own, each failing at random with a rate that the parent sets:
 * `{ "slot": "green", "errorRate": 0.01 }`.
 */
import { createServer } from 'node:http'
import { listenLocally } from '../../proxy/ports.ts'

type Slot = 'blue' | 'green'
const errorRates: Record<Slot, number> = { blue: 0, green: 0 }
const body = JSON.stringify({ ok: true })

function start(slot: Slot): Promise<number> {
  const server = createServer((request, response) => {
    const fails = request.url !== '/health' && Math.random() < errorRates[slot]
    response.writeHead(fails ? 500 : 200, { 'content-type': 'application/json', 'content-length': body.length })
    response.end(body)
  })
  server.keepAliveTimeout = 60_000
  return listenLocally(server)
}

process.on('message', ({ slot, errorRate }: { slot: Slot; errorRate: number }) => {
  errorRates[slot] = errorRate
})
process.on('disconnect', () => process.exit())
process.send?.([await start('blue'), await start('green')])
