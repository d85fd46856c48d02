import { Hono } from 'hono'
import type { ApiEnv } from '../api-env.ts'

/** Nothing but the page's own style: it loads, runs and sends nothing. */
const contentSecurityPolicy =
  "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

/**
 * The API's own description: `/openapi.json` for programs, `/docs` for people (and `/` leads there). Both are loaded at their first request:
 * the document is made at build time and no other request needs it.
 */
export function documentRoutes() {
  return new Hono<ApiEnv>()
    .get('/', (c) => c.redirect('/docs'))
    .get('/openapi.json', async (c) => {
      const { default: document } = await import('../openapi.json', { with: { type: 'json' } })
      return c.json(document)
    })
    .get('/docs', async (c) => {
      const [{ default: document }, { renderDocs }] = await Promise.all([
        import('../openapi.json', { with: { type: 'json' } }),
        import('../docs-page.ts'),
      ])
      return c.html(renderDocs(document), 200, { 'Content-Security-Policy': contentSecurityPolicy })
    })
}
