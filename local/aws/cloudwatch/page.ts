import { invalidToken, invalidValue } from './faults.ts'

/** An opaque continuation token that carries `state`, plain JSON. */
export function toToken(state: unknown): string {
  return Buffer.from(JSON.stringify(state)).toString('base64url')
}

/** @throws {AwsError} InvalidNextToken if we did not make it. */
export function fromToken<State>(token: string, isState: (state: unknown) => state is State): State {
  try {
    const state: unknown = JSON.parse(Buffer.from(token, 'base64url').toString())
    if (isState(state)) return state
  } catch {
    // Not JSON: falls through to the same answer as JSON of another shape.
  }
  throw invalidToken()
}

/**
 * Cuts one page out of a list.
 *
 * The token carries how many items went before. Lists change between pages as they do at AWS.
 *
 * @throws {AwsError} InvalidNextToken for a foreign token; InvalidParameterValue if `size` is not from 1 to `maxSize`.
 */
export function pageOf<Item>(
  all: readonly Item[],
  { token, size, maxSize }: { readonly token: string | undefined; readonly size: number; readonly maxSize: number },
): { readonly items: readonly Item[]; readonly nextToken?: string } {
  if (size < 1 || size > maxSize) throw invalidValue(`The value ${size} for MaxRecords must be from 1 to ${maxSize}.`)
  const skip = token === undefined ? 0 : fromToken(token, isPosition).skip
  const items = all.slice(skip, skip + size)
  return skip + size < all.length ? { items, nextToken: toToken({ skip: skip + size }) } : { items }
}

function isPosition(state: unknown): state is { skip: number } {
  return (
    typeof state === 'object' &&
    state !== null &&
    'skip' in state &&
    typeof state.skip === 'number' &&
    Number.isInteger(state.skip) &&
    state.skip >= 0
  )
}
