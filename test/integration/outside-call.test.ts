import { createServer, type IncomingMessage, type RequestListener } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createOutboundRules } from '../../shared/adapters/http/outbound-rules.ts'
import {
  createCallOutside,
  NotSentError,
  type OutsideRequest,
  type Resolve,
} from '../../shared/adapters/http/outside-call.ts'
import { selfSigned } from '../support/self-signed.ts'

async function startServer(listener: RequestListener, tls = false) {
  const requests: { readonly host: string | undefined; readonly url: string | undefined }[] = []
  const seeing: RequestListener = (request, response) => {
    requests.push({ host: request.headers.host, url: request.url })
    listener(request, response)
  }
  const server = tls ? createSecureServer(selfSigned, seeing) : createServer(seeing)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  return { port: (server.address() as AddressInfo).port, requests }
}

/** Answers a name with one list of addresses after the other; the last one stays. */
function resolving(...answers: readonly (readonly string[])[]) {
  const asked: string[] = []
  const resolve: Resolve = async (host) => {
    const addresses = answers[Math.min(asked.length, answers.length - 1)] ?? []
    asked.push(host)
    return addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))
  }
  return { resolve, asked }
}

const loopback = createOutboundRules(['127.0.0.1'])
const aRequest = (url: string, more: Partial<OutsideRequest> = {}): OutsideRequest => ({
  ...{ url, method: 'GET', headers: {}, timeoutMs: 5000 },
  ...more,
})
const statusOf = async (answer: IncomingMessage) => answer.statusCode
const fine: RequestListener = (_request, response) => void response.end('fine')

describe('a name', () => {
  it('is resolved once for each connection, which goes to the address that was checked', async () => {
    const { port, requests } = await startServer(fine)
    const { resolve, asked } = resolving(['127.0.0.1'])
    const call = createCallOutside(loopback, resolve)
    expect(await call(aRequest(`http://shop.example:${port}/health`), statusOf)).toBe(200)
    expect(asked).toEqual(['shop.example'])
    expect(requests).toEqual([{ host: `shop.example:${port}`, url: '/health' }])
  })

  it('that stands for something else from the second time on is refused the second time', async () => {
    const { port, requests } = await startServer(fine)
    const { resolve } = resolving(['127.0.0.1'], ['169.254.169.254'])
    const call = createCallOutside(loopback, resolve)
    const request = aRequest(`http://rebound.example:${port}/`)
    expect(await call(request, statusOf)).toBe(200)
    await expect(call(request, statusOf)).rejects.toThrow(
      'not sent: rebound.example stands for 169.254.169.254, an address of metadata',
    )
    expect(requests).toHaveLength(1)
  })

  it.each([
    ['the first', ['10.0.0.1', '127.0.0.1']],
    ['the last', ['127.0.0.1', '::1', '::ffff:10.0.0.1']],
  ])('is refused when %s of its addresses is', async (_which, addresses) => {
    const { port, requests } = await startServer(fine)
    const call = createCallOutside(loopback, resolving(addresses).resolve)
    await expect(call(aRequest(`http://shop.example:${port}/`), statusOf)).rejects.toThrow(NotSentError)
    expect(requests).toEqual([])
  })

  it.each([
    ['has no address', [[]], 'shop.example has no address'],
    ['stands for no address', [['nowhere']], 'shop.example resolves to nowhere, which is no address'],
  ])('that %s is called nowhere', async (_what, answers, message) => {
    const call = createCallOutside(loopback, resolving(...answers).resolve)
    await expect(call(aRequest('http://shop.example/'), statusOf)).rejects.toThrow(message)
  })

  it('that cannot be resolved says so', async () => {
    const call = createCallOutside(loopback, () => Promise.reject(new Error('getaddrinfo ENOTFOUND shop.example')))
    await expect(call(aRequest('http://shop.example/'), statusOf)).rejects.toThrow('getaddrinfo ENOTFOUND shop.example')
  })

  it('that nobody answers for runs into the time', async () => {
    const call = createCallOutside(loopback, () => new Promise(() => undefined))
    const request = aRequest('http://shop.example/', { timeoutMs: 30 })
    await expect(call(request, statusOf)).rejects.toMatchObject({ name: 'TimeoutError' })
  })

  it('is resolved by the system where nothing else is said', async () => {
    const { port } = await startServer(fine)
    const call = createCallOutside(createOutboundRules(['127.0.0.1', '::1']))
    expect(await call(aRequest(`http://localhost:${port}/`), statusOf)).toBe(200)
  })
})

describe('an address', () => {
  it('that is refused is not called, and no name is asked for', async () => {
    const { port, requests } = await startServer(fine)
    const { resolve, asked } = resolving(['8.8.8.8'])
    const call = createCallOutside(createOutboundRules([]), resolve)
    for (const host of ['127.0.0.1', '2130706433', '0x7f.1', '[::ffff:127.0.0.1]', 'localhost'])
      await expect(call(aRequest(`http://${host}:${port}/`), statusOf)).rejects.toThrow(NotSentError)
    expect({ requests, asked }).toEqual({ requests: [], asked: [] })
  })
})

describe('an answer', () => {
  it.each([301, 302, 303, 307, 308])('that leads elsewhere (%i) is the answer', async (status) => {
    const elsewhere = await startServer(fine)
    const { port } = await startServer((_request, response) => {
      response.writeHead(status, { location: `http://127.0.0.1:${elsewhere.port}/` }).end()
    })
    const call = createCallOutside(loopback)
    expect(await call(aRequest(`http://127.0.0.1:${port}/`), statusOf)).toBe(status)
    expect(elsewhere.requests).toEqual([])
  })

  it('that changes the protocol is none', async () => {
    const { port } = await startServer((request) => {
      request.socket.end('HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: other\r\n\r\n')
    })
    const call = createCallOutside(loopback)
    await expect(call(aRequest(`http://127.0.0.1:${port}/`), statusOf)).rejects.toThrow()
  })

  it('over TLS must come from who the name says', async () => {
    const { port, requests } = await startServer(fine, true)
    const call = createCallOutside(loopback, resolving(['127.0.0.1']).resolve)
    await expect(call(aRequest(`https://shop.example:${port}/`), statusOf)).rejects.toMatchObject({
      code: expect.stringMatching(/CERT/),
    })
    expect(requests).toEqual([])
  })

  it('is cut off where reading stops, so that no connection stays', async () => {
    let closed: (value: unknown) => void = () => undefined
    const isClosed = new Promise((resolve) => {
      closed = resolve
    })
    const { port } = await startServer((request, response) => {
      request.socket.once('close', closed)
      response.write('a start')
    })
    const call = createCallOutside(loopback)
    expect(await call(aRequest(`http://127.0.0.1:${port}/`), statusOf)).toBe(200)
    await isClosed
  })
})
