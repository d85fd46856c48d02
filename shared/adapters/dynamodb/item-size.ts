import { InvariantError, ValidationError } from '../../domain/errors.ts'
import type { Item } from './item.ts'

/** DynamoDB refuses items over 400 KB; the rest is for keys and attributes beside the record. */
export const largestItemBytes = 380 * 1024
/** A new service or deployment: a record grows while it runs, and must never be too large to be rolled back. */
export const largestNewItemBytes = 190 * 1024

/** @throws {InvariantError} If `item` comes too near to what the database takes. */
export function checkFits(item: Item): Item {
  const bytes = sizeOf(item)
  if (bytes <= largestItemBytes) return item
  throw new InvariantError(
    `item ${String(item.pk)} ${String(item.sk)} has ${bytes} bytes; at most ${largestItemBytes} can be stored`,
  )
}

/** @throws {ValidationError} If `item` is too large for something that has yet to grow. */
export function checkIsSmall(item: Item, what: string): Item {
  const bytes = sizeOf(item)
  if (bytes <= largestNewItemBytes) return item
  const message = `${what} has ${bytes} bytes as JSON; at most ${largestNewItemBytes} are taken: use fewer or shorter gates, steps or links`
  throw new ValidationError(message, [{ path: '', message: `must not be larger than ${largestNewItemBytes} bytes` }])
}

/**
 * Bytes as DynamoDB counts them: names and texts in UTF-8, up to 21 for a number.
 * @see Amazon DynamoDB Developer Guide, "DynamoDB item sizes and formats"
 */
export function sizeOf(item: Item): number {
  return Object.entries(item).reduce(
    (bytes, [name, value]) =>
      bytes + Buffer.byteLength(name) + (typeof value === 'string' ? Buffer.byteLength(value) : 21),
    0,
  )
}
