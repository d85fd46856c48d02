import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import type { RequestListener } from 'node:http'
import { Readable } from 'node:stream'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  aDefaultRule,
  aForward,
  aTargetGroup,
  type BackEnd,
  eventually,
  freePort,
  startBackEnd,
} from '../support/data-plane.ts'
import { type DataPlaneRig, startRig } from '../support/data-plane-rig.ts'
import { openRaw, sendRaw } from '../support/raw-http.ts'

let rig: DataPlaneRig
beforeEach(async () => {
  rig = await startRig()
})
afterEach(() => rig.stop())

/** One back end behind the listener. */
async function serve(listener?: RequestListener, attributes?: Readonly<Record<string, string>>): Promise<BackEnd> {
  const backEnd = await startBackEnd('web', listener)
  rig.addGroup('web', [backEnd])
  await rig.listen([aDefaultRule(aForward({ web: 1 }))], attributes)
  return backEnd
}

const echo: RequestListener = (request, response) => void request.pipe(response)
const digest = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

describe('requests', () => {
  it('arrive with their own headers and where they came from', async () => {
    const web = await serve()
    await fetch(`${rig.url}/a/b?c=%20d`, { headers: { 'x-mine': '1', 'x-forwarded-for': '9.9.9.9' } })
    const [seen] = web.requests
    expect(seen).toMatchObject({
      method: 'GET',
      url: '/a/b?c=%20d',
      headers: {
        host: `127.0.0.1:${rig.port}`,
        'x-mine': '1',
        'x-forwarded-for': '9.9.9.9, 127.0.0.1',
        'x-forwarded-proto': 'http',
        'x-forwarded-port': String(rig.port),
      },
    })
    expect(seen?.headers['x-amzn-trace-id']).toMatch(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$/)
  })

  it('carry bodies of a known length and in chunks, whole', async () => {
    await serve(echo)
    const body = randomBytes(3_000_000)
    const known = await fetch(rig.url, { method: 'POST', body })
    const chunked = await fetch(rig.url, { method: 'PUT', body: Readable.toWeb(Readable.from([body])), duplex: 'half' })
    const returned = [new Uint8Array(await known.arrayBuffer()), new Uint8Array(await chunked.arrayBuffer())]
    expect(returned.map(digest)).toEqual([digest(body), digest(body)])
  })

  it('carry a body with GET', async () => {
    await serve(echo)
    const answer = await sendRaw(
      rig.port,
      'GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello',
    )
    expect(answer).toMatch(/hello/)
  })

  it('are told to go on by the load balancer itself', async () => {
    const web = await serve(echo)
    const connection = await openRaw(rig.port)
    connection.send(
      'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n',
    )
    await connection.until(/^HTTP\/1\.1 100 Continue\r\n/)
    connection.send('hello')
    expect(await connection.toEnd()).toMatch(/HTTP\/1\.1 200 OK.*hello/s)
    expect(web.requests[0]?.headers.expect).toBeUndefined()
  })

  it('may follow each other on one connection, even before the answer', async () => {
    await serve((request, response) => response.end(`<${request.url}>`))
    const one = (path: string, last = '') => `GET ${path} HTTP/1.1\r\nHost: a\r\n${last}\r\n`
    const answer = await sendRaw(rig.port, one('/1') + one('/2') + one('/3', 'Connection: close\r\n'))
    expect(answer.match(/<[^>]*>/g)).toEqual(['</1>', '</2>', '</3>'])
  })

  it.each([
    { name: 'HTTP/1.0', request: 'GET / HTTP/1.0\r\n\r\n' },
    { name: 'Connection: close', request: 'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n' },
  ])('by $name end their connection', async ({ request }) => {
    await serve((_, response) => void response.write('in ', () => response.end('parts')))
    const answer = await sendRaw(rig.port, request)
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK/)
    expect(answer.toLowerCase()).toContain('connection: close')
  })

  it.each([
    { name: 'no HTTP', request: 'HELLO\r\n\r\n', status: 400 },
    { name: 'no Host', request: 'GET / HTTP/1.1\r\n\r\n', status: 400 },
    {
      name: 'two lengths',
      request: 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n',
      status: 400,
    },
    {
      name: 'a header over 16 KiB',
      request: `GET / HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(17_000)}\r\nConnection: close\r\n\r\n`,
      status: 400,
    },
    {
      name: 'a head over 64 KiB',
      request: `GET / HTTP/1.1\r\nHost: a\r\n${`X: ${'x'.repeat(8000)}\r\n`.repeat(9)}\r\n`,
      status: 400,
    },
    {
      name: 'an address over 16 KiB',
      request: `GET /${'x'.repeat(17_000)} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`,
      status: 414,
    },
    { name: 'TRACE', request: 'TRACE / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n', status: 405 },
    {
      name: 'too many forwarded addresses',
      request: `GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: ${Array(31).fill('1.1.1.1').join(',')}\r\nConnection: close\r\n\r\n`,
      status: 463,
    },
  ])('with $name are refused with $status and never sent on', async ({ request, status }) => {
    const web = await serve()
    expect(await sendRaw(rig.port, request)).toMatch(new RegExp(`^HTTP/1.1 ${status} .*Server: awselb/2.0`, 's'))
    expect(web.requests).toEqual([])
  })
})

describe('answers', () => {
  it('keep status, text and headers, and lose what belongs to the target’s connection', async () => {
    await serve((_, response) => {
      response.writeHead(
        207,
        'Many Things',
        [
          ['Set-Cookie', 'a=1'],
          ['Set-Cookie', 'b=2'],
          ['X-Mine', 'yes'],
          ['Keep-Alive', 'timeout=77'],
        ].flat(),
      )
      response.end('ok')
    })
    const response = await fetch(rig.url)
    expect([response.status, response.statusText, await response.text()]).toEqual([207, 'Many Things', 'ok'])
    expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2'])
    expect(response.headers.get('x-mine')).toBe('yes')
    expect(response.headers.get('keep-alive')).not.toBe('timeout=77')
  })

  it.each([
    { method: 'HEAD', status: 200, length: '1234' },
    { method: 'GET', status: 204, length: null },
    { method: 'GET', status: 304, length: null },
  ])('without a body ($method, $status) leave the connection in order', async ({ method, status, length }) => {
    await serve((request, response) => {
      if (request.url === '/next') return void response.end('next')
      response.writeHead(status, length === null ? {} : { 'content-length': length }).end()
    })
    const response = await fetch(rig.url, { method })
    expect([response.status, response.headers.get('content-length')]).toEqual([status, length])
    expect(await (await fetch(`${rig.url}/next`)).text()).toBe('next')
  })

  it('are passed on as they come: head before body, and each event at once', async () => {
    let send = (_: string) => {}
    await serve((_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders()
      send = (text) => void response.write(text)
    })
    const response = await fetch(rig.url)
    const reader = response.body?.getReader()
    for (const text of ['first', 'second']) {
      send(text)
      expect(new TextDecoder().decode((await reader?.read())?.value)).toBe(text)
    }
    await reader?.cancel()
  })

  it('wait for a client that reads slowly instead of piling up', async () => {
    const chunk = Buffer.alloc(65_536)
    let sent = 0
    await serve((_, response) => {
      const pump = () => {
        let takesMore = true
        while (takesMore && sent < 1600) {
          takesMore = response.write(chunk)
          sent++
        }
        if (sent < 1600) response.once('drain', pump)
        else response.end()
      }
      pump()
    })
    const connection = await openRaw(rig.port)
    connection.socket.pause()
    connection.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
    let before = -1
    while (sent === 0 || sent !== before) {
      before = sent
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    // 100 MB in all; what is on its way sits in socket buffers of a few megabytes.
    expect(sent).toBeLessThan(800)
    connection.socket.resume()
    await eventually(() => sent >= 1600, 20_000)
    connection.socket.destroy()
  })

  it('that break off in the middle end the client’s connection, so that it can tell', async () => {
    await serve((_, response) => {
      response.writeHead(200, { 'content-length': 100 })
      response.write('half', () => response.destroy())
    })
    const response = await fetch(rig.url)
    expect(response.status).toBe(200)
    await expect(response.text()).rejects.toThrow()
  })

  it('that come before the whole request are passed on', async () => {
    await serve((_, response) => response.writeHead(413).end('too much'))
    const connection = await openRaw(rig.port)
    connection.send('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhalf')
    expect(await connection.until(/too much/)).toMatch(/^HTTP\/1\.1 413 /)
    connection.socket.destroy()
  })
})

describe('a client that goes away', () => {
  it('cancels the request at the target and counts as 460', async () => {
    let cancelled = false
    const web = await serve((_, response) => {
      response.on('close', () => {
        cancelled = true
      })
    })
    const connection = await openRaw(rig.port)
    connection.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
    await eventually(() => web.requests.length === 1)
    connection.socket.destroy()
    await eventually(() => cancelled)
    await rig.endMinute()
    expect(rig.metrics.sum('HTTPCode_ELB_4XX_Count')).toBe(1)
    expect(rig.metrics.sum('HTTPCode_ELB_5XX_Count')).toBe(0)
  })

  it('in the middle of its body cancels the request at the target', async () => {
    let aborted = false
    const web = await serve((request) => {
      request.on('error', () => {
        aborted = true
      })
      request.resume()
    })
    const connection = await openRaw(rig.port)
    connection.send('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\nhalf')
    await eventually(() => web.requests.length === 1)
    connection.socket.destroy()
    await eventually(() => aborted)
  })
})

describe('failures of a target', () => {
  it('that refuses connections is a 502, whole, also for a request with a body', async () => {
    rig.addGroup('web', [])
    rig.plane.registerTargets(aTargetGroup('web').arn, [{ Id: '127.0.0.1', Port: await freePort() }])
    await rig.listen([aDefaultRule(aForward({ web: 1 }))])
    const response = await fetch(rig.url, { method: 'POST', body: 'x'.repeat(100_000) })
    expect([response.status, await response.text()]).toEqual([502, expect.stringContaining('502 Bad Gateway')])
  })

  it('that answers nonsense is a 502', async () => {
    await serve((request) => void request.socket.end('200 fine by me\r\n\r\n'))
    expect((await fetch(rig.url)).status).toBe(502)
  })

  it('that stays silent for the idle timeout is a 504', async () => {
    await serve(() => {}, { 'idle_timeout.timeout_seconds': '1' })
    const response = await fetch(rig.url)
    expect([response.status, await response.text()]).toEqual([504, expect.stringContaining('504 Gateway Time-out')])
    await rig.endMinute()
    expect(rig.metrics.sum('HTTPCode_ELB_504_Count')).toBe(1)
  })

  it('is not made of a client that stalls in its body: that is a 408', async () => {
    await serve((request) => void request.resume(), { 'idle_timeout.timeout_seconds': '1' })
    const answer = await sendRaw(rig.port, 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhalf')
    expect(answer).toMatch(/^HTTP\/1\.1 408 /)
  })

  it('that closed its idle connections costs no request', async () => {
    const web = await serve()
    for (let round = 0; round < 20; round++) {
      expect((await fetch(rig.url)).status).toBe(200)
      web.server.closeIdleConnections()
    }
  })
})

describe('a kept-alive connection that the target ends with the next request on it', () => {
  /** Answers the first request of each connection and cuts the connection at the second. */
  const oncePerConnection: () => RequestListener = () => {
    const served = new WeakSet<object>()
    return (request, response) => {
      if (served.has(request.socket)) return void request.socket.destroy()
      served.add(request.socket)
      response.end('web')
    }
  }

  async function requestAfter(quietMs: number, init: RequestInit = {}) {
    const web = await serve(oncePerConnection())
    await fetch(rig.url)
    const realNow = performance.now.bind(performance)
    vi.spyOn(performance, 'now').mockImplementation(() => realNow() + quietMs)
    const { status } = await fetch(rig.url, init)
    return { status, sent: web.requests.length - 1 }
  }
  afterEach(() => vi.restoreAllMocks())

  it.each([
    { name: 'asks once more after a quiet second', quietMs: 1500, init: {}, status: 200, sent: 2 },
    { name: 'shows the fault under load', quietMs: 0, init: {}, status: 502, sent: 1 },
    { name: 'never repeats a POST', quietMs: 1500, init: { method: 'POST' }, status: 502, sent: 1 },
  ])('$name', async ({ quietMs, init, status, sent }) => {
    expect(await requestAfter(quietMs, init)).toEqual({ status, sent })
  })
})

describe('upgrades', () => {
  const handshake =
    'GET /chat HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: k\r\n\r\n'

  it('of WebSockets carry bytes both ways until one side ends', async () => {
    const web = await serve()
    let seen: string | undefined
    web.server.on('upgrade', (request, socket) => {
      seen = `${request.url} ${request.headers['sec-websocket-key']} ${request.headers['x-forwarded-for']}`
      socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nhi;')
      socket.on('data', (bytes: Buffer) => socket.write(bytes.toString().toUpperCase()))
      socket.on('end', () => socket.end())
    })
    const connection = await openRaw(rig.port)
    connection.send(handshake)
    await connection.until(/^HTTP\/1\.1 101 .*\r\n\r\nhi;$/s)
    connection.send('ping')
    await connection.until(/PING$/)
    expect(seen).toBe('/chat k 127.0.0.1')
    connection.socket.end()
    await connection.toEnd()
    await rig.endMinute()
    expect(rig.metrics.sum('RequestCount')).toBe(1)
  })

  it('that the target refuses are answered with its refusal', async () => {
    await serve((_, response) => response.writeHead(426).end('not here'))
    const answer = await sendRaw(rig.port, handshake)
    expect(answer).toMatch(/^HTTP\/1\.1 426 .*not here/s)
  })

  it('to a target that is not there are a 502', async () => {
    const web = await serve()
    await web.stop()
    expect(await sendRaw(rig.port, handshake)).toMatch(/^HTTP\/1\.1 502 /)
  })

  it('to other protocols are ignored and the request is answered', async () => {
    await serve()
    const request =
      'GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: x\r\n\r\n'
    expect(await sendRaw(rig.port, request)).toMatch(/^HTTP\/1\.1 200 .*web/s)
  })

  it('to other protocols with a body are refused, as it cannot be read', async () => {
    const web = await serve()
    const request = 'POST / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: 3\r\n\r\nabc'
    expect(await sendRaw(rig.port, request)).toMatch(/^HTTP\/1\.1 400 /)
    expect(web.requests).toEqual([])
  })

  it('end with the listener', async () => {
    const web = await serve()
    web.server.on('upgrade', (_, socket) => {
      socket.on('error', () => {})
      socket.on('end', () => socket.end())
      socket.resume()
      socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n')
    })
    const connection = await openRaw(rig.port)
    connection.send(handshake)
    await connection.until(/101/)
    const closed = once(connection.socket, 'close')
    await rig.plane.close()
    await closed
  })
})
