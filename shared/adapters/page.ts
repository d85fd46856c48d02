import { ValidationError } from '../domain/errors.ts'
import type { Page } from '../ports/page.ts'

/** Lists that can be paged. A cursor is good only for the list it came from. */
export type ListName = 'services' | 'deployments' | 'events' | 'pointers' | 'queues' | 'buckets' | 'tokens' | 'audit'

/** What a place looks like. Anybody can make a cursor up: what would upset the database or the order is refused here. */
const places: Readonly<Record<ListName, RegExp>> = {
  services: /^[!-~]{1,128}$/,
  deployments: /^[!-~]{1,128}$/,
  pointers: /^[!-~]{1,128}$/,
  queues: /^[!-~]{1,128}$/,
  tokens: /^[!-~]{1,128}$/,
  audit: /^[1-9][0-9]{0,11}$/,
  events: /^[1-9][0-9]{0,11}$/,
  // Beyond it, 9 × 10^15, lies nothing that a Date can hold, and the range that a query asks for would be upside down.
  buckets: /^([1-9][0-9]{0,14}|[1-8][0-9]{15})$/,
}

/** Text for a caller to hand back: everything up to and including `place` was shown. */
export function toCursor(list: ListName, place: string): string {
  return Buffer.from(JSON.stringify({ list, place })).toString('base64url')
}

/**
 * The place that `cursor` stands for; null for the first page.
 * @throws {ValidationError} If it is not a cursor of this list, at path `cursor`.
 */
export function fromCursor(list: ListName, cursor: string | null): string | null {
  if (cursor === null) return null
  const content = parse(cursor)
  if (typeof content === 'object' && content !== null && 'list' in content && 'place' in content) {
    const { list: of, place } = content
    // Only the text that we make ourselves: base64url decoding skips characters that it does not know.
    const known = of === list && typeof place === 'string' && places[list].test(place)
    if (known && toCursor(list, place) === cursor) return place
  }
  throw new ValidationError(`cursor does not belong to the list of ${list}`, [
    { path: 'cursor', message: `must be the nextCursor of an earlier page of ${list}, unchanged` },
  ])
}

function parse(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'))
  } catch {
    return null
  }
}

/** Cuts `found`, which holds at least one entry more than `limit` if there are more, to one page. */
export function buildPage<T>(
  list: ListName,
  options: { readonly found: readonly T[]; readonly limit: number; readonly placeOf: (entry: T) => string },
): Page<T> {
  const items = options.found.slice(0, options.limit)
  const last = items.at(-1)
  const more = options.found.length > options.limit && last !== undefined
  return { items, nextCursor: more ? toCursor(list, options.placeOf(last)) : null }
}
