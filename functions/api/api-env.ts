import type { Context } from 'hono'
import type { Actor } from '../../shared/domain/deployment.ts'

/** What a request carries from the middleware to its handler. */
export interface ApiEnv {
  Variables: { requestId: string; actor: Actor }
}

/** Where the caller reached us, scheme and host: links in answers are absolute. */
export function baseUrlOf(c: Context): string {
  return new URL(c.req.url).origin
}
