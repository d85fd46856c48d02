import type { Context } from 'hono'
import type { Actor } from '../../shared/domain/deployment.ts'
import { ForbiddenError, UnauthorizedError } from '../../shared/domain/errors.ts'

/** `lambda`: API Gateway has checked the signature. `local`: a process on a person's own machine. */
export type Mode = 'lambda' | 'local'

/**
 * Who is calling. The one place that decides it.
 *
 * @throws {UnauthorizedError} If nobody has said who is calling.
 * @throws {ForbiddenError} If a local API is called from elsewhere.
 */
export function authenticate(c: Context, mode: Mode): Actor {
  switch (mode) {
    case 'lambda':
      return iamCaller(c)
    case 'local':
      return localOwner(c)
  }
}

/** What API Gateway's IAM authorizer says; nothing in the request itself could say it. */
function iamCaller(c: Context): Actor {
  const userArn = c.env?.event?.requestContext?.authorizer?.iam?.userArn
  if (typeof userArn === 'string' && userArn !== '') return { kind: 'iam', name: userArn }
  throw new UnauthorizedError('no caller: sign the request with AWS Signature Version 4')
}

const loopbackNames = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/
const loopbackAddresses = /^(::1|(::ffff:)?127(\.\d{1,3}){3})$/

/**
 * The owner of the machine. A page in the owner's browser must not act for the owner: it would call with its own
 * `Origin`, or by a name of its own that resolves to a loopback address.
 */
function localOwner(c: Context): Actor {
  const { host, hostname } = new URL(c.req.url)
  const remote = c.env?.incoming?.socket?.remoteAddress
  const origin = c.req.header('Origin')
  if (typeof remote === 'string' && !loopbackAddresses.test(remote))
    throw new ForbiddenError('local mode answers this machine only')
  if (!loopbackNames.test(hostname)) throw new ForbiddenError('call the local API as 127.0.0.1 or localhost')
  if (origin !== undefined && !(URL.canParse(origin) && new URL(origin).host === host))
    throw new ForbiddenError(`the local API takes no calls from ${origin}`)
  return { kind: 'local', name: 'local-owner' }
}
