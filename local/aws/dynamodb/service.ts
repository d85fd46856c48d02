import { EventEmitter, once } from 'node:events'
import { rm } from 'node:fs/promises'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import dynalite from 'dynalite'
import type { Persistent, RawAwsService } from '../service.ts'
import type { TableStream } from './table-stream.ts'

export interface DynamoDbOptions {
  /** Directory of the tables, made when missing. Default: in memory. */
  readonly path?: string
  /** Gets every change. Default: nobody follows them. */
  readonly stream?: Pick<TableStream, 'note' | 'clear'>
}

export interface DynamoDb {
  readonly service: RawAwsService
  /** Its `reset` drops every table. What outlives the process is written by DynamoDB itself, at each call. */
  readonly persistent: Persistent
  /** Writes what is pending and frees the directory. No call may follow. */
  close(): Promise<void>
}

/**
 * DynamoDB of the rehearsal cloud: dynalite behind the endpoint's port.
 *
 * dynalite lacks transactions, and `ReturnValuesOnConditionCheckFailure` does nothing: Sluice uses single-item
 * conditional writes only.
 */
export function createDynamoDb({ path, stream }: DynamoDbOptions = {}): DynamoDb {
  const open = () => dynalite({ ...(path && { path }), createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 })
  let server = open()
  const underWay = new Set<Promise<void>>()

  async function handle(request: IncomingMessage, response: ServerResponse, body: Buffer): Promise<void> {
    const answered = replay(server, request, response, body)
    underWay.add(answered)
    await answered.finally(() => underWay.delete(answered))
    if (response.statusCode === 200) stream?.note(request, body)
  }
  async function close(): Promise<void> {
    // dynalite throws where nobody can catch it when its store closes under a call.
    await Promise.allSettled(underWay)
    await closeStore(server)
  }
  return {
    service: {
      signingName: 'dynamodb',
      throttlingCode: 'ProvisionedThroughputExceededException',
      matches: ({ headers }) => String(headers['x-amz-target']).startsWith('DynamoDB_'),
      handle,
    },
    persistent: {
      name: 'dynamodb',
      save: () => ({ path: path ?? null }),
      load: () => {},
      async reset() {
        await close()
        stream?.clear()
        if (path) await rm(path, { recursive: true, force: true })
        server = open()
      },
    },
    close,
  }
}

/**
 * Lets dynalite answer a request whose body was read before. Its server never listens: it gets the request as if it
 * had come from a socket, so that bodies are neither copied nor parsed twice.
 */
async function replay(server: Server, request: IncomingMessage, response: ServerResponse, body: Buffer): Promise<void> {
  const { headers, method, url } = request
  const replayed = Object.assign(new EventEmitter(), { headers, method, url })
  const done = Promise.race([once(response, 'finish'), once(response, 'close')])
  server.emit('request', replayed, response)
  if (body.length > 0) replayed.emit('data', body)
  replayed.emit('end')
  await done
}

/** dynalite closes its store only from the `close` of a server that listens. */
async function closeStore(server: Server): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  await new Promise<void>((resolve, reject) => server.close((error) => (error ? reject(error) : resolve())))
}
