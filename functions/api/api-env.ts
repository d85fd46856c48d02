import type { Context } from 'hono'
import { getPath } from 'hono/utils/url'
import type { Principal } from '../../shared/domain/access/principal.ts'

/** What a request carries from the middleware to its handler. What the caller may do is not decided yet: see `authorise-request.ts`. */
export interface ApiEnv {
  Variables: { requestId: string; principal: Principal }
}

/**
 * Where callers come in who sign with AWS credentials: the same paths, behind API Gateway's IAM authorizer. A path of API
 * Gateway's has one authorizer, and that one refuses bearer tokens.
 */
const signedPrefix = '/iam'

const isSigned = (path: string) => path.startsWith(`${signedPrefix}/v1/`)

/** The path as routes know it. */
export function pathOf(request: Request): string {
  const path = getPath(request)
  return isSigned(path) ? path.slice(signedPrefix.length) : path
}

/** Where the caller reached us: links in answers are absolute, and come in by the same door. */
export function baseUrlOf(c: Context): string {
  const { origin, pathname } = new URL(c.req.url)
  return isSigned(pathname) ? `${origin}${signedPrefix}` : origin
}
