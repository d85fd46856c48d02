import { compareText } from './dns-name.ts'
import { refuseValue } from './errors.ts'

export interface ListPage<Item> {
  readonly items: readonly Item[]
  /** The first of the next page; undefined at the end. */
  readonly next: Item | undefined
  readonly maxItems: number
}

/**
 * Cuts a page out of what starts at its first item. More than `most` are asked for in vain: that many come.
 *
 * @throws {AwsError} `InvalidInput` when `maxItems` is no whole number from 1.
 */
export function cutPage<Item>(items: readonly Item[], maxItems: number | undefined, most: number): ListPage<Item> {
  if (maxItems !== undefined && !Number.isInteger(maxItems))
    refuseValue('maxItems', maxItems, 'Member must be a whole number')
  if (maxItems !== undefined && maxItems < 1)
    refuseValue('maxItems', maxItems, 'Member must have value greater than or equal to 1')
  const size = Math.min(maxItems ?? most, most)
  return { items: items.slice(0, size), next: items[size], maxItems: size }
}

/**
 * The items from a marker on, in the order of their ids. Markers of Route 53 are the id of the page's first item; in this
 * order one that was deleted meanwhile loses no other.
 */
export function fromMarker<Item>(
  items: readonly Item[],
  idOf: (item: Item) => string,
  marker: string | undefined,
): readonly Item[] {
  const inOrder = [...items].sort((a, b) => compareText(idOf(a), idOf(b)))
  return marker === undefined ? inOrder : inOrder.filter((item) => idOf(item) >= marker)
}
