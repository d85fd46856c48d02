import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

/** A client connection that sends exactly the given bytes; for what real clients never send. */
export interface RawConnection {
  readonly socket: Socket
  send(text: string): void
  /** Everything received so far. */
  text(): string
  /** Resolves once `pattern` is in what was received; fails when the connection ends first. */
  until(pattern: RegExp): Promise<string>
  /** Everything received until the other side closed. */
  toEnd(): Promise<string>
}

export async function openRaw(port: number): Promise<RawConnection> {
  const socket = connect({ host: '127.0.0.1', port })
  let received = ''
  socket.setEncoding('latin1')
  socket.on('data', (text: string) => {
    received += text
  })
  // A reset by the other side is an end like any other here; what matters is what came before it.
  socket.on('error', () => {})
  await once(socket, 'connect')
  return {
    socket,
    send: (text) => void socket.write(text, 'latin1'),
    text: () => received,
    until: (pattern) =>
      new Promise((resolve, reject) => {
        const look = () => {
          if (pattern.test(received)) resolve(received)
        }
        socket.on('data', look)
        socket.on('close', () => reject(new Error(`closed before ${pattern}, after: ${received}`)))
        look()
      }),
    toEnd: async () => {
      if (!socket.closed) await once(socket, 'close')
      return received
    },
  }
}

/** Sends one request on a connection of its own and returns the whole answer. */
export async function sendRaw(port: number, text: string): Promise<string> {
  const connection = await openRaw(port)
  connection.send(text)
  return connection.toEnd()
}
