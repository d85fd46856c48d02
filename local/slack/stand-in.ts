import { readFileSync } from 'node:fs'
import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { NONCE, type SecureHeadersVariables, secureHeaders } from 'hono/secure-headers'
import { z } from 'zod'
import type { DeliverOptions } from './deliver.ts'
import { readJson, refuseOtherOrigins } from './own-page.ts'
import { place } from './people.ts'
import { webApiRoutes } from './web-api.ts'
import { createWorkspace } from './workspace.ts'

export interface SlackStandInOptions extends Omit<DeliverOptions, 'now'> {
  /** Where it is mounted, as the app reaches it: `http://127.0.0.1:4500/_local/slack`. Read at each command. */
  readonly ownUrl: () => string
  /** Real time, milliseconds since the epoch. Default: the wall's. */
  readonly now?: () => number
}

const page = readFileSync(new URL('page.html', import.meta.url), 'utf8')

const commandBody = place.extend({
  command: z
    .string()
    .regex(/^\/\S{1,80}$/, 'must be a slash and a word')
    .default('/sluice'),
  text: z.string().max(4000).default(''),
})
const clickBody = place.omit({ channel: true }).extend({ message: z.string(), action: z.string() })
const answerBody = z.looseObject({ delete_original: z.boolean().optional(), replace_original: z.boolean().optional() })

/**
 * Slack on this machine: what is typed or clicked on its page goes to the app as Slack would send it, signed, and what the
 * app posts, updates or answers is shown. It refuses what Slack refuses: messages beyond its limits, used addresses, an
 * acknowledgement after three seconds. Everything is in memory.
 */
export function createSlackStandIn(options: SlackStandInOptions) {
  const answersUrl = () => `${options.ownUrl()}/answers`
  const workspace = createWorkspace({ now: Date.now, ...options, answersUrl })
  const { messages } = workspace
  const csp = { defaultSrc: ["'none'"], scriptSrc: [NONCE], styleSrc: [NONCE], connectSrc: ["'self'"] }

  return new Hono<{ Variables: SecureHeadersVariables }>()
    .use(refuseOtherOrigins, bodyLimit({ maxSize: 512 * 1024 }), secureHeaders({ contentSecurityPolicy: csp }))
    .get('/', (c) => c.html(page.replaceAll('{nonce}', c.get('secureHeadersNonce') ?? '')))
    .get('/messages', (c) => c.json({ items: messages.list() }))
    .delete('/messages', (c) => {
      messages.clear()
      return c.body(null, 204)
    })
    .post('/commands', async (c) => {
      const body = commandBody.safeParse(await readJson(c))
      if (!body.success) return c.json({ error: z.prettifyError(body.error) }, 400)
      return c.json(await workspace.type(body.data, body.data.command, body.data.text))
    })
    .post('/clicks', async (c) => {
      const body = clickBody.safeParse(await readJson(c))
      if (!body.success) return c.json({ error: z.prettifyError(body.error) }, 400)
      const given = await workspace.click(body.data, body.data.message, body.data.action)
      return given ? c.json(given) : c.json({ error: 'there is no such button on that message' }, 404)
    })
    .post('/answers/:secret', async (c) => {
      const body = answerBody.safeParse(await readJson(c))
      if (!body.success) return c.json({ ok: false, error: 'invalid_payload' }, 400)
      const error = workspace.answer(c.req.param('secret'), body.data)
      if (error === null) return c.json({ ok: true })
      return c.json({ ok: false, error }, error.endsWith('_url') ? 404 : 400)
    })
    .route('/api', webApiRoutes(messages))
}
