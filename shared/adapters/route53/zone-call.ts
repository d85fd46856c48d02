import { NotFoundError } from '../../domain/errors.ts'
import type { UpsertAnswer } from '../../ports/hosted-zones.ts'
import { codeOf, toDomainError } from '../aws-error.ts'
import { withDeadline } from '../deadline.ts'

/** Real milliseconds that one request to Route 53 may take. */
export const route53DeadlineMs = 3000

const missingCodes = new Set(['NoSuchHostedZone', 'NoSuchChange'])

/**
 * Route 53 turned a batch down for what is in it.
 *
 * @see Route 53 API reference, ChangeResourceRecordSets, errors
 */
const refusals = new Set(['InvalidChangeBatch', 'InvalidInput', 'NoSuchHealthCheck'])

/** One request: what it was about, and how long it may take. */
export interface ZoneCall {
  /** Operation and IAM action in one: `route53:GetChange`. */
  readonly tried: string
  /** Id of the hosted zone or of the change. */
  readonly on: string
  readonly deadlineMs: number
}

/**
 * Runs one request; what it throws becomes one of our errors.
 *
 * @throws {NotFoundError} If there is no such zone or change. @throws {TransientError | UpstreamError} As the call fails.
 */
export async function callingRoute53<T>(
  { tried, on, deadlineMs }: ZoneCall,
  send: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  try {
    return await withDeadline(deadlineMs, send)
  } catch (error) {
    const code = codeOf(error)
    if (missingCodes.has(code))
      throw new NotFoundError(`${tried} on ${on} failed: ${code}; check the id, and the account it is in`, {
        cause: error,
      })
    throw toDomainError(error, { tried, on })
  }
}

/** What Route 53 says about a batch that it did not take; null when `error` is no such answer. */
export function notTakenIn(error: unknown): Exclude<UpsertAnswer, { type: 'accepted' }> | null {
  const code = codeOf(error)
  const listed = listedIn(error)
  if (code === 'PriorRequestNotComplete') return { type: 'busy' }
  if (!refusals.has(code) && listed.length === 0) return null
  const message = error instanceof Error && error.message !== '' ? error.message : 'no reason given'
  const named = refusals.has(code) ? code : 'InvalidChangeBatch'
  return { type: 'refused', reason: `${named}: ${listed.length > 0 ? listed.join('; ') : message}` }
}

/**
 * The problems of a batch, one text each. The API reference has them in an element of its own instead of the error that
 * all operations answer with. The SDK does not know that form, and hands its content on as it is.
 *
 * @see Route 53 API reference, InvalidChangeBatch
 */
function listedIn(error: unknown): readonly string[] {
  const { messages, Messages }: Partial<Error> & Listed = error instanceof Error ? error : {}
  return [messages ?? Messages?.Message ?? []].flat().filter((one) => typeof one === 'string')
}

interface Listed {
  readonly messages?: unknown
  readonly Messages?: { readonly Message?: unknown }
}
