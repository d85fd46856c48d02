import type { AddressInfo } from 'node:net'
import { createAdaptorServer } from '@hono/node-server'
import { expect, it, onTestFinished } from 'vitest'
import { z } from 'zod'
import { presentDeployment } from '../../functions/api/present.ts'
import { confirmationMessage, refusalMessage } from '../../functions/slack/answers.ts'
import { createSlackApp } from '../../functions/slack/app.ts'
import { isDestructive } from '../../functions/slack/command.ts'
import { deploymentMessage } from '../../functions/slack/messages.ts'
import type { SlackWork } from '../../functions/slack/work.ts'
import { createMemorySeenTriggers } from '../../shared/adapters/memory/seen-triggers.ts'
import { createSlackChat } from '../../shared/adapters/slack/chat.ts'
import type { Chat } from '../../shared/ports/chat.ts'
import { aDeployment, someMeasures } from '../support/builders.ts'
import { startSlackStandIn } from '../support/slack-stand-in.ts'
import { until } from '../support/until.ts'

const secret = 'a signing secret'
const baking = presentDeployment(
  { deployment: aDeployment({ phase: 'baking', weight: 10 }), measures: someMeasures(), queue: null },
  'https://sluice.example',
)

/** Sluice behind a loopback port, with `work` done after it was acknowledged. */
async function startSluice(doWork: (work: SlackWork) => Promise<void>) {
  const clock = { realNow: () => Date.now() }
  const done: SlackWork[] = []
  const app = createSlackApp({
    signingSecret: async () => secret,
    seenTriggers: createMemorySeenTriggers(clock),
    async dispatch(work) {
      setImmediate(() => void doWork(work).then(() => done.push(work)))
    },
    clock,
    logger: { info() {}, warn() {}, error() {} },
  })
  const server = createAdaptorServer({ fetch: app.fetch })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => new Promise<void>((resolve) => void server.close(() => resolve())))
  return { done, targetUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

const shown = z.array(z.looseObject({ id: z.string(), kind: z.string(), text: z.string(), edits: z.number() }))

it('asks before it aborts, by a message whose button does what was typed and is replaced by the answer', async () => {
  const slot: { chat?: Chat } = {}
  const sluice = await startSluice(async ({ command, confirmed, responseUrl }) => {
    if (isDestructive(command) && !confirmed)
      await slot.chat?.respond(responseUrl, confirmationMessage(command, baking))
    else await slot.chat?.respond(responseUrl, refusalMessage('Aborted', 'all on blue'), { replaces: true })
  })
  const slack = await startSlackStandIn({ targetUrl: sluice.targetUrl, signingSecret: secret })
  slot.chat = createSlackChat({
    token: async () => 'xoxb-local',
    clock: { sleep: async () => undefined },
    apiUrl: `${slack.url}/api/`,
    allowLoopback: true,
  })
  const textsOnce = (count: number) =>
    until(`${count} pieces of work`, async () =>
      sluice.done.length === count
        ? shown.parse(await slack.messages()).map(({ kind, text }) => `${kind}: ${text}`)
        : undefined,
    )

  await slack.call('POST', '/commands', { text: 'abort web because 5xx & <more>' })
  expect(await textsOnce(1)).toEqual([
    expect.stringMatching(/^ephemeral: (Taken|Abort web)/),
    expect.stringMatching(/^ephemeral: (Taken|Abort web)/),
  ])
  const question = shown.parse(await slack.messages()).find(({ text }) => text.startsWith('Abort web'))
  await slack.call('POST', '/clicks', { message: question?.id, action: 'sluice.abort' })
  expect(await textsOnce(2)).toContain('ephemeral: Aborted: all on blue')
  const [typed, clicked] = sluice.done
  expect(typed).toMatchObject({
    command: { word: 'abort', target: { kind: 'service', name: 'web' }, force: false, reason: '5xx & <more>' },
    confirmed: false,
  })
  expect(clicked).toMatchObject({
    command: { word: 'abort', target: { kind: 'deployment', id: baking.id }, force: false, reason: '5xx & <more>' },
    confirmed: true,
    message: null,
  })
})

it('updates one message in place, and its buttons are those of the phase', async () => {
  const sluice = await startSluice(async () => undefined)
  const slack = await startSlackStandIn({ targetUrl: sluice.targetUrl, signingSecret: secret })
  const chat = createSlackChat({
    token: async () => 'xoxb-local',
    clock: { sleep: async () => undefined },
    apiUrl: `${slack.url}/api/`,
    allowLoopback: true,
  })
  const place = await chat.post('C0WEB', deploymentMessage(baking))
  const [message] = shown.parse(await slack.messages())
  await slack.call('POST', '/clicks', { message: message?.id, action: 'sluice.promote', user: 'U0ADA' })
  await until('the click', () => sluice.done[0])
  expect(sluice.done[0]).toMatchObject({
    command: { word: 'promote', target: { kind: 'deployment', id: baking.id }, full: false },
    expectedStep: 0,
    caller: { teamId: 'T0LOCALTEAM', userId: 'U0ADA', channelId: 'C0WEB' },
    message: place,
  })

  await chat.update(place, deploymentMessage({ ...baking, phase: 'succeeded', weight: 100 }))
  expect(shown.parse(await slack.messages())).toMatchObject([
    { kind: 'channel', text: 'web: succeeded at 100 %', edits: 1 },
  ])
  const late = await slack.call('POST', '/clicks', { message: message?.id, action: 'sluice.promote' })
  expect(late.status).toBe(404)
})
