import { refuse } from './check.ts'

/** Items of one page of any list. The API has no member to ask for fewer. */
export const PAGE_SIZE = 100

export interface Page<T> {
  readonly items: T[]
  readonly nextToken?: string
}

/**
 * One page of a list. The token is the key of the last item shown, so that what is added or removed in between neither
 * repeats nor hides another item.
 *
 * @param keyOf - Unique and stable.
 * @throws {AwsError} `InvalidNextTokenException` for a token that no page gave, or whose item is gone.
 */
export function toPage<T>(all: readonly T[], keyOf: (item: T) => string, token: string | undefined): Page<T> {
  const from = token === undefined ? 0 : positionAfter(all, keyOf, token)
  const items = all.slice(from, from + PAGE_SIZE)
  const last = items.at(-1)
  const isMore = from + PAGE_SIZE < all.length
  return { items, ...(isMore && last !== undefined && { nextToken: toToken(keyOf(last)) }) }
}

function positionAfter<T>(all: readonly T[], keyOf: (item: T) => string, token: string): number {
  const position = all.findIndex((item) => toToken(keyOf(item)) === token)
  return position < 0 ? refuse('InvalidNextTokenException', 'The next token is not one that a list gave') : position + 1
}

const toToken = (key: string) => Buffer.from(`after:${key}`).toString('base64url')
