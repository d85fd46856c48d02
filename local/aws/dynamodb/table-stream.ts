import type { IncomingMessage } from 'node:http'
import { setTimeout as realDelay } from 'node:timers/promises'

/** The keys of an item, as the stream has them. */
export interface StreamKeys {
  readonly pk: { readonly S: string }
  readonly sk: { readonly S: string }
}

/** One change, with the members of DynamoDB's own record that tell of keys only. */
export interface StreamRecord {
  readonly eventID: string
  readonly eventName: 'MODIFY' | 'REMOVE'
  readonly eventSource: 'aws:dynamodb'
  readonly dynamodb: {
    readonly SequenceNumber: string
    readonly Keys: StreamKeys
    readonly StreamViewType: 'KEYS_ONLY'
  }
}

export interface TableStreamOptions {
  /** The function that follows it. Its answer may name the record to go on from. */
  readonly deliver: (event: { readonly Records: readonly StreamRecord[] }) => Promise<unknown>
  /** Records that are worth delivering, as the filter of an event source mapping says. */
  readonly filter: (keys: StreamKeys) => boolean
  /** Told of records that are given up. */
  readonly reportError: (error: unknown) => void
}

/** A stream of what changes in the tables, in order, and the function that follows it. */
export interface TableStream {
  /** Looks at a call that was carried out, and notes what it changed. */
  note(request: IncomingMessage, body: Buffer): void
  /** Forgets what is not delivered yet. */
  clear(): void
  close(): void
}

const mostAtOnce = 100
/** Pauses before a batch is delivered again, real milliseconds; after the last it is given up. */
const retryMs = [100, 500, 1000, 2000, 5000, 10_000, 30_000, 60_000, 60_000]

/**
 * DynamoDB Streams with the event source mapping behind it, for one follower: at least once, in order, and again from the
 * record that failed. Where the database does not say, an insert shows as a change. What is not delivered when the
 * process ends is lost.
 */
export function createTableStream({ deliver, filter, reportError }: TableStreamOptions): TableStream {
  let waiting: StreamRecord[] = []
  let count = 0
  let isDelivering = false
  const closed = new AbortController()

  async function deliverAll(): Promise<void> {
    if (isDelivering) return
    isDelivering = true
    for (let failures = 0; waiting.length > 0 && !closed.signal.aborted; ) {
      const batch = waiting.slice(0, mostAtOnce)
      const { done, error } = await tryToDeliver(batch)
      waiting = waiting.filter((record) => !batch.slice(0, done).includes(record))
      failures = done > 0 ? 0 : failures + 1
      if (done === batch.length) continue
      const pauseMs = retryMs[failures]
      if (pauseMs === undefined) {
        waiting = waiting.filter((record) => record !== batch[0])
        reportError(error)
      } else await realDelay(pauseMs, undefined, { signal: closed.signal, ref: false }).catch(() => undefined)
    }
    isDelivering = false
  }

  /** How many of the batch are done. */
  async function tryToDeliver(batch: readonly StreamRecord[]) {
    try {
      const answer = await deliver({ Records: batch })
      const at = batch.findIndex(({ dynamodb }) => dynamodb.SequenceNumber === failedAt(answer))
      return { done: at < 0 ? batch.length : at, error: new Error('a change could not be handled') }
    } catch (error) {
      return { done: 0, error }
    }
  }

  return {
    note(request, body) {
      const change = toChange(request, body)
      if (!change || !filter(change.keys)) return
      count += 1
      waiting.push({
        eventID: String(count),
        eventName: change.eventName,
        eventSource: 'aws:dynamodb',
        dynamodb: { SequenceNumber: String(count), Keys: change.keys, StreamViewType: 'KEYS_ONLY' },
      })
      setImmediate(() => void deliverAll())
    },
    clear() {
      waiting = []
    },
    close() {
      closed.abort()
    },
  }
}

function failedAt(answer: unknown): string | undefined {
  const { batchItemFailures } = { ...(answer as { batchItemFailures?: readonly { itemIdentifier?: string }[] } | null) }
  return batchItemFailures?.[0]?.itemIdentifier
}

/** The one item that a call changed; null for reads and for calls about tables. */
function toChange(request: IncomingMessage, body: Buffer) {
  const [, operation] = String(request.headers['x-amz-target']).split('.')
  if (operation !== 'PutItem' && operation !== 'UpdateItem' && operation !== 'DeleteItem') return null
  const { Item, Key } = JSON.parse(body.toString('utf8')) as { Item?: StreamKeys; Key?: StreamKeys }
  const { pk, sk } = { ...(Item ?? Key) }
  if (pk?.S === undefined || sk?.S === undefined) return null
  const eventName = operation === 'DeleteItem' ? ('REMOVE' as const) : ('MODIFY' as const)
  return { keys: { pk: { S: pk.S }, sk: { S: sk.S } }, eventName }
}
