import { refuse } from './errors.ts'

/** Most items of one page, whatever `MaxItems` says. @see Lambda API reference, ListFunctions */
export const PAGE_SIZE = 50

export interface Page<T> {
  readonly items: T[]
  readonly nextMarker?: string
}

/**
 * One page of a list. The marker is the key of the last item shown, so that what is added or removed in between neither
 * repeats nor hides another item.
 *
 * @param keyOf - Unique and stable.
 * @throws {AwsError} `InvalidParameterValueException` for a marker that no page gave, or whose item is gone;
 *   `ValidationException` for a page of less than one item.
 */
export function toPage<T>(
  all: readonly T[],
  keyOf: (item: T) => string,
  {
    Marker: marker,
    MaxItems: most = PAGE_SIZE,
  }: { readonly Marker?: string | undefined; readonly MaxItems?: number | undefined },
): Page<T> {
  if (!(Number.isInteger(most) && most >= 1 && most <= 10_000)) {
    refuse('ValidationException', `1 validation error detected: Value '${most}' at 'maxItems' must be from 1 to 10000`)
  }
  const from = marker ? all.findIndex((item) => toMarker(keyOf(item)) === marker) + 1 : 0
  if (marker && from === 0) refuse('InvalidParameterValueException', 'Invalid pagination token.')
  const end = from + Math.min(most, PAGE_SIZE)
  const items = all.slice(from, end)
  const last = items.at(-1)
  return { items, ...(end < all.length && last !== undefined && { nextMarker: toMarker(keyOf(last)) }) }
}

const toMarker = (key: string) => Buffer.from(`after:${key}`).toString('base64url')
