import { EventEmitter, once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { createAwsServer } from '../../local/aws/server.ts'
import type { Persistent } from '../../local/aws/service.ts'
import { createManualClock } from '../../local/clock.ts'
import { startAwsEndpoint } from '../support/aws-endpoint.ts'

function aState() {
  const resets: number[] = []
  const persistent: Persistent = {
    name: 'a',
    save: () => ({ kept: true }),
    load: () => {},
    reset: () => void resets.push(1),
  }
  return { resets, persistent }
}

describe('the endpoint', () => {
  it('names the port that it cannot have', async () => {
    const first = await startAwsEndpoint({})
    const port = Number(new URL(first.url).port)
    const second = createAwsServer({ clock: createManualClock() })
    await expect(second.listen(port)).rejects.toThrow(new RegExp(`cannot listen on 127.0.0.1:${port}: .*EADDRINUSE`))
    expect(() => second.url).toThrow('does not listen yet')
  })

  it.each([
    ['https://evil.test', 403],
    ['null', 403],
    ['http://127.0.0.1.evil.test', 403],
    ['http://127.0.0.1:4500', 200],
    ['http://localhost:4500', 200],
    ['http://[::1]:4500', 200],
  ])('answers a page of %s with %d', async (origin, status) => {
    const { resets, persistent } = aState()
    const server = await startAwsEndpoint({ persistents: [persistent] })
    const answer = await fetch(`${server.url}/_local/reset`, { method: 'POST', headers: { origin } })
    expect([answer.status, resets.length]).toEqual([status, status === 200 ? 1 : 0])
  })

  it('answers what it cannot place in the shape of AWS, with a request id', async () => {
    const server = await startAwsEndpoint({})
    const answer = await fetch(`${server.url}//nowhere?x=%zz`, { headers: { 'x-amz-target': 'Nobody.DoNothing' } })
    expect([answer.status, answer.headers.get('x-amzn-errortype')]).toEqual([404, 'UnknownOperationException'])
    expect(answer.headers.get('x-amzn-requestid')).toMatch(/^[0-9a-f-]{36}$/)
    expect(await answer.json()).toEqual({ __type: 'UnknownOperationException', message: expect.any(String) })
  })

  it('lets a call under way end when it closes', async () => {
    const gate = new EventEmitter()
    const entered = once(gate, 'entered')
    const held: Persistent = {
      ...aState().persistent,
      async reset() {
        const opened = once(gate, 'opened')
        gate.emit('entered')
        await opened
      },
    }
    const server = await startAwsEndpoint({ persistents: [held] })
    const answer = fetch(`${server.url}/_local/reset`, { method: 'POST' })
    await entered
    const closed = server.close()
    gate.emit('opened')
    expect((await answer).status).toBe(200)
    await closed
  })
})
