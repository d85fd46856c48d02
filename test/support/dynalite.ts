import { once } from 'node:events'
import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb'
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import dynalite from 'dynalite'
import { ensureTable } from '../../shared/adapters/dynamodb/table.ts'

/** An empty database behind a loopback port: what the SDK signs, sends and retries is real. */
export interface Dynalite {
  readonly endpoint: string
  /** A client of the database. `overrides` may change how it sends and how often it tries. */
  connect(overrides?: Partial<DynamoDBClientConfig>): DynamoDBDocumentClient
  /** Makes a table of its own for one test. @returns Its name. */
  makeTable(): Promise<string>
  close(): Promise<void>
}

/** Start it once a file (`beforeAll`) and close it after (`afterAll`). */
export async function startDynalite(): Promise<Dynalite> {
  const server = dynalite({ createTableMs: 0 })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('dynalite listens on no port')
  const endpoint = `http://127.0.0.1:${address.port}`
  const clients: DynamoDBDocumentClient[] = []
  let tables = 0

  const connectBare = (overrides: Partial<DynamoDBClientConfig> = {}) =>
    new DynamoDBClient({
      endpoint,
      region: 'eu-west-1',
      credentials: { accessKeyId: 'any', secretAccessKey: 'any' },
      ...overrides,
    })

  return {
    endpoint,
    connect(overrides) {
      const client = DynamoDBDocumentClient.from(connectBare(overrides))
      clients.push(client)
      return client
    },
    async makeTable() {
      const name = `sluice-${++tables}`
      const client = connectBare()
      await ensureTable(client, name)
      client.destroy()
      return name
    },
    async close() {
      for (const client of clients) client.destroy()
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}
