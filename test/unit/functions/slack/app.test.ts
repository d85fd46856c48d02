import { handle } from 'hono/aws-lambda'
import { describe, expect, it } from 'vitest'
import { createSlackApp, type SlackAppOptions } from '../../../../functions/slack/app.ts'
import type { SlackMessage } from '../../../../functions/slack/blocks.ts'
import type { SlackWork } from '../../../../functions/slack/work.ts'
import { createMemorySeenTriggers } from '../../../../shared/adapters/memory/seen-triggers.ts'
import { ConfigError, TransientError } from '../../../../shared/domain/errors.ts'
import { aPostEvent } from '../../../support/api-gateway-event.ts'
import { markupOf } from '../../../support/slack-message.ts'
import { aClickForm, aSlashForm } from '../../../support/slack-payloads.ts'
import { publishedExample, slackHeaders } from '../../../support/slack-signature.ts'

const secret = 'a signing secret'
const nowMs = Date.UTC(2026, 0, 1)

function start(overrides: Partial<SlackAppOptions> = {}) {
  const dispatched: SlackWork[] = []
  const logged: { level: string; event: string; fields: unknown }[] = []
  const log = (level: string) => (event: string, fields?: unknown) => void logged.push({ level, event, fields })
  const clock = { realNow: () => nowMs }
  const app = createSlackApp({
    signingSecret: async () => secret,
    seenTriggers: createMemorySeenTriggers(clock),
    dispatch: async (work) => void dispatched.push(work),
    clock,
    logger: { info: log('info'), warn: log('warn'), error: log('error') },
    ...overrides,
  })
  const send = (path: string, body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) =>
    app.request(`http://localhost${path}`, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/x-www-form-urlencoded',
        ...slackHeaders(secret, body, nowMs),
        ...headers,
      },
      body,
    })
  return {
    app,
    dispatched,
    logged,
    send,
    type: (text: string, fields: Record<string, string> = {}) =>
      send('/slack/commands', aSlashForm({ text, ...fields })),
    click: (overrides: object = {}) => send('/slack/interactions', aClickForm({ ...overrides })),
  }
}

/** What the person reads, line by line. */
async function linesOf(response: Response): Promise<string[]> {
  const { response_type, ...message } = (await response.json()) as SlackMessage & { response_type: string }
  expect(response_type).toBe('ephemeral')
  return markupOf(message).slice(1).join('\n').split('\n')
}

const work: SlackWork = {
  command: { word: 'status', target: { kind: 'service', name: 'web' } },
  expectedStep: null,
  confirmed: false,
  caller: { teamId: 'T1DC2JH3J', userId: 'U2CERLKJA', channelId: 'G8PSS9T3V' },
  triggerId: '398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c',
  responseUrl: 'https://hooks.slack.com/commands/T1DC2JH3J/397700885554/96rGlfmibIGlgcZRskXaIFfN',
  message: null,
}

describe('a typed command', () => {
  it('is acknowledged and handed on', async () => {
    const { type, dispatched } = start()
    const answer = await type('status web')
    expect([answer.status, await linesOf(answer)]).toEqual([200, ['Taken; the answer follows.', '`status web`']])
    expect(dispatched).toEqual([work])
  })

  it('is answered with help, and nothing is handed on', async () => {
    const { type, dispatched } = start()
    const answer = await type('', { command: '/release' })
    expect(answer.status).toBe(200)
    expect((await linesOf(answer))[0]).toBe('`/release deploy SERVICE [to blue|green] [STRATEGY] [because REASON]`')
    expect(dispatched).toEqual([])
  })

  it('is answered with a hint where it is not understood, and nothing is handed on', async () => {
    const { type, dispatched } = start()
    const answer = await type('aprove <!channel>')
    expect([answer.status, await linesOf(answer)]).toEqual([
      200,
      ['Not understood: there is no command "aprove".', 'Did you mean `approve`?', '`/sluice help`'],
    ])
    expect(dispatched).toEqual([])
  })

  it('is taken once, however often it is sent', async () => {
    const { type, dispatched } = start()
    await type('status web')
    const again = await type('status web')
    expect([again.status, await linesOf(again)]).toEqual([200, ['Not done again: this command was taken already']])
    expect(dispatched).toEqual([work])
  })

  it('says so when it cannot be handed on', async () => {
    const { type, logged } = start({ dispatch: () => Promise.reject(new TransientError('throttled')) })
    const answer = await type('status web')
    expect([answer.status, await linesOf(answer)]).toEqual([
      200,
      ['Not done: it could not be handed on; type it again'],
    ])
    expect(logged.map(({ level, event }) => [level, event])).toEqual([
      ['error', 'slack-work-not-handed-on'],
      ['info', 'slack-work'],
    ])
  })

  it('is not handed on while nobody can say whether it was taken before', async () => {
    const { type, dispatched } = start({
      seenTriggers: { take: () => Promise.reject(new TransientError('no answer')) },
    })
    expect(await linesOf(await type('abort web'))).toEqual(['Not done: it could not be handed on; type it again'])
    expect(dispatched).toEqual([])
  })

  it.each([
    { name: 'handing on', overrides: { dispatch: () => new Promise<void>(() => undefined) } },
    { name: 'the store', overrides: { seenTriggers: { take: () => new Promise<boolean>(() => undefined) } } },
  ])('is answered in time when $name hangs', async ({ overrides }) => {
    const { type } = start({ ...overrides, handOnMs: 20 })
    const answer = await type('abort web')
    expect([answer.status, await linesOf(answer)]).toEqual([
      200,
      ['Not known: it may have been taken or not; look at the status first'],
    ])
  })
})

describe('a click', () => {
  it('is acknowledged without a word and handed on', async () => {
    const { click, dispatched } = start()
    const answer = await click()
    expect([answer.status, await answer.text()]).toEqual([200, ''])
    expect(dispatched).toEqual([
      {
        ...work,
        command: { word: 'promote', target: { kind: 'deployment', id: 'dep_01KDVDNC00000000000000WEB1' }, full: false },
        expectedStep: 0,
        confirmed: true,
        triggerId: '398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703d',
        responseUrl: 'https://hooks.slack.com/actions/T1DC2JH3J/397700885555/96rGlfmibIGlgcZRskXaIFfN',
        message: { channel: 'G8PSS9T3V', ts: '1767227400.000100' },
      },
    ])
  })

  it('is taken once, however often it is sent', async () => {
    const { click, dispatched } = start()
    await click()
    expect((await click()).status).toBe(200)
    expect(dispatched).toHaveLength(1)
  })

  it('fails visibly when it cannot be handed on', async () => {
    const { click } = start({ dispatch: () => Promise.reject(new Error('no')) })
    expect((await click()).status).toBe(503)
  })
})

describe('a request', () => {
  const stale = slackHeaders(secret, aSlashForm(), nowMs - 301_000)
  const { 'X-Slack-Signature': signature, 'X-Slack-Request-Timestamp': timestamp } = slackHeaders(
    secret,
    aSlashForm(),
    nowMs,
  )

  it.each([
    { name: 'another secret', headers: slackHeaders('another', aSlashForm(), nowMs), refusal: 'wrong-signature' },
    { name: 'an old signature', headers: stale, refusal: 'stale-timestamp' },
    {
      name: 'the signature of another body',
      headers: slackHeaders(secret, 'text=help', nowMs),
      refusal: 'wrong-signature',
    },
    {
      name: 'the signature twice',
      headers: { 'X-Slack-Signature': `${signature}, ${signature}` },
      refusal: 'malformed-signature',
    },
    {
      name: 'the timestamp twice',
      headers: { 'X-Slack-Request-Timestamp': `${timestamp}, ${timestamp}` },
      refusal: 'malformed-timestamp',
    },
    { name: 'an empty signature', headers: { 'X-Slack-Signature': '' }, refusal: 'malformed-signature' },
  ])('is refused with $name, and nothing of it is looked at', async ({ headers, refusal }) => {
    const { send, dispatched, logged } = start()
    for (const path of ['/slack/commands', '/slack/interactions']) {
      const answer = await send(path, aSlashForm(), headers)
      expect([answer.status, await answer.text()]).toEqual([401, `this is not signed by Slack: ${refusal}`])
    }
    expect(dispatched).toEqual([])
    expect(logged.map(({ level, event }) => [level, event])).toEqual([
      ['warn', 'slack-request-refused'],
      ['warn', 'slack-request-refused'],
    ])
    expect(JSON.stringify(logged)).not.toContain(signature)
  })

  it('is refused unsigned, whatever it is', async () => {
    const { app } = start()
    for (const method of ['GET', 'POST', 'PUT'])
      expect((await app.request('http://localhost/slack/commands', { method })).status).toBe(401)
    expect((await app.request('http://localhost/slack/other', { method: 'POST' })).status).toBe(401)
    expect((await app.request('http://localhost/v1/deployments', { method: 'POST' })).status).toBe(404)
  })

  it.each([
    { name: 'a form of something else', path: '/slack/commands', body: 'a=b' },
    { name: 'no form', path: '/slack/commands', body: '{"text":"abort web"}' },
    { name: 'no bytes', path: '/slack/commands', body: '' },
    { name: 'a command where clicks come', path: '/slack/interactions', body: aSlashForm() },
    { name: 'a payload that is no JSON', path: '/slack/interactions', body: 'payload=%7B' },
    { name: 'a submitted view', path: '/slack/interactions', body: aClickForm({ type: 'view_submission' }) },
  ])('is refused by what is wrong with it: $name', async ({ path, body }) => {
    const { send, dispatched } = start()
    const answer = await send(path, body)
    expect(answer.status).toBe(400)
    expect(await answer.text()).toMatch(/^the request is no form that this endpoint knows: /)
    expect(dispatched).toEqual([])
  })

  it('is refused where it is too large', async () => {
    const { type, dispatched } = start()
    expect((await type('x'.repeat(300_000))).status).toBe(413)
    expect(dispatched).toEqual([])
  })

  it.each([
    { error: new TransientError('no answer'), status: 503, text: 'try again' },
    { error: new ConfigError('no such secret: /sluice/slack'), status: 500, text: 'an error of ours' },
  ])('is not let in when there is no secret to check it with: $error.name', async ({ error, status, text }) => {
    const { type, dispatched } = start({ signingSecret: () => Promise.reject(error) })
    const answer = await type('status web')
    expect([answer.status, await answer.text()]).toEqual([status, text])
    expect(dispatched).toEqual([])
  })

  it('is not let in with an empty secret', async () => {
    const { app } = start({ signingSecret: async () => '' })
    const body = aSlashForm()
    const headers = slackHeaders('', body, nowMs)
    expect((await app.request('http://localhost/slack/commands', { method: 'POST', headers, body })).status).toBe(500)
  })
})

describe('an event of API Gateway', () => {
  const { timestamp, signature, body } = publishedExample
  const headers = {
    'Content-Type': 'application/x-www-form-urlencoded',
    'X-Slack-Request-Timestamp': timestamp,
    'X-Slack-Signature': signature,
  }
  const lambda = () => {
    const { app } = start({
      signingSecret: async () => publishedExample.secret,
      clock: { realNow: () => Number(timestamp) * 1000 },
    })
    return handle(app)
  }

  it("gives the same answer to Slack's published example, in base64 and plain", async () => {
    const answers = await Promise.all(
      [true, false].map(async (isBase64Encoded) =>
        lambda()(aPostEvent({ path: '/slack/commands', headers, body, isBase64Encoded })),
      ),
    )
    const [encoded, plain] = answers.map((answer) => ({ status: answer.statusCode, body: answer.body }))
    expect(encoded).toEqual({ status: 200, body: expect.stringContaining('/webhook-collect deploy SERVICE') })
    expect(plain).toEqual(encoded)
  })

  it.each([true, false])('is refused when its body was changed, base64 %s', async (isBase64Encoded) => {
    const event = aPostEvent({ path: '/slack/commands', headers, body: `${body}&`, isBase64Encoded })
    expect(await lambda()(event)).toMatchObject({ statusCode: 401 })
  })
})
