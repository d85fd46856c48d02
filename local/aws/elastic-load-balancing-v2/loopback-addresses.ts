import { createServer } from 'node:net'

/** Where a load balancer may listen. */
export interface LoopbackAddresses {
  /** The lowest address from 127.0.0.2 on that is not taken; `127.0.0.1` where the system has no other. */
  next(taken: Iterable<string>): Promise<string>
}

/** @param canListen - Whether the system lets a server listen there. Default: by trying, once. */
export function createLoopbackAddresses(
  canListen: (address: string) => Promise<boolean> = tryToListen,
): LoopbackAddresses {
  let others: Promise<boolean> | undefined
  return {
    async next(taken) {
      // Linux listens on all of 127.0.0.0/8; macOS only on addresses that somebody has added to lo0.
      others ??= canListen('127.0.0.2')
      if (!(await others)) return '127.0.0.1'
      const used = new Set(taken)
      for (let host = 2; host < 255; host++) {
        const address = `127.0.0.${host}`
        if (!used.has(address)) return address
      }
      return '127.0.0.1'
    },
  }
}

function tryToListen(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(false))
    probe.listen(0, address, () => probe.close(() => resolve(true)))
  })
}
