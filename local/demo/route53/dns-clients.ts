import type { LocalClock } from '../../clock.ts'
import { createCachingResolver } from '../../data-plane/dns/caching-resolver.ts'
import { createConnections, type Senders } from '../connections.ts'
import type { Arrivals, Side } from './arrivals.ts'

export interface DnsClientsOptions {
  /** The name that they all ask for. */
  readonly name: string
  /** Where both sides listen. */
  readonly port: number
  readonly addresses: Readonly<Record<Side, string>>
  /** Of the DNS server on 127.0.0.1. */
  readonly dnsPort: number
  readonly clock: LocalClock
  /** Told of each request that was answered, or failed, at a side. */
  readonly arrivals: Arrivals
}

/** Clients behind resolvers that hold on to what they were told. */
export interface DnsClients extends Senders {
  readonly clients: number
  readonly resolvers: number
  /** Has each resolver ask for the first time, spread over a minute of local time: caches do not expire all at once. */
  warmUp(): Promise<void>
}

/** How many resolvers there are. A prime, so that the smooth choice of the server does not favour the same ones. */
const resolverCount = 41
/** How many clients each has: a few have many, most have two or three, as in the world. */
const sizes = Array.from({ length: resolverCount }, (_, rank) => Math.round(24 / (rank + 1) ** 0.65))
/** How long an answer for a load balancer is held, local milliseconds. */
export const ttlMs = 60_000

/**
 * Creates the clients. Each request goes, over real HTTP, to the address that the client's resolver holds at that
 * moment, or is told by the DNS server.
 */
export function createDnsClients(options: DnsClientsOptions): DnsClients {
  const { name, port, addresses, dnsPort, clock, arrivals } = options
  const resolvers = sizes.map(() => createCachingResolver({ port: dnsPort, clock }))
  const clients = inTurns(resolvers.flatMap((resolver, rank) => Array(sizes[rank] ?? 0).fill(resolver)))
  const connections: Readonly<Record<Side, Senders>> = {
    blue: createConnections(`http://${addresses.blue}:${port}`, name),
    green: createConnections(`http://${addresses.green}:${port}`, name),
  }
  let turn = 0
  let closed: Promise<unknown> | undefined

  function sideAt(address: string | undefined): Side {
    if (address === addresses.blue) return 'blue'
    if (address === addresses.green) return 'green'
    throw new Error(`${name} has the address ${address ?? 'none'}, where no load balancer of the demo is`)
  }

  return {
    clients: clients.length,
    resolvers: resolverCount,
    async warmUp() {
      for (const resolver of resolvers) {
        await resolver.resolve(name)
        await clock.sleep(ttlMs / resolverCount)
      }
    },
    async send() {
      const resolver = clients[turn++ % clients.length]
      const [address] = (await resolver?.resolve(name)) ?? []
      const side = sideAt(address)
      const at = clock.now()
      let failed = true
      try {
        const status = await connections[side].send()
        failed = status >= 500
        return status
      } finally {
        arrivals.record({ side, at, failed })
      }
    },
    async close() {
      for (const resolver of resolvers) resolver.close()
      closed ??= Promise.all([connections.blue.close(), connections.green.close()])
      await closed
    },
  }
}

/** Spreads what stands side by side, so that the clients of one resolver do not all come at once. */
function inTurns<T>(clients: readonly T[]): readonly T[] {
  const stride = 7
  return Array.from({ length: stride }, (_, first) => clients.filter((_, index) => index % stride === first)).flat()
}
