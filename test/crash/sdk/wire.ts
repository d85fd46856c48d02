import { AsyncLocalStorage } from 'node:async_hooks'
import { subscribe } from 'node:diagnostics_channel'
import type { ClientRequest, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { setImmediate as turn } from 'node:timers/promises'
import type { PortCall } from '../faults.ts'

/** One call of a port on its way through the SDK: whose it is, and how much of it waits for the clock. */
export interface Sender {
  /** Null: somebody who only looks on. */
  readonly call: PortCall | null
  /** Where its process stays while it stands still, and for ever once it is dead. */
  readonly stand: () => Promise<void>
  waits: number
}

/** One HTTP request as it reached the endpoint. */
export interface Arrival {
  readonly sender: Sender | null
  readonly response: ServerResponse
}

/**
 * Tells who sent the requests that reach an endpoint in this process, and when nobody is at work any more but waits for
 * the clock. Who sends is known by the sockets: nothing is added to what the SDK signs.
 */
export interface Wire {
  /** Runs one call of a port. */
  send<Answer>(sender: Omit<Sender, 'waits'>, act: () => Promise<Answer>): Promise<Answer>
  /** Runs what does not belong to the call that caused it: a process of its own. */
  apart<Answer>(work: () => Promise<Answer>): Promise<Answer>
  /** The request that is being answered. */
  arrival(): Arrival | null
  /** Waits for the clock, on behalf of the call that is under way here, if there is one. */
  waiting<Answer>(wait: () => Promise<Answer>, sender?: Sender | null): Promise<Answer>
  /** Resolves when every living process waits for the clock, or for nothing. */
  quiet(): Promise<void>
}

const sending = new AsyncLocalStorage<Sender>()
const arriving = new AsyncLocalStorage<Arrival>()
/** By the local port of the client's socket; a socket carries one request at a time. */
const senders = new Map<number, Sender | null>()

// Within the call that makes the request.
subscribe('http.client.request.start', (message) => {
  const { request } = message as { readonly request: ClientRequest }
  const sender = sending.getStore() ?? null
  const note = (socket: Socket) => {
    const set = () => void senders.set(socket.localPort ?? 0, sender)
    if (socket.connecting) socket.once('connect', set)
    else set()
  }
  if (request.socket) note(request.socket)
  else request.once('socket', note)
})
// Just before the request is handled, and within the same turn.
subscribe('http.server.request.start', (message) => {
  const { socket, response } = message as { readonly socket: Socket; readonly response: ServerResponse }
  arriving.enterWith({ sender: senders.get(socket.remotePort ?? 0) ?? null, response })
})

/** Turns of the event loop after which promises between two requests have settled. */
const quietTurns = 3

export function createWire(): Wire {
  const underWay = new Set<Sender>()
  let changed = () => {}
  const isAtWork = ({ call, waits }: Sender) => waits === 0 && call?.process.isDead() !== true
  const change = () => {
    changed()
    changed = () => {}
  }
  return {
    async send(about, act) {
      const sender: Sender = { ...about, waits: 0 }
      underWay.add(sender)
      try {
        return await sending.run(sender, act)
      } finally {
        underWay.delete(sender)
        change()
      }
    },
    apart: (work) => sending.exit(work),
    arrival: () => arriving.getStore() ?? null,
    async waiting(wait, sender = sending.getStore() ?? null) {
      if (sender === null) return wait()
      sender.waits++
      change()
      try {
        return await wait()
      } finally {
        sender.waits--
      }
    },
    async quiet() {
      for (let turns = 0; turns < quietTurns; turns++) {
        await turn()
        while ([...underWay].some(isAtWork)) {
          const moved = new Promise<void>((resolve) => {
            changed = resolve
          })
          await moved
          turns = 0
        }
      }
    },
  }
}
