import { AwsError } from '../service.ts'

export interface PageRequest {
  readonly maxResults?: number | undefined
  readonly nextToken?: string | undefined
}

export interface Page<T> {
  readonly items: readonly T[]
  readonly nextToken?: string
}

/**
 * One page of a list. Its token is the position of the next item.
 *
 * @param request - `maxResults` from 0 to 1000; 0 or none is 100.
 * @throws {AwsError} `ValidationException` for a size outside, `InvalidToken` for a token that no page gave.
 */
export function toPage<T>(all: readonly T[], { maxResults, nextToken }: PageRequest): Page<T> {
  const size = maxResults || 100
  if (size < 0 || size > 1000) {
    throw new AwsError('ValidationException', `maxResults must be from 0 to 1000, not ${maxResults}`)
  }
  const from = nextToken === undefined ? 0 : fromToken(nextToken)
  const end = from + size
  return { items: all.slice(from, end), ...(end < all.length && { nextToken: toToken(end) }) }
}

const toToken = (position: number) => Buffer.from(`at:${position}`).toString('base64url')

function fromToken(token: string): number {
  const position = /^at:(\d+)$/.exec(Buffer.from(token, 'base64url').toString())?.[1]
  if (position === undefined) throw new AwsError('InvalidToken', `Invalid Token: '${token}'`)
  return Number(position)
}
