import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { BalancerCounters } from './traffic-counters.ts'

/** The client connections of one listener: counted for the metrics, and known so that all can be ended. */
export interface ClientConnections {
  add(socket: Socket): void
  /** Notes whose answer is on the connection now. */
  setResponse(socket: Socket, response: ServerResponse): void
  responseOn(socket: Socket): ServerResponse | undefined
  /** Adds the bytes of connections that are still open to the counters. */
  sampleBytes(): void
  destroyAll(): void
}

interface ConnectionState {
  countedBytes: number
  response: ServerResponse | undefined
}

export function createClientConnections(counters: BalancerCounters): ClientConnections {
  const states = new Map<Socket, ConnectionState>()
  function countBytes(socket: Socket, state: ConnectionState) {
    const total = socket.bytesRead + socket.bytesWritten
    counters.processedBytes += total - state.countedBytes
    state.countedBytes = total
  }
  return {
    add(socket) {
      const state: ConnectionState = { countedBytes: 0, response: undefined }
      states.set(socket, state)
      counters.newConnections++
      counters.activeConnections++
      socket.on('close', () => {
        countBytes(socket, state)
        counters.activeConnections--
        states.delete(socket)
      })
    },
    setResponse(socket, response) {
      const state = states.get(socket)
      if (state) state.response = response
    },
    responseOn: (socket) => states.get(socket)?.response,
    sampleBytes() {
      for (const [socket, state] of states) countBytes(socket, state)
    },
    destroyAll() {
      for (const socket of states.keys()) socket.destroy()
    },
  }
}
