import { isIPv6 } from 'node:net'
import type { Context } from 'hono'
import { ForbiddenError, UnauthorizedError } from '../../shared/domain/errors.ts'
import type { RateGuard } from '../../shared/use-cases/access/rate-guard.ts'
import { RequestRefused } from './problem.ts'

/** What takes traffic back, or stops it from moving: has a count of its own, and waits for nobody's failed attempts. */
const takesBack = /^\/v1\/(deployments\/[^/]+\/(abort|pause|reject)|services\/[^/]+\/rollback|stop)$/

export interface Admission<Caller> {
  /** Finds out who calls. @throws {UnauthorizedError} If that cannot be seen. */
  identify(): Promise<Caller> | Caller
  /** What callers are counted by; null: this one is never limited. */
  keyOf(caller: Caller): string | null
}

/**
 * Lets a request in if its caller has not asked too much.
 *
 * Who has shown who they are is counted as that. Who has not is counted by address: then further tokens from there are not
 * even looked at, which keeps guessing from costing a slow hash each; for what takes traffic back they still are.
 *
 * @throws {RequestRefused} 429 with `Retry-After`.
 */
export async function admit<Caller>(
  guard: RateGuard,
  c: Context,
  { identify, keyOf }: Admission<Caller>,
): Promise<Caller> {
  const isTakeBack = c.req.method === 'POST' && takesBack.test(c.req.path)
  const source = sourceOf(c)
  // Signed requests do not come this far if they are wrong: API Gateway has looked at them.
  const bringsToken = /^bearer /i.test(c.req.header('Authorization') ?? '')
  if (bringsToken && !isTakeBack) refuseIf(guard.known('refused', source))
  const caller = await identifyOrCount(guard, source, identify)
  const key = keyOf(caller)
  if (key === null) return caller
  if (!isTakeBack) refuseIf(guard.known('forbidden', key))
  if (c.req.method === 'GET' || c.req.method === 'HEAD') refuseIf(guard.read(key))
  else refuseIf(await guard.count(isTakeBack ? 'take-back' : 'command', key))
  return caller
}

/**
 * Counts what the caller was forbidden. The answer stays: only the next ones are refused before they are another entry in the
 * audit. Anybody may be known, with a job of an issuer that signs for all the world.
 */
export async function countForbidden(guard: RateGuard, error: unknown, key: string | null): Promise<void> {
  if (key !== null && error instanceof ForbiddenError) await guard.count('forbidden', key)
}

async function identifyOrCount<Caller>(guard: RateGuard, source: string, identify: Admission<Caller>['identify']) {
  try {
    return await identify()
  } catch (error) {
    if (error instanceof UnauthorizedError) refuseIf(await guard.count('refused', source))
    throw error
  }
}

function refuseIf(waitMs: number): void {
  if (waitMs === 0) return
  const seconds = Math.ceil(waitMs / 1000)
  throw new RequestRefused('too-many-requests', `too many requests; the next one is taken in ${seconds} s`, {
    'Retry-After': `${seconds}`,
  })
}

/**
 * The address that the request came from, as API Gateway or the socket says; headers such as `X-Forwarded-For` are whatever
 * their sender likes. Of IPv6 the first 64 bits: one machine has all of the others.
 */
function sourceOf(c: Context): string {
  const address: unknown =
    c.env?.event?.requestContext?.http?.sourceIp ?? c.env?.incoming?.socket?.remoteAddress ?? 'unknown'
  const text = String(address)
  return isIPv6(text) && !text.includes('.') ? firstHalf(text) : text
}

function firstHalf(address: string): string {
  const [start = '', end] = address.split('::')
  const groups = start.split(':').filter((group) => group !== '')
  const tail = (end ?? '').split(':').filter((group) => group !== '')
  const zeros = end === undefined ? 0 : 8 - groups.length - tail.length
  const all = [...groups, ...Array.from({ length: zeros }, () => '0'), ...tail]
  return `${all
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`
}
