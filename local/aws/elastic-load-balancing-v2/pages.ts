import { checkInteger } from './check.ts'
import { refuse } from './lookup.ts'

export interface Page<Item> {
  readonly items: readonly Item[]
  readonly nextMarker: string | undefined
}

/**
 * Cuts a page out of a list. The marker names the last item given, so a list that changes between two pages skips and
 * repeats nothing else.
 *
 * @throws {AwsError} `ValidationError` for a PageSize outside 1–400 and for a marker that no page gave.
 */
export function paginate<Item>(
  items: readonly Item[],
  keyOf: (item: Item) => string,
  request: { readonly Marker?: string | undefined; readonly PageSize?: number | undefined },
): Page<Item> {
  const size = request.PageSize === undefined ? 400 : checkInteger('PageSize', request.PageSize, [1, 400])
  let start = 0
  if (request.Marker !== undefined && request.Marker !== '') {
    const after = Buffer.from(request.Marker, 'base64url').toString('utf8')
    start = items.findIndex((item) => keyOf(item) === after) + 1
    if (start === 0) refuse('ValidationError', `Marker '${request.Marker}' is not valid`)
  }
  const page = items.slice(start, start + size)
  const last = page.at(-1)
  const isEnd = last === undefined || start + size >= items.length
  return { items: page, nextMarker: isEnd ? undefined : Buffer.from(keyOf(last)).toString('base64url') }
}
