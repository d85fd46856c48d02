import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import * as dns from 'dns-packet'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createDnsServer, type DnsServer } from '../../local/data-plane/dns/dns-server.ts'
import { serveConnection } from '../../local/data-plane/dns/tcp-connection.ts'
import {
  addressesIn,
  anAlias,
  aQuery,
  aRecord,
  aWeighted,
  aZone,
  balancersOf,
  healthOf,
  show,
  zonesOf,
} from '../support/dns.ts'
import { until } from '../support/until.ts'

const balancer = 'web-1.us-east-1.elb.amazonaws.com'
const longTexts = Array.from({ length: 200 }, (_, index) => `"${String(index).padStart(250, '-')}"`)
const health: Record<string, boolean> = {}
const zone = aZone('example.com', [
  aRecord('www.example.com', 'A', ['192.0.2.1']),
  aRecord('long.example.com', 'TXT', longTexts),
  aRecord('broken.example.com', 'A', ['not an address']),
  anAlias('app.example.com', balancer, { zoneId: 'Z35SXDOTRQ7X7K' }),
  aWeighted('sides.example.com', '192.0.2.90', 90, 'ninety'),
  aWeighted('sides.example.com', '192.0.2.10', 10),
  aWeighted('equal.example.com', '192.0.2.20', 0),
  aWeighted('equal.example.com', '192.0.2.30', 0),
])

let server: DnsServer
let errors: unknown[]
const closing: (() => unknown)[] = []

function create(idleMs?: number): DnsServer {
  return createDnsServer({
    zones: zonesOf(zone),
    health: { isHealthy: (id) => healthOf(health).isHealthy(id) },
    balancers: balancersOf({ [balancer]: { address: '127.0.0.2', isHealthy: true } }),
    reportError: (error) => errors.push(error),
    ...(idleMs !== undefined && { idleMs }),
  })
}

beforeEach(async () => {
  errors = []
  server = create()
  await server.listen(0)
})

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
  await server.close()
  for (const id of Object.keys(health)) delete health[id]
})

/** A udp client: each packet that is sent gets the next answer. */
async function openUdp() {
  const socket = createSocket('udp4')
  closing.push(() => socket.close())
  socket.connect(server.port, '127.0.0.1')
  await once(socket, 'connect')
  return {
    send: (packet: Buffer) => socket.send(packet),
    async ask(packet: Buffer): Promise<Buffer> {
      const answered = once(socket, 'message')
      socket.send(packet)
      const [answer] = await answered
      return answer
    },
  }
}

/** A tcp client that keeps what comes in. */
async function openTcp(port = server.port) {
  const socket = connect(port, '127.0.0.1')
  socket.setNoDelay(true)
  closing.push(() => socket.destroy())
  const received = receive(socket)
  await once(socket, 'connect')
  return { socket, ...received }
}

function receive(socket: Socket) {
  const chunks: Buffer[] = []
  let size = 0
  socket.on('error', () => {})
  socket.on('data', (chunk: Buffer) => {
    chunks.push(chunk)
    size += chunk.length
  })
  const messages = () => {
    const octets = Buffer.concat(chunks)
    const found: Buffer[] = []
    for (let at = 0; at + 2 <= size && at + 2 + octets.readUInt16BE(at) <= size; ) {
      const end = at + 2 + octets.readUInt16BE(at)
      found.push(octets.subarray(at + 2, end))
      at = end
    }
    return found
  }
  return {
    size: () => size,
    untilMessages: (count: number) =>
      until(`${count} answers over tcp`, () => {
        const found = messages()
        return found.length >= count ? found : undefined
      }),
  }
}

const framed = (packet: Buffer) => Buffer.concat([Buffer.from([packet.length >> 8, packet.length & 0xff]), packet])

describe('the DNS server over udp', () => {
  it('tells where it listens', async () => {
    expect(server.address).toBe(`127.0.0.1:${server.port}`)
    const client = await openUdp()
    expect(show(await client.ask(aQuery('www.example.com', 'A')))).toEqual({
      rcode: 'NOERROR',
      flags: 'aa rd',
      answers: ['www.example.com 60 A 192.0.2.1'],
      authorities: [],
      additionals: [],
    })
  })

  it('answers for the local load balancers, by alias and by their own name', async () => {
    const client = await openUdp()
    expect(show(await client.ask(aQuery('app.example.com', 'A'))).answers).toEqual(['app.example.com 60 A 127.0.0.2'])
    expect(show(await client.ask(aQuery(balancer, 'A'))).answers).toEqual([`${balancer} 60 A 127.0.0.2`])
  })

  /** How often each address came in so many queries. */
  async function count(name: string, times: number): Promise<Record<string, number>> {
    const client = await openUdp()
    const counts: Record<string, number> = {}
    for (let index = 0; index < times; index++) {
      const [address = 'none'] = addressesIn(await client.ask(aQuery(name, 'A', { id: index })))
      counts[address] = (counts[address] ?? 0) + 1
    }
    return counts
  }

  it('shares 10,000 queries by weight', async () => {
    expect(await count('sides.example.com', 10_000)).toEqual({ '192.0.2.90': 9000, '192.0.2.10': 1000 })
  })

  it('shares equally where every weight is 0', async () => {
    expect(await count('equal.example.com', 100)).toEqual({ '192.0.2.20': 50, '192.0.2.30': 50 })
  })

  it('leaves a record out from the query after its health check fails, and takes it back', async () => {
    expect(await count('sides.example.com', 10)).toEqual({ '192.0.2.90': 9, '192.0.2.10': 1 })
    health.ninety = false
    expect(await count('sides.example.com', 10)).toEqual({ '192.0.2.10': 10 })
    health.ninety = true
    expect(await count('sides.example.com', 10)).toEqual({ '192.0.2.90': 9, '192.0.2.10': 1 })
  })

  it('answers 50 clients at once, each its own question', async () => {
    const clients = await Promise.all(Array.from({ length: 50 }, openUdp))
    const ids = clients.map((_, index) => index + 1)
    const answers = await Promise.all(
      clients.map((client, index) => client.ask(aQuery('www.example.com', 'A', { id: ids[index] ?? 0 }))),
    )
    expect(answers.map((answer) => answer.readUInt16BE(0))).toEqual(ids)
  })

  it('cuts a long answer short, and gives it whole over tcp', async () => {
    const query = aQuery('long.example.com', 'TXT', { udpSize: 4096 })
    const udp = await openUdp()
    expect(show(await udp.ask(query))).toMatchObject({ flags: 'aa tc rd', answers: [] })
    const tcp = await openTcp()
    tcp.socket.write(framed(query))
    const [answer = Buffer.alloc(0)] = await tcp.untilMessages(1)
    expect(show(answer)).toMatchObject({
      flags: 'aa rd',
      answers: longTexts.map((text) => `long.example.com 60 TXT ${text}`),
    })
  })

  it('says nothing to what must not be answered, SERVFAIL to what it cannot send, and lives', async () => {
    const client = await openUdp()
    client.send(Buffer.alloc(0))
    client.send(Buffer.from('short'))
    client.send(dns.encode({ type: 'response', id: 1, questions: [{ type: 'A', name: 'www.example.com' }] }))
    const answer = await client.ask(aQuery('broken.example.com', 'A', { id: 99 }))
    expect({ id: answer.readUInt16BE(0), rcode: show(answer).rcode }).toEqual({ id: 99, rcode: 'SERVFAIL' })
    expect(errors).toHaveLength(1)
  })

  it('outlives thousands of damaged packets', async () => {
    const client = await openUdp()
    // A fixed sequence, so that a failure comes again.
    let seed = 1
    const random = (below: number) => {
      seed = (seed * 48_271) % 2_147_483_647
      return seed % below
    }
    const whole = aQuery('sides.example.com', 'A', { udpSize: 1232 })
    for (let index = 0; index < 5000; index++) {
      const packet = Buffer.from(whole.subarray(0, random(4) === 0 ? random(whole.length) : whole.length))
      for (let change = random(6); change > 0 && packet.length > 0; change--)
        packet[random(packet.length)] = random(256)
      client.send(packet)
      // Lets the server take them, so that none falls out of a full buffer.
      if (index % 100 === 99) await new Promise((resolve) => setImmediate(resolve))
    }
    const other = await openUdp()
    expect(addressesIn(await other.ask(aQuery('www.example.com', 'A')))).toEqual(['192.0.2.1'])
    expect(errors).toEqual([])
  })
})

describe('the DNS server over tcp', () => {
  const names = ['www.example.com', 'missing.example.com', 'app.example.com']
  const queries = names.map((name, index) => framed(aQuery(name, 'A', { id: index + 1 })))
  const expected = [
    { id: 1, rcode: 'NOERROR', answers: ['www.example.com 60 A 192.0.2.1'] },
    { id: 2, rcode: 'NXDOMAIN', answers: [] },
    { id: 3, rcode: 'NOERROR', answers: ['app.example.com 60 A 127.0.0.2'] },
  ]
  const summary = (messages: readonly Buffer[]) =>
    messages.map((message) => {
      const { rcode, answers } = show(message)
      return { id: message.readUInt16BE(0), rcode, answers }
    })

  it('answers several queries of one packet, in their order', async () => {
    const client = await openTcp()
    client.socket.write(Buffer.concat(queries))
    expect(summary(await client.untilMessages(3))).toEqual(expected)
  })

  it('answers queries that come octet by octet, the length included', async () => {
    const client = await openTcp()
    for (const octet of Buffer.concat(queries)) {
      client.socket.write(Buffer.from([octet]))
      await new Promise((resolve) => setImmediate(resolve))
    }
    expect(summary(await client.untilMessages(3))).toEqual(expected)
  })

  it('stays open behind an answer, and behind messages that it does not answer', async () => {
    const client = await openTcp()
    client.socket.write(
      Buffer.concat([framed(Buffer.alloc(0)), framed(Buffer.from('short')), queries[0] ?? Buffer.alloc(0)]),
    )
    await client.untilMessages(1)
    client.socket.write(Buffer.concat(queries.slice(1)))
    expect(summary(await client.untilMessages(3))).toEqual(expected)
  })

  it('answers before it lets a client go that has said its last', async () => {
    const client = await openTcp()
    const ended = once(client.socket, 'end')
    client.socket.end(Buffer.concat(queries))
    expect(summary(await client.untilMessages(3))).toEqual(expected)
    await ended
  })

  it('goes on answering when a client reads again', async () => {
    const client = await openTcp()
    client.socket.pause()
    const count = 100
    client.socket.write(Buffer.concat(Array(count).fill(framed(aQuery('long.example.com', 'TXT')))))
    // Others are served meanwhile.
    const other = await openTcp()
    other.socket.write(Buffer.concat(queries))
    expect(summary(await other.untilMessages(3))).toEqual(expected)
    client.socket.resume()
    const messages = await client.untilMessages(count)
    expect(new Set(messages.map((message) => message.length)).size).toBe(1)
    expect(show(messages.at(-1) ?? Buffer.alloc(0)).answers).toHaveLength(longTexts.length)
  })

  it('answers no more than a client reads, and goes on when it reads', async () => {
    const reply = Buffer.alloc(60_000)
    let answered = 0
    const listener = createServer((socket) =>
      serveConnection(
        socket,
        () => {
          answered++
          return reply
        },
        60_000,
      ),
    )
    closing.push(() => listener.close())
    listener.listen(0, '127.0.0.1')
    await once(listener, 'listening')
    const { port } = listener.address() as AddressInfo
    const client = await openTcp(port)
    client.socket.pause()
    // Answers to the first write alone are 60 MB, more than any buffer of the network; the second is behind it.
    client.socket.write(Buffer.concat(Array(1000).fill(queries[0])))
    await until('the first answer', () => (answered > 0 ? true : undefined))
    client.socket.write(Buffer.concat(Array(1000).fill(queries[0])))
    const other = await openTcp()
    for (let round = 1; round <= 50; round++) {
      other.socket.write(queries[0] ?? Buffer.alloc(0))
      await other.untilMessages(round)
    }
    expect(answered).toBeLessThan(1000)
    client.socket.resume()
    await until('every answer', () => (answered === 2000 && client.size() === 2000 * 60_002 ? true : undefined))
  })

  it('closes a connection on which nothing comes', async () => {
    const impatient = create(30)
    closing.push(() => impatient.close())
    await impatient.listen(0)
    const client = await openTcp(impatient.port)
    const closed = once(client.socket, 'close')
    client.socket.write((queries[0] ?? Buffer.alloc(0)).subarray(0, 5))
    await closed
    expect(errors).toEqual([])
  })

  it('outlives clients that go away in the middle', async () => {
    for (let index = 0; index < 20; index++) {
      const client = await openTcp()
      client.socket.write(Buffer.concat([...queries, Buffer.from([0xff])]))
      client.socket.resetAndDestroy()
    }
    const client = await openTcp()
    client.socket.write(Buffer.concat(queries))
    expect(summary(await client.untilMessages(3))).toEqual(expected)
    expect(errors).toEqual([])
  })
})

describe('the port of the DNS server', () => {
  it('is refused where tcp is taken, and nothing stays open', async () => {
    const other = create()
    await expect(other.listen(server.port)).rejects.toThrow(
      `the DNS server cannot listen on 127.0.0.1:${server.port}: `,
    )
    expect(() => other.port).toThrow('the DNS server does not listen yet')
    await other.close()
  })

  it('is refused where udp is taken, and is free again for both', async () => {
    const taken = createSocket('udp4')
    taken.bind(0, '127.0.0.1')
    await once(taken, 'listening')
    const { port } = taken.address()
    const other = create()
    closing.push(() => other.close())
    await expect(other.listen(port)).rejects.toThrow(`the DNS server cannot listen on 127.0.0.1:${port}: `)
    const freed = once(taken, 'close')
    taken.close()
    await freed
    await other.listen(port)
    expect(other.port).toBe(port)
  })

  it('is taken once', async () => {
    await expect(server.listen(0)).rejects.toThrow('the DNS server listens already')
  })

  it('is free after a close, which ends connections, may come twice, and may come early', async () => {
    const { port } = server
    const client = await openTcp()
    const closed = once(client.socket, 'close')
    await Promise.all([server.close(), server.close()])
    await closed
    await server.close()
    const other = create()
    const listening = other.listen(port)
    await other.close()
    await listening
    const last = create()
    closing.push(() => last.close())
    await last.listen(port)
    expect(last.port).toBe(port)
  })

  it('may be one of IPv6', async () => {
    const six = create()
    closing.push(() => six.close())
    await six.listen(0, '::1')
    expect(six.address).toBe(`[::1]:${six.port}`)
    const socket = createSocket('udp6')
    closing.push(() => socket.close())
    const answered = once(socket, 'message')
    socket.send(aQuery('www.example.com', 'A'), six.port, '::1')
    const [answer] = await answered
    expect(addressesIn(answer)).toEqual(['192.0.2.1'])
  })
})
