import { Hono } from 'hono'
import type { Deps } from '../../../shared/deps.ts'
import { toJsonLine } from '../../../shared/domain/audit.ts'
import { type ApiEnv, baseUrlOf } from '../api-env.ts'
import { pass } from '../authorise-request.ts'
import { readQuery } from '../query.ts'
import { queries } from '../schemas.ts'

/** What was commanded: `/v1/audit`. */
export function auditRoutes(deps: Deps) {
  return new Hono<ApiEnv>().get('/', async (c) => {
    const { limit, cursor = null, format, ...query } = readQuery(c, queries.listAudit)
    await pass(deps, c)
    const { items, nextCursor } = await deps.audit.list(query, { limit, cursor })
    switch (format) {
      case 'json':
        return c.json({ items, nextCursor })
      case 'jsonl':
        return c.body(items.map(toJsonLine).join(''), 200, {
          'Content-Type': 'application/jsonl',
          ...(nextCursor !== null && {
            Link: `<${nextPage(new URL(c.req.url), nextCursor, baseUrlOf(c))}>; rel="next"`,
          }),
        })
    }
  })
}

/** The same question, one page on. */
function nextPage({ search }: URL, cursor: string, baseUrl: string): string {
  const query = new URLSearchParams(search)
  query.set('cursor', cursor)
  return `${baseUrl}/v1/audit?${query}`
}
