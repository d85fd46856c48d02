import { createSocket, type RemoteInfo } from 'node:dgram'
import { once } from 'node:events'
import * as dns from 'dns-packet'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createManualClock, type ManualClock } from '../../local/clock.ts'
import {
  type CachingResolver,
  type CachingResolverOptions,
  createCachingResolver,
} from '../../local/data-plane/dns/caching-resolver.ts'
import { createDnsServer } from '../../local/data-plane/dns/dns-server.ts'
import { aRecord, aZone, balancersOf, healthOf, zonesOf } from '../support/dns.ts'
import { until } from '../support/until.ts'

type Question = { readonly id: number; readonly name: string }
type Reply = (packet: Buffer) => void
/** What the server does with a question; nothing is a choice. */
type Behaviour = (question: Question, reply: Reply, from: RemoteInfo) => void

let clock: ManualClock
let asked: string[]
let behave: Behaviour
let port: number
let closeServer: () => Promise<void>
let resolver: CachingResolver | undefined

const start: dns.Answer = {
  type: 'SOA',
  name: 'example.com',
  ttl: 30,
  data: {
    mname: 'ns.example.com',
    rname: 'admin.example.com',
    serial: 1,
    refresh: 1,
    retry: 1,
    expire: 1,
    minimum: 30,
  },
}

function anAnswer({ id, name }: Question, changes: dns.Packet = {}): Buffer {
  return dns.encode({ type: 'response', id, questions: [{ type: 'A', name }], ...changes })
}

const anAddress = (name: string, ttl: number, data = '192.0.2.1'): dns.Answer => ({ type: 'A', name, ttl, data })

/** Answers each question with one address for 60 s. */
const well = (question: Question, reply: Reply) =>
  reply(anAnswer(question, { answers: [anAddress(question.name, 60)] }))

async function startServer(): Promise<void> {
  const socket = createSocket('udp4')
  socket.on('message', (packet: Buffer, from: RemoteInfo) => {
    const { id = 0, questions = [] } = dns.decode(packet)
    const name = questions[0]?.name ?? ''
    asked.push(name)
    behave({ id, name }, (answer) => socket.send(answer, from.port, from.address), from)
  })
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  port = socket.address().port
  closeServer = async () => {
    const closed = once(socket, 'close')
    socket.close()
    await closed
  }
}

function create(options: Partial<CachingResolverOptions> = {}): CachingResolver {
  resolver = createCachingResolver({ port, clock, ...options })
  return resolver
}

beforeEach(async () => {
  clock = createManualClock()
  asked = []
  behave = well
  await startServer()
})

afterEach(async () => {
  resolver?.close()
  await closeServer()
})

describe('createCachingResolver', () => {
  it('holds on to an answer for its TTL in local time, and then asks again', async () => {
    const { resolve } = create()
    expect(await resolve('app.example.com')).toEqual(['192.0.2.1'])
    behave = (question, reply) => reply(anAnswer(question, { answers: [anAddress(question.name, 60, '192.0.2.2')] }))
    await clock.advance(59_999)
    expect(await resolve('app.example.com')).toEqual(['192.0.2.1'])
    await clock.advance(1)
    expect(await resolve('app.example.com')).toEqual(['192.0.2.2'])
    expect(asked).toEqual(['app.example.com', 'app.example.com'])
  })

  it('takes a name in any letters, with or without trailing dot, for the same', async () => {
    const { resolve } = create()
    await resolve('App.Example.COM.')
    await resolve('app.example.com')
    expect(asked).toEqual(['app.example.com'])
  })

  it('asks once for many at once', async () => {
    const { resolve } = create()
    const answers = await Promise.all(Array.from({ length: 50 }, () => resolve('app.example.com')))
    expect(answers).toEqual(Array(50).fill(['192.0.2.1']))
    expect(asked).toEqual(['app.example.com'])
  })

  it('holds on to a chain for the shortest of its TTLs', async () => {
    behave = (question, reply) => {
      const link: dns.Answer = { type: 'CNAME', name: question.name, ttl: 10, data: 'www.example.com' }
      reply(anAnswer(question, { answers: [link, anAddress('www.example.com', 60)] }))
    }
    const { resolve } = create()
    expect(await resolve('app.example.com')).toEqual(['192.0.2.1'])
    await clock.advance(10_000)
    await resolve('app.example.com')
    expect(asked).toHaveLength(2)
  })

  it('asks each time where the TTL is 0', async () => {
    behave = (question, reply) => reply(anAnswer(question, { answers: [anAddress(question.name, 0)] }))
    const { resolve } = create()
    await resolve('app.example.com')
    await resolve('app.example.com')
    expect(asked).toHaveLength(2)
  })

  it.each([
    { what: 'no such name', flags: dns.AUTHORITATIVE_ANSWER | 3 },
    { what: 'no such record', flags: dns.AUTHORITATIVE_ANSWER },
  ])('remembers $what for the TTL of the SOA', async ({ flags }) => {
    behave = (question, reply) => reply(anAnswer(question, { flags, authorities: [start] }))
    const { resolve } = create()
    expect(await resolve('app.example.com')).toEqual([])
    await clock.advance(29_999)
    expect(await resolve('app.example.com')).toEqual([])
    expect(asked).toHaveLength(1)
    await clock.advance(1)
    behave = well
    expect(await resolve('app.example.com')).toEqual(['192.0.2.1'])
  })

  it('does not remember that there is nothing without an SOA, as in a referral', async () => {
    const server: dns.Answer = { type: 'NS', name: 'example.com', ttl: 172_800, data: 'ns.example.com' }
    behave = (question, reply) => reply(anAnswer(question, { authorities: [server] }))
    const { resolve } = create()
    expect(await resolve('app.example.com')).toEqual([])
    behave = well
    expect(await resolve('app.example.com')).toEqual(['192.0.2.1'])
  })

  it.each([
    { name: 'a failure', flags: 2, message: 'SERVFAIL' },
    { name: 'a refusal', flags: 5, message: 'REFUSED' },
    { name: 'an answer that was cut short', flags: dns.TRUNCATED_RESPONSE, message: 'too much for udp' },
  ])('rejects with $name, and does not remember it', async ({ flags, message }) => {
    behave = (question, reply) => reply(anAnswer(question, { flags }))
    const { resolve } = create()
    await expect(resolve('app.example.com')).rejects.toThrow(
      `127.0.0.1:${port} answered ${message} for app.example.com`,
    )
    behave = well
    expect(await resolve('app.example.com')).toEqual(['192.0.2.1'])
  })

  it('sends a lost question again, with another id', async () => {
    const ids: number[] = []
    behave = (question, reply) => {
      ids.push(question.id)
      if (ids.length === 3) well(question, reply)
    }
    const { resolve } = create({ timeoutMs: 100 })
    expect(await resolve('app.example.com')).toEqual(['192.0.2.1'])
    expect(asked).toEqual(Array(3).fill('app.example.com'))
    expect(new Set(ids).size).toBe(3)
  })

  it('gives up after three questions, for everyone who waits, and asks again for the next', async () => {
    behave = () => {}
    const { resolve } = create({ timeoutMs: 100 })
    const waiting = await Promise.allSettled([resolve('app.example.com'), resolve('app.example.com')])
    const message = `Error: 127.0.0.1:${port} did not answer for app.example.com within 100 ms`
    expect(waiting.map((one) => one.status === 'rejected' && String(one.reason))).toEqual([message, message])
    await until('the third question', () => (asked.length === 3 ? asked : undefined))
    behave = well
    expect(await resolve('app.example.com')).toEqual(['192.0.2.1'])
  })

  it.each<{ name: string; first: (question: Question, reply: Reply) => void }>([
    { name: 'what is no message', first: (_, reply) => reply(Buffer.from('noise')) },
    {
      name: 'another id',
      first: ({ id, name }, reply) =>
        reply(anAnswer({ id: id ^ 1, name }, { answers: [anAddress(name, 60, '192.0.2.66')] })),
    },
    {
      name: 'another name',
      first: ({ id }, reply) =>
        reply(
          anAnswer({ id, name: 'evil.example.com' }, { answers: [anAddress('app.example.com', 60, '192.0.2.66')] }),
        ),
    },
    {
      name: 'a question',
      first: ({ id, name }, reply) => reply(dns.encode({ type: 'query', id, questions: [{ type: 'A', name }] })),
    },
  ])('goes on waiting behind $name', async ({ first }) => {
    behave = (question, reply) => {
      first(question, reply)
      well(question, reply)
    }
    const { resolve } = create()
    expect(await resolve('app.example.com')).toEqual(['192.0.2.1'])
    expect(asked).toHaveLength(1)
  })

  it('takes no answer from another port', async () => {
    const stranger = createSocket('udp4')
    behave = (question, _, from) => {
      const answers = [anAddress(question.name, 60, '192.0.2.66')]
      stranger.send(anAnswer(question, { answers }), from.port, from.address)
    }
    const { resolve } = create({ timeoutMs: 20 })
    await expect(resolve('app.example.com')).rejects.toThrow('did not answer for app.example.com')
    stranger.close()
  })

  it('gives up what is under way when it is closed, at once, and asks nothing more', async () => {
    behave = () => {}
    const closing = create()
    const waiting = Promise.allSettled([closing.resolve('app.example.com'), closing.resolve('www.example.com')])
    await until('both questions', () => (asked.length === 2 ? asked : undefined))
    closing.close()
    closing.close()
    expect((await waiting).map((one) => one.status === 'rejected' && String(one.reason))).toEqual([
      'Error: the resolver was closed before app.example.com was answered',
      'Error: the resolver was closed before www.example.com was answered',
    ])
    await expect(closing.resolve('late.example.com')).rejects.toThrow('the resolver was closed before late.example.com')
    expect(asked).toHaveLength(2)
  })

  it('works on the DNS server of local mode, which lowers the TTL of its SOA itself', async () => {
    const records = [aRecord('app.example.com', 'A', ['192.0.2.1'], { TTL: 5 })]
    const server = createDnsServer({
      zones: zonesOf(aZone('example.com', records)),
      health: healthOf({}),
      balancers: balancersOf({}),
    })
    await server.listen(0)
    try {
      const { resolve } = create({ port: server.port })
      expect(await resolve('app.example.com')).toEqual(['192.0.2.1'])
      expect(await resolve('missing.example.com')).toEqual([])
      records.push(aRecord('missing.example.com', 'A', ['192.0.2.2']))
      await clock.advance(299_999)
      expect(await resolve('missing.example.com')).toEqual([])
      await clock.advance(1)
      expect(await resolve('missing.example.com')).toEqual(['192.0.2.2'])
      await expect(resolve('www.example.org')).rejects.toThrow('answered REFUSED for www.example.org')
    } finally {
      await server.close()
    }
  })
})
