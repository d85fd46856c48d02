import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { type Context, Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { NONCE, type SecureHeadersVariables, secureHeaders } from 'hono/secure-headers'
import { z } from 'zod'
import { createAnswerUrls } from './answer-urls.ts'
import { buttonsOf, refuseBlocks } from './check-message.ts'
import { type Acknowledgement, type DeliverOptions, deliver } from './deliver.ts'
import { createMessageLog, type MessageContent, type ShownMessage } from './message-log.ts'
import { type Place, place } from './people.ts'
import { webApiRoutes } from './web-api.ts'

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

/**
 * Slack on this machine: what is typed or clicked on its page goes to the app as Slack would send it, signed, and what the
 * app posts, updates or answers is shown. It refuses what Slack refuses: messages beyond its limits, used addresses, an
 * acknowledgement after three seconds. Everything is in memory.
 */
export function createSlackStandIn(options: SlackStandInOptions) {
  const now = options.now ?? Date.now
  const messages = createMessageLog(now)
  const answerUrls = createAnswerUrls(now)
  const send = (path: string, fields: Readonly<Record<string, string>>) => deliver({ ...options, now }, path, fields)
  const triggerId = () => `${now()}.${randomBytes(5).readUInt32BE()}.${randomBytes(16).toString('hex')}`
  const answerUrl = (where: Place, messageId: string | null) =>
    `${options.ownUrl()}/answers/${answerUrls.create({ place: where, messageId })}`
  const showEphemeral = ({ channel, user }: Place, content: MessageContent) =>
    messages.add({ kind: 'ephemeral', channel, user, ...content })

  /** Slack's own words to the person, where the app did not do its part. */
  function acknowledge(where: Place, given: Acknowledgement, takesAnswer: boolean) {
    const content = given.problem === null && takesAnswer ? readContent(given.body) : null
    if (given.problem !== null) showEphemeral(where, { text: given.problem, blocks: [] })
    else if (content === 'invalid_blocks') showEphemeral(where, { text: 'the answer has invalid blocks', blocks: [] })
    else if (content !== null) showEphemeral(where, content)
  }

  return new Hono<{ Variables: SecureHeadersVariables }>()
    .use(refuseOtherOrigins, bodyLimit({ maxSize: 512 * 1024 }))
    .use(
      secureHeaders({
        contentSecurityPolicy: {
          defaultSrc: ["'none'"],
          scriptSrc: [NONCE],
          styleSrc: [NONCE],
          connectSrc: ["'self'"],
        },
      }),
    )
    .get('/', (c) => c.html(page.replaceAll('{nonce}', c.get('secureHeadersNonce') ?? '')))
    .get('/messages', (c) => c.json({ items: messages.list() }))
    .delete('/messages', (c) => {
      messages.clear()
      return c.body(null, 204)
    })
    .post('/commands', async (c) => {
      const body = commandBody.safeParse(await readJson(c))
      if (!body.success) return c.json({ error: z.prettifyError(body.error) }, 400)
      const { team, user, channel, command, text } = body.data
      const given = await send('/slack/commands', {
        token: 'unused',
        team_id: team,
        team_domain: 'local',
        channel_id: channel,
        channel_name: 'local',
        user_id: user,
        user_name: user.toLowerCase(),
        command,
        // Slack escapes its control characters in what people type.
        text: text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;'),
        api_app_id: 'A0LOCALAPP0',
        is_enterprise_install: 'false',
        response_url: answerUrl(body.data, null),
        trigger_id: triggerId(),
      })
      acknowledge(body.data, given, true)
      return c.json(given)
    })
    .post('/clicks', async (c) => {
      const body = clickBody.safeParse(await readJson(c))
      if (!body.success) return c.json({ error: z.prettifyError(body.error) }, 400)
      const message = messages.find(({ id }) => id === body.data.message)
      const button = message && buttonsOf(message.blocks).find(({ action_id }) => action_id === body.data.action)
      if (!message || !button) return c.json({ error: 'there is no such button on that message' }, 404)
      const where = { ...body.data, channel: message.channel }
      const payload = toClick(where, message, { trigger_id: triggerId(), response_url: answerUrl(where, message.id) })
      const action = { ...button, block_id: 'actions', action_ts: message.ts }
      const given = await send('/slack/interactions', { payload: JSON.stringify({ ...payload, actions: [action] }) })
      acknowledge(where, given, false)
      return c.json(given)
    })
    .post('/answers/:secret', async (c) => {
      const used = answerUrls.use(c.req.param('secret'))
      if (typeof used === 'string') return c.json({ ok: false, error: used }, 404)
      const body = z.looseObject({ delete_original: z.boolean().optional(), replace_original: z.boolean().optional() })
      const given = body.safeParse(await readJson(c))
      const content = given.success ? readContent(JSON.stringify(given.data)) : null
      if (!given.success || content === 'invalid_blocks') return c.json({ ok: false, error: 'invalid_blocks' }, 400)
      const original = used.messageId
      if (given.data.delete_original && original !== null) messages.remove(original)
      else if (content === null) return c.json({ ok: false, error: 'no_text' }, 400)
      else if (!given.data.replace_original || original === null || !messages.edit(original, content))
        showEphemeral(used.place, content)
      return c.json({ ok: true })
    })
    .route('/api', webApiRoutes(messages))
}

function toClick({ team, user }: Place, message: ShownMessage, rest: { trigger_id: string; response_url: string }) {
  const { channel, ts, text, blocks, kind } = message
  const isEphemeral = kind === 'ephemeral'
  return {
    type: 'block_actions',
    user: { id: user, username: user.toLowerCase(), name: user.toLowerCase(), team_id: team },
    api_app_id: 'A0LOCALAPP0',
    token: 'unused',
    container: { type: 'message', message_ts: ts, channel_id: channel, is_ephemeral: isEphemeral },
    team: { id: team, domain: 'local' },
    enterprise: null,
    is_enterprise_install: false,
    channel: { id: channel, name: 'local' },
    // Slack sends no content of a message that only one person sees.
    ...(!isEphemeral && { message: { type: 'message', ts, text, blocks } }),
    ...rest,
  }
}

/** What an answer shows: JSON, or plain text. Null if nothing. */
function readContent(body: string): MessageContent | 'invalid_blocks' | null {
  const answer = z
    .object({ text: z.string().default(''), blocks: z.array(z.unknown()).default([]) })
    .safeParse(parseOrText(body))
  if (!answer.success) return 'invalid_blocks'
  const { text, blocks } = answer.data
  if (refuseBlocks(blocks) !== null) return 'invalid_blocks'
  return text === '' && blocks.length === 0 ? null : { text, blocks }
}

function parseOrText(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return { text: body }
  }
}

const loopbackNames = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/

/** A page of another origin, or a name of its own for this machine, must not type commands here. */
async function refuseOtherOrigins(c: Context, next: () => Promise<void>) {
  const { host, hostname } = new URL(c.req.url)
  const origin = c.req.header('Origin')
  const isOwn = origin === undefined || (URL.canParse(origin) && new URL(origin).host === host)
  if (!isOwn || !loopbackNames.test(hostname))
    return c.json({ error: 'call it from this machine, by its own page' }, 403)
  await next()
}

/** JSON only: a page of another origin cannot send that without asking first. */
async function readJson(c: Context): Promise<unknown> {
  if (!(c.req.header('Content-Type') ?? '').startsWith('application/json')) return null
  return c.req.json().catch(() => null)
}
