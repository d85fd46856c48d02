import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, it, onTestFinished } from 'vitest'
import { z } from 'zod'
import { bundle } from '../../scripts/build-functions.ts'
import { createSlackChat } from '../../shared/adapters/slack/chat.ts'
import {
  ConfigError,
  NotFoundError,
  TransientError,
  UpstreamError,
  ValidationError,
} from '../../shared/domain/errors.ts'
import type { Chat } from '../../shared/ports/chat.ts'
import { describeChat } from '../contract/chat.ts'
import { startSlackStandIn } from '../support/slack-stand-in.ts'

const aShown = z.object({
  kind: z.enum(['channel', 'ephemeral']),
  text: z.string(),
  blocks: z.array(z.looseObject({})),
})

/** An app that keeps the address for answers of the command that it was sent. */
async function startApp() {
  const urls: string[] = []
  const server = createServer(async (request, response) => {
    urls.push(new URLSearchParams(await readAll(request)).get('response_url') ?? '')
    response.end()
  })
  return { urls, origin: await listen(server) }
}

async function readAll(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request) text += String(chunk)
  return text
}

async function listen(server: ReturnType<typeof createServer>): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

describeChat('slack', async () => {
  const app = await startApp()
  const slack = await startSlackStandIn({ targetUrl: app.origin })
  return {
    chat: createSlackChat({
      token: async () => 'xoxb-local',
      clock: { sleep: async () => undefined },
      apiUrl: `${slack.url}/api/`,
      allowLoopback: true,
    }),
    async responseUrl() {
      await slack.call('POST', '/commands', { text: 'status' })
      return app.urls.at(-1) ?? ''
    },
    async shown() {
      const messages = z.array(aShown).parse(await slack.messages())
      return messages.map(({ kind, text, blocks }) => ({ kind, message: { text, blocks } }))
    },
  }
})

interface Answer {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  /** True: headers, and then nothing more. */
  readonly hangs?: boolean
}

interface Received {
  readonly path: string | undefined
  readonly authorization: string | undefined
  readonly body: string
}

const message = { text: 'one', blocks: [{ type: 'divider' }] }
const place = { channel: 'C0123', ts: '1.000100' }
const posted = JSON.stringify({ ok: true, channel: 'C0123', ts: '1.000100' })
const word = (error: string) => ({ body: JSON.stringify({ ok: false, error }) })

/** A Slack that gives these answers in turn, and the last one from then on. */
async function startScriptedSlack(...answers: readonly Answer[]) {
  const received: Received[] = []
  const server = createServer(async (request, response) => {
    const {
      status = 200,
      headers = {},
      body = posted,
      hangs,
    } = answers[Math.min(received.length, answers.length - 1)] ?? {}
    received.push({ path: request.url, authorization: request.headers.authorization, body: await readAll(request) })
    response.writeHead(status, { 'content-type': 'application/json', ...headers })
    if (hangs) response.flushHeaders()
    else response.end(body)
  })
  const url = await listen(server)
  const slept: number[] = []
  const chat = createSlackChat({
    token: async () => 'xoxb-1-secret',
    clock: { sleep: async (ms) => void slept.push(ms) },
    apiUrl: `${url}/api/`,
    allowLoopback: true,
    timeoutMs: 300,
    patienceMs: 10_000,
  })
  return { chat, url, received, slept }
}

type Scripted = Awaited<ReturnType<typeof startScriptedSlack>>

const calls: { name: string; call: (slack: Scripted) => Promise<unknown> }[] = [
  { name: 'post', call: ({ chat }) => chat.post('C0123', message) },
  { name: 'update', call: ({ chat }) => chat.update(place, message) },
  { name: 'respond', call: ({ chat, url }) => chat.respond(`${url}/answers/1`, message) },
]

describe('Slack', () => {
  it('is sent the token, the channel and the message, and nothing is unfolded', async () => {
    const slack = await startScriptedSlack({})
    expect(await slack.chat.post('C0123', message)).toEqual(place)
    await slack.chat.update(place, message)
    const [first, second] = slack.received
    expect(slack.received.map(({ path, authorization }) => [path, authorization])).toEqual([
      ['/api/chat.postMessage', 'Bearer xoxb-1-secret'],
      ['/api/chat.update', 'Bearer xoxb-1-secret'],
    ])
    expect(Object.fromEntries(new URLSearchParams(first?.body))).toMatchObject({
      channel: 'C0123',
      text: 'one',
      blocks: '[{"type":"divider"}]',
      unfurl_links: 'false',
      unfurl_media: 'false',
    })
    expect(Object.fromEntries(new URLSearchParams(second?.body))).toMatchObject({
      channel: 'C0123',
      ts: '1.000100',
      text: 'one',
      blocks: '[{"type":"divider"}]',
    })
  })

  it('is sent answers without the token, to be seen by one person', async () => {
    const slack = await startScriptedSlack({ body: 'ok' })
    await slack.chat.respond(`${slack.url}/answers/1`, message)
    await slack.chat.respond(`${slack.url}/answers/1`, message, { replaces: true })
    expect(slack.received.map(({ path, authorization, body }) => [path, authorization, JSON.parse(body)])).toEqual([
      ['/answers/1', undefined, { ...message, response_type: 'ephemeral', replace_original: false }],
      ['/answers/1', undefined, { ...message, response_type: 'ephemeral', replace_original: true }],
    ])
  })

  describe.each(calls)('to a $name', ({ call }) => {
    it('is asked again after as long as it says', async () => {
      const slack = await startScriptedSlack({ status: 429, headers: { 'retry-after': '3' } }, {})
      await call(slack)
      expect(slack.slept).toEqual([3000])
      expect(slack.received).toHaveLength(2)
    })

    it('is given up when it says to wait for too long, as a call that did nothing', async () => {
      const slack = await startScriptedSlack({ status: 429, headers: { 'retry-after': '4' } })
      await expect(call(slack)).rejects.toMatchObject({ name: 'TransientError', refused: true })
      expect(slack.slept).toEqual([4000, 4000])
      expect(slack.received).toHaveLength(3)
    })

    it.each([
      { name: 'a server error', answer: { status: 503, body: 'no' }, error: TransientError },
      {
        name: 'a redirect',
        answer: { status: 302, headers: { location: '/elsewhere' } },
        error: TransientError,
      },
      { name: 'an unknown refusal', answer: { ...word('invalid_blocks'), status: 400 }, error: UpstreamError },
    ])('fails once, by our error: $name', async ({ answer, error }) => {
      const slack = await startScriptedSlack(answer, {})
      await expect(call(slack)).rejects.toThrow(error)
      expect(slack.received).toHaveLength(1)
    })

    it('fails when nothing listens', async () => {
      const chat = createSlackChat({
        token: async () => 'xoxb-1',
        clock: { sleep: async () => undefined },
        apiUrl: 'http://127.0.0.1:9/api/',
        allowLoopback: true,
      })
      const failing = call({ chat, url: 'http://127.0.0.1:9', received: [], slept: [] })
      await expect(failing).rejects.toThrow(TransientError)
    })
  })

  it.each([
    { error: 'channel_not_found', kind: NotFoundError },
    { error: 'not_in_channel', kind: NotFoundError },
    { error: 'message_not_found', kind: NotFoundError },
    { error: 'internal_error', kind: TransientError },
    { error: 'invalid_auth', kind: UpstreamError },
    { error: 'missing_scope', kind: UpstreamError },
  ])('says $error, and that is a $kind.name', async ({ error, kind }) => {
    const slack = await startScriptedSlack(word(error))
    await expect(slack.chat.update(place, message)).rejects.toThrow(kind)
    await expect(slack.chat.update(place, message)).rejects.toThrow(error)
  })

  it.each([
    { name: 'no JSON', answer: { body: '<html>captive portal</html>' } },
    { name: 'no place of the message', answer: { body: '{"ok":true}' } },
    { name: 'an answer that stops', answer: { hangs: true } },
  ])('cannot be known to have posted after $name', async ({ answer }) => {
    const slack = await startScriptedSlack(answer)
    await expect(slack.chat.post('C0123', message)).rejects.toMatchObject({ name: 'TransientError', refused: false })
    expect(slack.received).toHaveLength(1)
  })

  it.each([
    { status: 404, body: 'used_url' },
    { status: 404, body: '{"ok":false,"error":"expired_url"}' },
    { status: 410, body: '' },
  ])('takes no answer any more: $status $body', async (answer) => {
    const slack = await startScriptedSlack(answer)
    await expect(slack.chat.respond(`${slack.url}/answers/1`, message)).rejects.toThrow(NotFoundError)
  })
})

it('is called from a bundle too, and its client is a chunk that is loaded late', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-slack-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const { outputs } = await bundle('shared/adapters/slack/chat.ts', folder)
  const sizes = Object.values(outputs).map(({ bytes }) => bytes)
  expect(Math.max(...sizes)).toBeLessThan(100_000)
  const entry = Object.values(outputs).find(({ entryPoint }) => entryPoint === 'shared/adapters/slack/chat.ts')
  expect(entry?.bytes).toBeLessThan(10_000)

  const slack = await startScriptedSlack({})
  const bundled: { createSlackChat: typeof createSlackChat } = await import(
    pathToFileURL(join(folder, 'index.mjs')).href
  )
  const chat = bundled.createSlackChat({
    token: async () => 'xoxb-1',
    clock: { sleep: async () => undefined },
    apiUrl: `${slack.url}/api/`,
    allowLoopback: true,
  })
  expect(await chat.post('C0123', message)).toEqual(place)
})

describe('an address for answers', () => {
  const chat: Chat = createSlackChat({ token: async () => 'xoxb-1', clock: { sleep: async () => undefined } })

  it.each([
    'http://hooks.slack.com/commands/1',
    'https://hooks.slack.com:8443/commands/1',
    'https://hooks.slack.com./commands/1',
    'https://hooks.slack.com.evil.example/commands/1',
    'https://evil.example/hooks.slack.com',
    'https://evil.example#hooks.slack.com',
    'https://user:pass@hooks.slack.com/commands/1',
    'https://hooks.slack.com@evil.example/commands/1',
    'https://slack.com/commands/1',
    'https://files.slack.com/commands/1',
    'http://127.0.0.1:4500/v1/stop',
    'http://localhost/',
    'http://169.254.169.254/latest/meta-data/',
    'http://[::1]/',
    'file:///etc/passwd',
    'hooks.slack.com',
    '',
  ])('is refused without a request where it is not Slack’s: %s', async (address) => {
    const sent = chat.respond(address, message)
    await expect(sent).rejects.toThrow(ValidationError)
    await expect(sent).rejects.toMatchObject({
      problems: [{ path: 'response_url', message: 'must be on https://hooks.slack.com/' }],
    })
  })
})

describe('the settings', () => {
  const options = { clock: { sleep: async () => undefined }, apiUrl: 'http://127.0.0.1:9/api/', allowLoopback: true }

  it.each(['http://slack.com/api/', 'https://slack.example/api/', 'http://127.0.0.1:9/api/', 'slack.com'])(
    'name no other Web API: %s',
    (apiUrl) => {
      expect(() => createSlackChat({ ...options, token: async () => 'x', apiUrl, allowLoopback: false })).toThrow(
        ConfigError,
      )
    },
  )

  it.each(['', ' ', 'xoxb-1\nxoxb-2', 'xoxb-ä'])(
    'hold no token that no header can hold, and no error shows it: %j',
    async (token) => {
      const sent = createSlackChat({ ...options, token: async () => token }).post('C0123', message)
      await expect(sent).rejects.toThrow(new ConfigError('the bot token of Slack is empty, or no token'))
    },
  )
})
