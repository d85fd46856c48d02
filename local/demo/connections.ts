import { Pool } from 'undici'

/** Those who send the requests. */
export interface Senders {
  /**
   * Sends one request and waits for the whole answer.
   *
   * @returns Its status code.
   * @throws {Error} If there is no answer.
   */
  send(): Promise<number>
  close(): Promise<void>
}

/**
 * Sends GET requests over connections that are kept alive, up to 32 of them.
 *
 * @param host - The name that is asked for, where `url` has only an address. Default: the one of `url`.
 */
export function createConnections(url: string, host?: string): Senders {
  const pool = new Pool(url, { connections: 32, pipelining: 1, keepAliveTimeout: 30_000 })
  return {
    async send() {
      const { statusCode, body } = await pool.request({
        path: '/',
        method: 'GET',
        headersTimeout: 10_000,
        bodyTimeout: 10_000,
        ...(host !== undefined && { headers: { host } }),
      })
      await body.dump()
      return statusCode
    },
    close: () => pool.close(),
  }
}
