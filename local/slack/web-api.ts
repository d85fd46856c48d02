import { type Context, Hono } from 'hono'
import { refuseBlocks } from './check-message.ts'
import type { MessageLog } from './message-log.ts'

/** `chat.postMessage` and `chat.update` as Slack's Web API has them: errors are words in an answer of status 200. */
export function webApiRoutes(messages: MessageLog) {
  return new Hono()
    .post('/chat.postMessage', async (c) => {
      const input = await readInput(c)
      const refused = refuse(input)
      if (refused !== null) return c.json({ ok: false, error: refused })
      const { channel, text, blocks, threadTs } = input
      const replyTo = threadTs === '' ? null : threadTs
      const { ts } = messages.add({ kind: 'channel', channel, user: null, replyTo, text, blocks })
      return c.json({ ok: true, channel, ts, message: { type: 'message', ts, text, blocks } })
    })
    .post('/chat.update', async (c) => {
      const input = await readInput(c)
      const refused = refuse(input)
      if (refused !== null) return c.json({ ok: false, error: refused })
      const { channel, ts, text, blocks } = input
      const standing = messages.find((one) => one.kind === 'channel' && one.channel === channel && one.ts === ts)
      if (!standing) return c.json({ ok: false, error: 'message_not_found' })
      messages.edit(standing.id, { text, blocks })
      return c.json({ ok: true, channel, ts, text })
    })
    .post('/:method', (c) => c.json({ ok: false, error: 'unknown_method' }))
}

interface Input {
  readonly token: string
  readonly channel: string
  readonly ts: string
  /** Empty where it is no reply. */
  readonly threadTs: string
  readonly text: string
  readonly blocks: readonly unknown[]
  /** True where what was sent as blocks is no list. */
  readonly unreadable: boolean
}

/** A form or JSON, as the Web API takes both. */
async function readInput(c: Context): Promise<Input> {
  const isJson = (c.req.header('Content-Type') ?? '').startsWith('application/json')
  const fields: Readonly<Record<string, unknown>> = isJson
    ? await c.req.json().catch(() => ({}))
    : await c.req.parseBody()
  const read = (name: string) => (typeof fields[name] === 'string' ? fields[name] : '')
  const blocks = typeof fields.blocks === 'string' ? parseJson(fields.blocks) : (fields.blocks ?? [])
  return {
    token: (c.req.header('Authorization') ?? '').replace(/^Bearer /, '') || read('token'),
    channel: read('channel'),
    ts: read('ts'),
    threadTs: read('thread_ts'),
    text: read('text'),
    blocks: Array.isArray(blocks) ? blocks : [],
    unreadable: !Array.isArray(blocks),
  }
}

function refuse({ token, channel, text, blocks, unreadable }: Input): string | null {
  if (token === '') return 'not_authed'
  if (!/^[CGD][A-Z0-9]{1,30}$/.test(channel)) return 'channel_not_found'
  if (unreadable) return 'invalid_blocks_format'
  if (text === '' && blocks.length === 0) return 'no_text'
  if (text.length > 40_000) return 'msg_too_long'
  return refuseBlocks(blocks)
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
