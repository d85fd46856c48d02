import { randomInt } from 'node:crypto'
import { createSocket } from 'node:dgram'
import * as dns from 'dns-packet'
import type { LocalClock } from '../../clock.ts'

export interface CachingResolverOptions {
  /** Where the DNS server listens on 127.0.0.1. */
  readonly port: number
  /** TTLs pass in its local time. */
  readonly clock: Pick<LocalClock, 'now'>
  /** Real milliseconds that an answer may take before the question is sent again, three times in all. Default 1000. */
  readonly timeoutMs?: number
}

/** A resolver as clients have one near them: it asks once, and holds on to the answer for its TTL. */
export interface CachingResolver {
  /**
   * The IPv4 addresses of a name; none where it has none or does not exist, which is remembered too.
   *
   * @throws {Error} If the server does not answer, refuses, fails, or the answer is too long for udp. Not remembered.
   */
  resolve(name: string): Promise<readonly string[]>
  /** Questions that are under way are given up. */
  close(): void
}

interface Remembered {
  readonly addresses: readonly string[]
  /** Local milliseconds since the epoch. */
  readonly until: number
}

interface Pending {
  readonly name: string
  settle(answer: dns.DecodedPacket | Error): void
}

const attempts = 3

export function createCachingResolver({ port, clock, timeoutMs = 1000 }: CachingResolverOptions): CachingResolver {
  const remembered = new Map<string, Remembered>()
  const underWay = new Map<string, Promise<readonly string[]>>()
  const pending = new Map<number, Pending>()
  const socket = createSocket('udp4')
  let isClosed = false
  socket.unref()
  // Nobody listens there: the time-out says so.
  socket.on('error', () => {})
  socket.on('message', (packet, from) => {
    const answer = from.port === port ? read(packet) : undefined
    const asked = pending.get(answer?.id ?? -1)
    // A late answer may meet an id that asks for another name by now.
    if (answer?.type === 'response' && asked?.name === answer.questions?.[0]?.name.toLowerCase()) asked?.settle(answer)
  })

  async function ask(name: string): Promise<readonly string[]> {
    for (let attempt = 1; ; attempt++) {
      const answer = await exchange(name)
      if (!(answer instanceof Error)) return remember(name, answer)
      if (isClosed || attempt === attempts) throw answer
    }
  }

  function exchange(name: string): Promise<dns.DecodedPacket | Error> {
    if (isClosed) return Promise.resolve(new Error(`the resolver was closed before ${name} was answered`))
    let id = randomInt(0x10000)
    while (pending.has(id)) id = randomInt(0x10000)
    return new Promise((resolve) => {
      const settle = (answer: dns.DecodedPacket | Error) => {
        clearTimeout(timer)
        pending.delete(id)
        resolve(answer)
      }
      const timer = setTimeout(
        () => settle(new Error(`127.0.0.1:${port} did not answer for ${name} within ${timeoutMs} ms`)),
        timeoutMs,
      )
      pending.set(id, { name, settle })
      socket.send(encodeQuestion(id, name), port, '127.0.0.1', () => {})
    })
  }

  function remember(name: string, answer: dns.DecodedPacket): readonly string[] {
    const { rcode } = answer as { rcode?: string }
    if (answer.flag_tc || (rcode !== 'NOERROR' && rcode !== 'NXDOMAIN')) {
      throw new Error(`127.0.0.1:${port} answered ${answer.flag_tc ? 'too much for udp' : rcode} for ${name}`)
    }
    const answers = answer.answers ?? []
    const addresses = answers.flatMap((record) => (record.type === 'A' ? [record.data] : []))
    // That there is nothing is remembered by the zone's SOA alone (RFC 2308 5): a referral, say, has none.
    const starts = answer.authorities?.filter(({ type }) => type === 'SOA') ?? []
    const ttlSeconds = Math.min(...(addresses.length > 0 ? answers : starts).map(toTtl))
    // Without such a record there is nothing to go by: ask again next time.
    if (Number.isFinite(ttlSeconds)) remembered.set(name, { addresses, until: clock.now() + ttlSeconds * 1000 })
    return addresses
  }

  return {
    async resolve(text) {
      const name = text.toLowerCase().replace(/\.$/, '')
      const known = remembered.get(name)
      if (known && known.until > clock.now()) return known.addresses
      const asking = underWay.get(name) ?? ask(name).finally(() => underWay.delete(name))
      underWay.set(name, asking)
      return asking
    },
    close() {
      if (isClosed) return
      isClosed = true
      for (const { name, settle } of pending.values()) {
        settle(new Error(`the resolver was closed before ${name} was answered`))
      }
      socket.close()
    },
  }
}

function read(packet: Buffer): dns.DecodedPacket | undefined {
  try {
    return dns.decode(packet)
  } catch {
    return undefined
  }
}

function encodeQuestion(id: number, name: string): Buffer {
  const edns = { type: 'OPT', name: '.', udpPayloadSize: 4096, flags: 0, options: [] } as unknown as dns.Answer
  return dns.encode({ type: 'query', id, questions: [{ type: 'A', name }], additionals: [edns] })
}

function toTtl(record: dns.Answer): number {
  return 'ttl' in record ? (record.ttl ?? 0) : Number.POSITIVE_INFINITY
}
