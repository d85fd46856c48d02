import { randomUUID } from 'node:crypto'
import {
  DeleteCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  type QueryCommandInput,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb'
import { NotFoundError, TransientError, UpstreamError } from '../../domain/errors.ts'
import { callingAws, codeOf } from '../aws-error.ts'
import type { Item, Key } from './item.ts'
import { checkFits } from './item-size.ts'

export interface TableOptions {
  readonly client: DynamoDBDocumentClient
  /** Name of the table. */
  readonly table: string
}

/** What must hold for a write; checked by the database in the same step. */
export interface Condition {
  readonly expression: string
  readonly values?: Readonly<Record<string, string | number>>
}

export const ifAbsent: Condition = { expression: 'attribute_not_exists(pk)' }

/** The item that stands after a guarded write, and whether it is the one that we wrote. */
export type Written = { readonly ours: true } | { readonly ours: false; readonly standing: Item | null }

export type QueryInput = Omit<QueryCommandInput, 'TableName'>

/**
 * The few calls that the stores make, on one item each. Errors are ours: see {@link calling}, and {@link checkFits} for
 * what is put.
 */
export interface ItemTable {
  /** Strongly consistent. */
  get(key: Key): Promise<Item | null>
  put(item: Item): Promise<void>
  /** Puts the item if `condition` holds. Knows its own write again when the answer to it was lost. */
  putIf(item: Item, condition: Condition): Promise<Written>
  /** Puts the item if there is none. @returns The item that is there afterwards. */
  putIfAbsent(item: Item): Promise<Item>
  /** Changes the item, or makes it, whatever is there. Sent again after a lost answer, it may take effect twice. */
  update(key: Key, expression: string, values: NonNullable<Condition['values']>): Promise<Item>
  /** @returns The item afterwards; null if `condition` did not hold. */
  updateIf(key: Key, expression: string, condition: Condition): Promise<Item | null>
  /** Deletes the item if `condition` holds. @returns Whether it held. */
  deleteIf(key: Key, condition: Condition): Promise<boolean>
  /** One page as the database cuts it. `lastKey` is null at the end. */
  query(input: QueryInput): Promise<{ readonly items: readonly Item[]; readonly lastKey: Item | null }>
}

export function createItemTable({ client, table }: TableOptions): ItemTable {
  const on = (key: Key) => `table ${table}, ${key.pk} ${key.sk}`

  async function get({ pk, sk }: Key): Promise<Item | null> {
    const command = new GetCommand({ TableName: table, Key: { pk, sk }, ConsistentRead: true })
    return (await calling('dynamodb:GetItem', on({ pk, sk }), () => client.send(command))).Item ?? null
  }

  async function put(item: Item, condition?: Condition): Promise<boolean> {
    const command = new PutCommand({ TableName: table, Item: checkFits(item), ...(condition && toInput(condition)) })
    return refusedAsNull('dynamodb:PutItem', on(keyOf(item)), () => client.send(command)).then((answer) => !!answer)
  }

  /**
   * The SDK sends a write again when the answer to it was lost, and then our own first try makes the condition fail. The
   * mark of this write tells it from somebody else's. If somebody saved on top of it in between, that shows as theirs:
   * the caller reads again, as after any conflict.
   */
  async function putIf(item: Item, condition: Condition): Promise<Written> {
    const writeId = randomUUID()
    if (await put({ ...item, writeId }, condition)) return { ours: true }
    const standing = await get(keyOf(item))
    return standing?.writeId === writeId ? { ours: true } : { ours: false, standing }
  }

  return {
    get,
    putIf,
    async put(item) {
      await put(item)
    },
    async putIfAbsent(item) {
      // What stood in the way may be gone when we look (a pointer just freed): then it is our turn again.
      for (let attempt = 0; attempt < 5; attempt++) {
        const written = await putIf(item, ifAbsent)
        if (written.ours) return item
        if (written.standing) return written.standing
      }
      throw new TransientError(`${on(keyOf(item))} is put and deleted by others all the time; try again`)
    },
    async update(key, expression, values) {
      const command = new UpdateCommand({
        TableName: table,
        Key: { pk: key.pk, sk: key.sk },
        UpdateExpression: expression,
        ExpressionAttributeValues: { ...values },
        ReturnValues: 'ALL_NEW',
      })
      return (await calling('dynamodb:UpdateItem', on(key), () => client.send(command))).Attributes ?? {}
    },
    async updateIf(key, expression, condition) {
      const command = new UpdateCommand({
        TableName: table,
        Key: { pk: key.pk, sk: key.sk },
        UpdateExpression: expression,
        ReturnValues: 'ALL_NEW',
        ...toInput(condition),
      })
      const answer = await refusedAsNull('dynamodb:UpdateItem', on(key), () => client.send(command))
      return answer?.Attributes ?? null
    },
    async deleteIf(key, condition) {
      const command = new DeleteCommand({ TableName: table, Key: { pk: key.pk, sk: key.sk }, ...toInput(condition) })
      return (await refusedAsNull('dynamodb:DeleteItem', on(key), () => client.send(command))) !== null
    },
    async query(input) {
      const command = new QueryCommand({ TableName: table, ...input })
      const name = input.IndexName ? `table ${table}, index ${input.IndexName}` : `table ${table}`
      const answer = await calling('dynamodb:Query', name, () => client.send(command))
      return { items: answer.Items ?? [], lastKey: answer.LastEvaluatedKey ?? null }
    },
  }
}

/** Items looked at in one query where some are left out. */
const itemsPerQuery = 100

/** Reads pages until `limit` items are there or the list ends. @param keep - Which items count. Default: all. */
export async function queryUpTo(
  table: ItemTable,
  input: QueryInput,
  limit: number,
  keep?: (item: Item) => boolean,
): Promise<readonly Item[]> {
  const items: Item[] = []
  let start: Item | null = null
  do {
    const page = await table.query({
      ...input,
      Limit: keep ? itemsPerQuery : limit - items.length,
      ...(start && { ExclusiveStartKey: start }),
    })
    items.push(...(keep ? page.items.filter(keep) : page.items))
    start = page.lastKey
  } while (start && items.length < limit)
  return items
}

function keyOf(item: Item): Key {
  return { pk: String(item.pk), sk: String(item.sk) }
}

function toInput({ expression, values }: Condition) {
  return { ConditionExpression: expression, ...(values && { ExpressionAttributeValues: { ...values } }) }
}

const isRefusal = (error: unknown) => codeOf(error) === 'ConditionalCheckFailed'

async function refusedAsNull<T>(tried: string, on: string, call: () => Promise<T>): Promise<T | null> {
  return calling(tried, on, async () => {
    try {
      return await call()
    } catch (error) {
      if (isRefusal(error)) return null
      throw error
    }
  })
}

/** Answers that come with status 400 although the same call may go through later. */
const busy = new Set(['ProvisionedThroughputExceeded', 'TransactionConflict', 'ReplicatedWriteConflict'])

/**
 * @throws {TransientError} Throttled, timed out, failed on the way or in the database: a write may have taken effect.
 * @throws {UpstreamError} Refused for good; a missing table too, since no caller can name another one.
 */
async function calling<T>(tried: string, on: string, call: () => Promise<T>): Promise<T> {
  try {
    return await callingAws({ tried, on }, call)
  } catch (error) {
    const cause = error instanceof Error ? error.cause : error
    if (error instanceof NotFoundError)
      throw new UpstreamError(`${tried} on ${on} failed: there is no such table in this Region; deploy it`, { cause })
    if (busy.has(codeOf(cause)))
      throw new TransientError(`${tried} on ${on} failed: ${codeOf(cause)}; it may go through later`, { cause })
    throw error
  }
}
