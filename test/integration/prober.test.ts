import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { createOutboundRules } from '../../shared/adapters/http/outbound-rules.ts'
import { createCallOutside } from '../../shared/adapters/http/outside-call.ts'
import { createHttpProber } from '../../shared/adapters/http/prober.ts'
import type { ProbeRequest } from '../../shared/ports/prober.ts'

const prober = createHttpProber('9.9.9', createCallOutside(createOutboundRules(['127.0.0.0/8'])))
const running: Server[] = []

afterEach(async () => {
  for (const server of running.splice(0)) {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
})

async function startServer(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  running.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

function probe(url: string, overrides: Partial<ProbeRequest> = {}) {
  return prober.probe({ url, method: 'GET', headers: {}, timeoutMs: 2000, ...overrides })
}

describe('an answer', () => {
  it('is told with status and body; the probe names itself and sends what it was told', async () => {
    const url = await startServer((request, response) => {
      response.statusCode = 503
      response.end(`${request.method} ${request.headers['user-agent']} ${request.headers['x-side']}`)
    })
    const headers = { 'x-side': 'green', 'User-Agent': 'somebody-else' }
    expect(await probe(url, { method: 'POST', headers })).toEqual({
      kind: 'answer',
      status: 503,
      body: 'POST sluice-probe/9.9.9 green',
      milliseconds: expect.any(Number),
    })
  })

  it('is a redirect as such, not where it leads', async () => {
    let requests = 0
    const url = await startServer((_request, response) => {
      requests++
      response.writeHead(302, { location: '/elsewhere' }).end()
    })
    expect(await probe(url)).toMatchObject({ kind: 'answer', status: 302 })
    expect(requests).toBe(1)
  })

  it('has no body after HEAD', async () => {
    const url = await startServer((_request, response) => response.end('body'))
    expect(await probe(url, { method: 'HEAD' })).toMatchObject({ kind: 'answer', status: 200, body: '' })
  })

  it('is kept up to 64 KB, however much comes', async () => {
    const url = await startServer((_request, response) => {
      const more = () => {
        while (response.write('x'.repeat(8192)));
        response.once('drain', more)
      }
      more()
    })
    const answer = await probe(url)
    expect(answer.kind === 'answer' && answer.body).toBe('x'.repeat(64 * 1024))
  })
})

describe('an address that may not be called', () => {
  it('is not called, which says nothing of the version', async () => {
    expect(await probe('http://10.0.0.1/health')).toEqual({
      kind: 'not-sent',
      reason: 'not sent: the address is a private address: the installation must allow it (SLUICE_OUTBOUND_ALLOW)',
    })
  })
})

describe('no answer', () => {
  it('is told when nobody listens', async () => {
    const url = await startServer(() => undefined)
    await new Promise((resolve) => running.splice(0)[0]?.close(resolve))
    expect(await probe(url)).toMatchObject({ kind: 'no-answer', reason: expect.stringContaining('ECONNREFUSED') })
  })

  it('is told when the connection is cut', async () => {
    const url = await startServer((request) => request.socket.destroy())
    expect(await probe(url)).toMatchObject({ kind: 'no-answer' })
  })

  it.each<[string, RequestListener]>([
    ['nothing comes', () => undefined],
    ['the body does not end', (_request, response) => void response.write('a start')],
  ])('is told when %s in time', async (_name, listener) => {
    const answer = await probe(await startServer(listener), { timeoutMs: 50 })
    expect(answer).toMatchObject({ kind: 'no-answer', reason: 'no complete answer within 50 ms' })
  })

  it.each([['a header that is none', 'http://127.0.0.1:1', { 'bad name': 'x' }]])(
    'is told of %s',
    async (_name, url, headers) => {
      expect(await probe(url, { headers })).toMatchObject({ kind: 'no-answer' })
    },
  )
})
