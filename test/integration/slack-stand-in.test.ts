import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { z } from 'zod'
import { verifySignature } from '../../functions/slack/verify-signature.ts'
import { type RunningStandIn, startSlackStandIn } from '../support/slack-stand-in.ts'

const secret = 'a signing secret'

interface Received {
  readonly path: string | undefined
  readonly signed: boolean
  readonly form: URLSearchParams
}

/** An app that answers every request in the same way. */
async function startApp(answer: { status?: number; body?: string; silent?: boolean } = {}) {
  const received: Received[] = []
  const server = createServer(async (request, response) => {
    const chunks: Uint8Array[] = []
    for await (const chunk of request) chunks.push(chunk)
    const rawBody = Buffer.concat(chunks)
    const headers = Object.entries(request.headers).map(([name, value]): [string, string] => [name, String(value)])
    const check = verifySignature({ secret, headers, rawBody, nowMs: Date.now() })
    received.push({ path: request.url, signed: check.ok, form: new URLSearchParams(rawBody.toString()) })
    if (!answer.silent) response.writeHead(answer.status ?? 200).end(answer.body ?? '')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  return { received, targetUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

const button = {
  type: 'button',
  text: { type: 'plain_text', text: 'Abort' },
  action_id: 'sluice.abort',
  value: '- abort web',
}
const blocks = [{ type: 'actions', elements: [button] }]

async function post(slack: RunningStandIn, method: string, body: object, authorization = 'Bearer xoxb-1') {
  const response = await fetch(`${slack.url}/api/${method}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', connection: 'close', authorization },
    body: JSON.stringify(body),
  })
  return z.looseObject({ ok: z.boolean(), ts: z.string().optional() }).parse(await response.json())
}

const readJson = async (response: Response): Promise<unknown> => response.json()

describe('a command typed in the stand-in', () => {
  it('comes to the app as Slack would send it, signed', async () => {
    const app = await startApp()
    const slack = await startSlackStandIn({ targetUrl: app.targetUrl })
    const typed = { text: 'abort web <5xx> & co', user: 'U0ADA', team: 'T0A', channel: 'C0A' }
    const answer = await slack.call('POST', '/commands', typed)
    expect(await readJson(answer)).toEqual({ status: 200, milliseconds: expect.any(Number), body: '', problem: null })
    const [received] = app.received
    expect([received?.path, received?.signed]).toEqual(['/slack/commands', true])
    expect(Object.fromEntries(received?.form ?? [])).toMatchObject({
      command: '/sluice',
      text: 'abort web &lt;5xx&gt; &amp; co',
      user_id: 'U0ADA',
      team_id: 'T0A',
      channel_id: 'C0A',
      response_url: expect.stringMatching(`^${slack.url}/answers/[0-9a-f-]{36}$`),
      trigger_id: expect.stringMatching(/^\d+\.\d+\.[0-9a-f]{32}$/),
    })
  })

  it.each([
    { body: 'plain words', text: 'plain words' },
    { body: '{"response_type":"ephemeral","text":"taken"}', text: 'taken' },
  ])('shows the answer to the person who typed it: $body', async ({ body, text }) => {
    const slack = await startSlackStandIn(await startApp({ body }))
    await slack.call('POST', '/commands', { text: 'help', user: 'U0ADA' })
    expect(await slack.messages()).toMatchObject([{ kind: 'ephemeral', user: 'U0ADA', channel: 'C0LOCALCHAN', text }])
  })

  it('shows what Slack would say of an app that fails', async () => {
    const slack = await startSlackStandIn(await startApp({ status: 401, body: 'no' }))
    await slack.call('POST', '/commands', {})
    expect(await slack.messages()).toMatchObject([{ kind: 'ephemeral', text: 'the app failed with status 401: no' }])
  })

  it('is given up when the app does not acknowledge in time', async () => {
    const { targetUrl } = await startApp({ silent: true })
    const slack = await startSlackStandIn({ targetUrl, patienceMs: 50 })
    await slack.call('POST', '/commands', {})
    const text = 'the app did not answer within 3 seconds (operation_timeout)'
    expect(await slack.messages()).toMatchObject([{ kind: 'ephemeral', text }])
  })

  it('says that nothing is there', async () => {
    const slack = await startSlackStandIn()
    await slack.call('POST', '/commands', {})
    expect(await slack.messages()).toMatchObject([{ text: 'the app could not be reached' }])
  })
})

describe('a click in the stand-in', () => {
  it('comes to the app as Slack would send it, signed, and its answer can take the place of the message', async () => {
    const app = await startApp()
    const slack = await startSlackStandIn(app)
    const { ts } = await post(slack, 'chat.postMessage', { channel: 'C0A', text: 'web', blocks })
    const answer = await slack.call('POST', '/clicks', { message: 'm1', action: 'sluice.abort', user: 'U0ADA' })
    expect(answer.status).toBe(200)
    const [received] = app.received
    expect([received?.path, received?.signed]).toEqual(['/slack/interactions', true])
    const payload = JSON.parse(received?.form.get('payload') ?? '')
    expect(payload).toMatchObject({
      type: 'block_actions',
      user: { id: 'U0ADA', team_id: 'T0LOCALTEAM' },
      team: { id: 'T0LOCALTEAM' },
      container: { channel_id: 'C0A', message_ts: ts, is_ephemeral: false },
      actions: [button],
    })

    const reply = { text: 'done', replace_original: true }
    const replied = await fetch(payload.response_url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', connection: 'close' },
      body: JSON.stringify(reply),
    })
    expect(replied.status).toBe(200)
    expect(await slack.messages()).toMatchObject([{ kind: 'channel', text: 'done', blocks: [], edits: 1 }])
  })

  it.each([
    { message: 'm1', action: 'sluice.approve' },
    { message: 'm2', action: 'sluice.abort' },
  ])('needs a button that is there: $message $action', async (body) => {
    const app = await startApp()
    const slack = await startSlackStandIn(app)
    await post(slack, 'chat.postMessage', { channel: 'C0A', text: 'web', blocks })
    expect((await slack.call('POST', '/clicks', body)).status).toBe(404)
    expect(app.received).toEqual([])
  })
})

describe('the stand-in refuses what Slack refuses', () => {
  const section = (length: number) => ({ type: 'section', text: { type: 'mrkdwn', text: 'x'.repeat(length) } })

  it.each([
    {
      name: '51 blocks',
      input: { blocks: Array.from({ length: 51 }, () => ({ type: 'divider' })) },
      error: 'invalid_blocks',
    },
    { name: 'a text of 3001 characters', input: { blocks: [section(3001)] }, error: 'invalid_blocks' },
    { name: 'an empty text', input: { blocks: [section(0)] }, error: 'invalid_blocks' },
    { name: 'a block that is none', input: { blocks: [{ type: 'marquee' }] }, error: 'invalid_blocks' },
    { name: 'blocks that are no list', input: { blocks: '{}' }, error: 'invalid_blocks_format' },
    { name: 'nothing to show', input: { text: '' }, error: 'no_text' },
    { name: 'a channel that is no id', input: { channel: '#general' }, error: 'channel_not_found' },
  ])('$name', async ({ input, error }) => {
    const slack = await startSlackStandIn()
    const body = { channel: 'C0A', text: 'one', ...input }
    expect(await post(slack, 'chat.postMessage', body)).toEqual({ ok: false, error })
    expect(await slack.messages()).toEqual([])
  })

  it('a call without a token, and a method that it has not', async () => {
    const slack = await startSlackStandIn()
    expect(await post(slack, 'chat.postMessage', { channel: 'C0A', text: 'one' }, '')).toEqual({
      ok: false,
      error: 'not_authed',
    })
    expect(await post(slack, 'chat.delete', {})).toEqual({ ok: false, error: 'unknown_method' })
  })

  it('a sixth answer, a late one, and one to an address that it never gave', async () => {
    const app = await startApp()
    let nowMs = Date.now()
    const slack = await startSlackStandIn({ targetUrl: app.targetUrl, now: () => nowMs })
    await slack.call('POST', '/commands', {})
    await slack.call('POST', '/commands', {})
    const [first = '', second = ''] = app.received.map(({ form }) =>
      (form.get('response_url') ?? '').slice(slack.url.length),
    )
    const statuses: number[] = []
    for (let turn = 0; turn < 6; turn++) statuses.push((await slack.call('POST', first, { text: 'again' })).status)
    expect(statuses).toEqual([200, 200, 200, 200, 200, 404])
    nowMs += 30 * 60_000
    expect(await readJson(await slack.call('POST', second, { text: 'late' }))).toEqual({
      ok: false,
      error: 'expired_url',
    })
    expect((await slack.call('POST', '/answers/other', { text: 'x' })).status).toBe(404)
    expect(await slack.messages()).toHaveLength(5)
  })
})

describe("the stand-in's page", () => {
  it('is one file whose script and style nobody can add to', async () => {
    const slack = await startSlackStandIn()
    const answer = await slack.call('GET', '')
    const html = await answer.text()
    const [, nonce] = /'nonce-([^']+)'/.exec(answer.headers.get('content-security-policy') ?? '') ?? []
    expect(answer.headers.get('content-type')).toMatch(/^text\/html/)
    expect(html).toContain(`<script nonce="${nonce}">`)
    expect(html).toContain(`<style nonce="${nonce}">`)
    expect(html).not.toMatch(/\{nonce\}|innerHTML|https?:\/\/(?!\$)/)
  })

  it.each([
    { name: 'another origin', headers: { Origin: 'https://evil.example' } },
    { name: 'another port', headers: { Origin: 'http://127.0.0.1:1' } },
    { name: 'no origin at all', headers: { Origin: 'null' } },
  ])('takes no command from a page of $name', async ({ headers }) => {
    const app = await startApp()
    const slack = await startSlackStandIn(app)
    const answer = await fetch(`${slack.url}/commands`, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json', connection: 'close' },
      body: '{}',
    })
    expect(answer.status).toBe(403)
    expect(app.received).toEqual([])
  })

  it('takes no command that a page could send without asking', async () => {
    const app = await startApp()
    const slack = await startSlackStandIn(app)
    const answer = await fetch(`${slack.url}/commands`, {
      method: 'POST',
      headers: { connection: 'close', 'content-type': 'text/plain' },
      body: '{"text":"abort web"}',
    })
    expect(answer.status).toBe(400)
    expect(app.received).toEqual([])
  })

  it('clears its messages', async () => {
    const slack = await startSlackStandIn()
    await post(slack, 'chat.postMessage', { channel: 'C0A', text: 'one' })
    expect((await slack.call('DELETE', '/messages')).status).toBe(204)
    expect(await slack.messages()).toEqual([])
  })
})
