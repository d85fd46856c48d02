import type { MiddlewareHandler } from 'hono'
import type { ApiEnv } from './api-env.ts'
import { RequestRefused } from './problem.ts'

/** Names and ids are short; anything longer is nothing of ours and need not be looked up. */
const maxPathLength = 512
/** Path and query, characters. A cursor is the longest thing in it. */
const maxTargetLength = 4096
/** All names and values, bytes. API Gateway takes 10 KB, Node 16 KB; a token of a CI is below 4 KB. */
const maxHeaderBytes = 16 * 1024
const maxHeaders = 100

/** Refuses what is larger than any request of ours, before anything of it is looked at. The body has a limit of its own. */
export function requestLimits(): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    const { pathname, search } = new URL(c.req.url)
    if (pathname.length + search.length > maxTargetLength)
      throw new RequestRefused('uri-too-long', `path and query may have ${maxTargetLength} characters`)
    if (pathname.length > maxPathLength) throw new RequestRefused('not-found', 'no path here is that long')
    const headers = [...c.req.raw.headers]
    const bytes = headers.reduce((sum, [name, value]) => sum + name.length + value.length, 0)
    if (headers.length > maxHeaders || bytes > maxHeaderBytes)
      throw new RequestRefused('headers-too-large', `${maxHeaders} headers of ${maxHeaderBytes} bytes in all are read`)
    await next()
  }
}
