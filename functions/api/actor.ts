import type { Context } from 'hono'
import type { Principal } from '../../shared/domain/access/principal.ts'
import { ForbiddenError, UnauthorizedError } from '../../shared/domain/errors.ts'
import type { AccessDeps } from '../../shared/use-cases/access/access-deps.ts'
import { authenticateBearer } from '../../shared/use-cases/access/authenticate-bearer.ts'

/** `lambda`: behind API Gateway. `local`: a process on a person's own machine. */
export type Mode = 'lambda' | 'local'

/**
 * Who is calling. The one place that decides it: whoever brings a token is who the token says, and nobody else.
 *
 * @throws {UnauthorizedError} If nobody has said who is calling, or the token is not good.
 * @throws {ForbiddenError} If a local API is called from elsewhere.
 * @throws {TransientError} If that could not be found out now.
 */
export async function authenticate(deps: AccessDeps, c: Context, mode: Mode): Promise<Principal> {
  if (mode === 'local') requireThisMachine(c)
  const signer = mode === 'lambda' ? signerOf(c) : null
  // API Gateway has looked at the signature, which may stand in the same header.
  if (signer !== null) return { kind: 'iam', arn: signer }
  const header = c.req.header('Authorization')
  if (header !== undefined) return bearerOf(deps, header)
  if (mode === 'local') return { kind: 'local' }
  throw new UnauthorizedError(
    'no caller: send "Authorization: Bearer <token>", or sign the request with AWS Signature Version 4 and call it below /iam',
  )
}

async function bearerOf(deps: AccessDeps, header: string): Promise<Principal> {
  const found = await authenticateBearer(deps, header)
  switch (found.outcome) {
    case 'known':
      return found.principal
    case 'refused':
      throw new UnauthorizedError(found.reason, { tokenRefused: true })
  }
}

/** What API Gateway's IAM authorizer says; nothing in the request itself could say it. */
function signerOf(c: Context): string | null {
  const userArn = c.env?.event?.requestContext?.authorizer?.iam?.userArn
  return typeof userArn === 'string' && userArn !== '' ? userArn : null
}

const loopbackNames = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/
const loopbackAddresses = /^(::1|(::ffff:)?127(\.\d{1,3}){3})$/

/**
 * The owner of the machine, or whoever brings a token to it. A page in the owner's browser must not act for the owner: it
 * would call with its own `Origin`, or by a name of its own that resolves to a loopback address.
 */
function requireThisMachine(c: Context): void {
  const { host, hostname } = new URL(c.req.url)
  const remote = c.env?.incoming?.socket?.remoteAddress
  const origin = c.req.header('Origin')
  if (typeof remote === 'string' && !loopbackAddresses.test(remote))
    throw new ForbiddenError('local mode answers this machine only')
  if (!loopbackNames.test(hostname)) throw new ForbiddenError('call the local API as 127.0.0.1 or localhost')
  if (origin !== undefined && !(URL.canParse(origin) && new URL(origin).host === host))
    throw new ForbiddenError(`the local API takes no calls from ${origin}`)
}
