import { createSocket, type Socket as UdpSocket } from 'node:dgram'
import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { type Answerer, createAnswerer } from './answerer.ts'
import { withBalancerZone } from './balancer-zone.ts'
import { defaultIdleMs, serveConnection } from './tcp-connection.ts'
import type { BalancerSource, HealthSource, ZoneSource } from './zone-source.ts'

export interface DnsServerOptions {
  readonly zones: ZoneSource
  readonly health: HealthSource
  readonly balancers: BalancerSource
  /** Told of what went wrong within; clients get SERVFAIL. Default: nobody. */
  readonly reportError?: (error: unknown) => void
  /** Real milliseconds until a silent tcp connection is closed. Default 10,000. */
  readonly idleMs?: number
}

/** The authoritative DNS server of the rehearsal cloud, on udp and tcp. */
export interface DnsServer {
  /**
   * @param port - The same for udp and tcp; 0 takes one that is free for both. @param host - Default `127.0.0.1`.
   * @throws {Error} If the port cannot be had, and nothing stays open; or if it listens already.
   */
  listen(port: number, host?: string): Promise<void>
  /** `127.0.0.1:4553`. @throws {Error} Before `listen` is done. */
  readonly address: string
  readonly port: number
  /** Closes the sockets, after a `listen` that is under way; tcp connections end at once. */
  close(): Promise<void>
}

interface OpenSockets {
  readonly tcp: Server
  readonly udp: UdpSocket
}

/** Room for what comes in while this process does something else, octets: 50 outstanding queries need a few thousand. */
const receiveBufferSize = 1 << 20
/** How often another port is tried where a free tcp port is taken for udp. */
const portAttempts = 10

export function createDnsServer(options: DnsServerOptions): DnsServer {
  const reportError = options.reportError ?? (() => {})
  const zones = withBalancerZone(options.zones, options.balancers)
  const answer = createAnswerer({ ...options, zones, reportError })
  const connections = new Set<Socket>()
  let opening: Promise<OpenSockets> | undefined
  let open: OpenSockets | undefined

  async function openSockets(port: number, host: string): Promise<OpenSockets> {
    const tcp = createServer((socket) => {
      connections.add(socket)
      socket.once('close', () => connections.delete(socket))
      serveConnection(socket, answer, options.idleMs ?? defaultIdleMs)
    })
    tcp.listen(port, host)
    await once(tcp, 'listening')
    tcp.on('error', reportError)
    try {
      return { tcp, udp: await bindUdp({ port: (tcp.address() as AddressInfo).port, host }, answer, reportError) }
    } catch (error) {
      tcp.close()
      endConnections()
      throw error
    }
  }

  async function openOnFreePort(port: number, host: string): Promise<OpenSockets> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await openSockets(port, host)
      } catch (cause) {
        if (port === 0 && attempt < portAttempts) continue
        const message = cause instanceof Error ? cause.message : String(cause)
        throw new Error(`the DNS server cannot listen on ${host}:${port}: ${message}`, { cause })
      }
    }
  }

  function endConnections(): void {
    for (const socket of connections) socket.destroy()
  }

  return {
    async listen(port, host = '127.0.0.1') {
      if (opening) throw new Error('the DNS server listens already')
      opening = openOnFreePort(port, host)
      try {
        open = await opening
      } catch (error) {
        opening = undefined
        throw error
      }
    },
    get address() {
      const { address, port } = addressOf(open?.udp)
      return `${address.includes(':') ? `[${address}]` : address}:${port}`
    },
    get port() {
      return addressOf(open?.udp).port
    },
    async close() {
      const opened = opening
      opening = undefined
      const closing = await opened?.catch(() => undefined)
      if (!closing) return
      open = undefined
      const closed = Promise.all([once(closing.tcp, 'close'), once(closing.udp, 'close')])
      closing.tcp.close()
      closing.udp.close()
      endConnections()
      await closed
    },
  }
}

async function bindUdp(
  at: { readonly port: number; readonly host: string },
  answer: Answerer,
  reportError: (error: unknown) => void,
): Promise<UdpSocket> {
  const family = at.host.includes(':') ? 6 : 4
  const udp = createSocket({
    type: family === 6 ? 'udp6' : 'udp4',
    recvBufferSize: receiveBufferSize,
    // Addresses come from packets: without this every answer would go through the system's resolver.
    lookup: (host, _options, found) => found(null, host, family),
  })
  udp.on('message', (packet, { port, address }) => {
    const reply = answer(packet, 'udp')
    // To port 0 nothing can be sent, and node throws. Without a callback node keeps quiet about what does not go out: udp
    // promises nothing, and the client asks again.
    if (reply && port > 0) udp.send(reply, port, address)
  })
  // Listened for before it is bound: with the lookup above there is nothing to wait for, and it is bound at once.
  const listening = once(udp, 'listening')
  udp.bind(at.port, at.host)
  try {
    await listening
  } catch (error) {
    udp.close()
    throw error
  }
  udp.on('error', reportError)
  return udp
}

function addressOf(udp: UdpSocket | undefined): AddressInfo {
  if (!udp) throw new Error('the DNS server does not listen yet')
  return udp.address()
}
