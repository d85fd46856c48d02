import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'

/** One attempt of the SDK, as it goes over the wire. */
export interface Sent {
  /** `PutItem` */
  readonly operation: string
  /** The request's JSON text. */
  readonly body: string
}

export interface Fault {
  readonly when: (sent: Sent) => boolean
  /** How many attempts are hit; default 1. */
  readonly times?: number
  /** `answer-lost`: the call takes effect and then times out. `not-sent`: it times out before. `none`: it goes through. */
  readonly effect: 'answer-lost' | 'not-sent' | 'none'
  /** Happens just before the call, or between its effect and the next attempt where the answer is lost. */
  readonly meanwhile?: () => Promise<void>
}

export const isOperation =
  (...operations: readonly string[]) =>
  ({ operation }: Sent) =>
    operations.includes(operation)

/** A call on the item of an event. */
export const isEventItem = ({ operation, body }: Sent) => operation === 'PutItem' && body.includes('"EVENT#')

/**
 * Makes attempts of `client` fail. It sits under the SDK's retries, so that a lost answer is followed by what the SDK
 * really does: it sends the same call again.
 *
 * @returns Every attempt so far; those that were hit are marked.
 */
export function addFaults(
  client: DynamoDBDocumentClient,
  faults: readonly Fault[],
): readonly (Sent & { hit: boolean })[] {
  const log: (Sent & { hit: boolean })[] = []
  const left = new Map(faults.map((fault) => [fault, fault.times ?? 1]))
  client.middlewareStack.add(
    (next) => async (args) => {
      const sent = readRequest(args.request)
      const fault = faults.find((candidate) => (left.get(candidate) ?? 0) > 0 && candidate.when(sent))
      log.push({ ...sent, hit: fault !== undefined })
      if (!fault) return next(args)
      left.set(fault, (left.get(fault) ?? 0) - 1)
      if (fault.effect === 'none') {
        await fault.meanwhile?.()
        return next(args)
      }
      if (fault.effect === 'answer-lost') await next(args)
      await fault.meanwhile?.()
      throw Object.assign(new Error('socket timed out'), { name: 'TimeoutError' })
    },
    { step: 'deserialize', priority: 'high' },
  )
  return log
}

function readRequest(request: unknown): Sent {
  if (typeof request === 'object' && request !== null && 'headers' in request && 'body' in request) {
    const target = Object.entries(request.headers ?? {}).find(([name]) => name.toLowerCase() === 'x-amz-target')
    return {
      operation: String(target?.[1]).replace(/^.*\./, ''),
      body: toText(request.body),
    }
  }
  throw new Error('this is no HTTP request')
}

function toText(body: unknown): string {
  if (typeof body === 'string') return body
  if (body instanceof Uint8Array) return new TextDecoder().decode(body)
  throw new Error('this request has no plain body')
}
