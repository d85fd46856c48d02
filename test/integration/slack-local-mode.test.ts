import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { Shop } from '../../local/demo/shop.ts'
import type { LocalRun } from '../../local/start.ts'
import { callApi, startQuietly, waitForDeployment } from '../support/local-mode.ts'
import { type LocalShop, startLocalShop } from '../support/local-shop.ts'
import { until } from '../support/until.ts'

const aButton = z.looseObject({ action_id: z.string(), text: z.object({ text: z.string() }) })
const aBlock = z.looseObject({ type: z.string(), elements: z.array(z.looseObject({})).optional() })
const aMessage = z.looseObject({
  id: z.string(),
  kind: z.enum(['channel', 'ephemeral']),
  channel: z.string(),
  user: z.string().nullable(),
  ts: z.string(),
  replyTo: z.string().nullable(),
  text: z.string(),
  edits: z.number(),
  blocks: z.array(aBlock),
})
type Shown = z.output<typeof aMessage>
const anEntry = z.looseObject({ source: z.string(), principal: z.looseObject({ kind: z.string(), name: z.string() }) })

const people = { mei: 'U0MEI', bo: 'U0BO', stranger: 'U0STRANGER' } as const
type Person = keyof typeof people

/** Over real HTTP: stand-in, signed request, acknowledgement, Lambda's asynchronous invoke, worker, use case, Web API. */
describe('Slack in local mode', () => {
  let opened: LocalShop
  let local: LocalRun
  let shop: Shop

  beforeAll(async () => {
    opened = await startLocalShop(8380)
    ;({ local, shop } = opened)
    const asPerson = (person: 'mei' | 'bo', roles: readonly string[]) => ({
      ...{ name: person, person, roles, services: ['*'] },
      who: { kind: 'slack', team: 'T0LOCALTEAM', users: [people[person]] },
    })
    const owner = { name: 'owner', who: { kind: 'local' }, roles: ['admin'], services: ['*'], ownApproval: true }
    const rules = [owner, asPerson('mei', ['deployer', 'approver']), asPerson('bo', ['approver', 'deployer'])]
    const saved = await callApi(local.apiUrl, 'PUT', '/v1/policy', { rules })
    expect(saved.status).toBe(200)
    const put = await callApi(local.apiUrl, 'PUT', '/v1/services/shop', {
      routes: [{ kind: 'alb', ruleArn: shop.ruleArn, ...shop.groups }],
      strategy: {
        type: 'steps',
        steps: [
          { weight: 10, bakeSeconds: 0, approval: true },
          { weight: 100, bakeSeconds: 0, approval: true },
        ],
      },
      notify: { slackChannel: 'C0SHOP' },
    })
    expect(put.status).toBe(201)
  })
  afterAll(() => opened.close())
  beforeEach(async () => {
    await fetch(`${local.apiUrl}/_local/slack/messages`, { method: 'DELETE' })
  })

  const slack = async (path: string, body: object) => {
    const response = await fetch(`${local.apiUrl}/_local/slack${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    return z.looseObject({ status: z.number().nullable() }).parse(await response.json())
  }
  const type = (person: Person, text: string) => slack('/commands', { text, user: people[person], channel: 'C0OPS' })
  const click = (person: Person, message: Shown, action: string) =>
    slack('/clicks', { message: message.id, action, user: people[person] })
  const messages = async () => {
    const response = await fetch(`${local.apiUrl}/_local/slack/messages`)
    return z.object({ items: z.array(aMessage) }).parse(await response.json()).items
  }
  const message = (what: string, isIt: (message: Shown) => boolean) =>
    until(what, async () => (await messages()).find(isIt))
  const inChannel = (text: RegExp) =>
    message(`a message like ${text}`, (one) => one.kind === 'channel' && text.test(one.text))
  const answer = (text: RegExp) =>
    message(`an answer like ${text}`, (one) => one.kind === 'ephemeral' && text.test(one.text))
  const buttonsOf = ({ blocks }: Shown) =>
    blocks
      .filter((block) => block.type === 'actions')
      .flatMap(({ elements = [] }) => elements.map((one) => aButton.parse(one).text.text))
  const openDeployment = () =>
    until('an open deployment', async () => (await local.deps.deployments.pointer('shop')) ?? undefined)
  const reach = (id: string, phase: string) =>
    waitForDeployment(local.apiUrl, id, (deployment) => deployment.phase === phase)

  /** What the audit has of a deployment, or of the service before there is one, without what differs each time. */
  async function audited(filter: string): Promise<readonly unknown[]> {
    const { body } = await callApi(local.apiUrl, 'GET', `/v1/audit?${filter}&limit=100`)
    const entries = z.object({ items: z.array(anEntry) }).parse(body).items
    return entries.map(({ at: _at, requestId: _id, seq: _seq, hash: _hash, previousHash: _previous, ...rest }) => rest)
  }

  it('deploys, approves, aborts and tells the status, in one message for everybody', { timeout: 120_000 }, async () => {
    expect((await type('mei', 'deploy shop because release 42')).status).toBe(200)
    const id = await openDeployment()
    const waiting = await inChannel(/^shop: awaiting approval$/)
    expect(waiting).toMatchObject({ channel: 'C0SHOP', replyTo: null })
    expect(buttonsOf(waiting)).toEqual(['Approve', 'Reject', 'Abort'])
    await answer(/^shop: /)

    // Whoever started it does not approve it, by whatever door.
    await click('mei', waiting, 'sluice.approve')
    await answer(/^Not allowed: mei created the deployment; somebody else must decide about it$/)
    await click('stranger', waiting, 'sluice.approve')
    await answer(/^Not allowed: no rule of the policy is about T0LOCALTEAM\/U0STRANGER/)

    await click('bo', waiting, 'sluice.approve')
    const atTen = await inChannel(/^shop: awaiting approval at 10 %$/)
    expect(atTen.id).toBe(waiting.id)
    expect((await callApi(local.apiUrl, 'GET', `/v1/deployments/${id}`)).body).toMatchObject({
      approvals: [{ by: 'bo', step: 0 }],
      createdBy: { kind: 'slack', name: 'mei' },
    })

    await type('bo', 'status shop')
    const status = await answer(/^shop: awaiting approval at 10 %$/)
    expect(status.user).toBe('U0BO')

    await type('mei', 'abort shop because 5xx')
    const question = await answer(/^Abort shop\?/)
    expect((await callApi(local.apiUrl, 'GET', `/v1/deployments/${id}`)).body.phase).toBe('awaiting-approval')
    await click('mei', question, 'sluice.abort')
    await reach(id, 'aborted')
    const ended = await inChannel(/^shop: aborted$/)
    expect(ended.id).toBe(waiting.id)
    expect(buttonsOf(ended)).toEqual([])
    expect((await answer(/^shop: aborted$/)).id).toBe(question.id)
    expect((await messages()).filter(({ kind }) => kind === 'channel')).toHaveLength(1)

    const deployment = await local.deps.deployments.load(id)
    if (!deployment) throw new Error(`${id} is gone`)
    await local.deps.notifier.page(deployment, 'traffic is not back')
    expect(await inChannel(/^shop needs a person: traffic is not back$/)).toMatchObject({
      channel: 'C0SHOP',
      replyTo: ended.ts,
    })
  })

  it('leaves the same audit as the REST API, but for the source and who it was', { timeout: 120_000 }, async () => {
    const first = await (async () => {
      const { body } = await callApi(local.apiUrl, 'POST', '/v1/deployments', { service: 'shop', reason: 'release 43' })
      const id = String(body.id)
      await reach(id, 'awaiting-approval')
      await callApi(local.apiUrl, 'POST', `/v1/deployments/${id}/approve`, { reason: 'looks good' })
      await waitForDeployment(local.apiUrl, id, ({ phase, weight }) => phase === 'awaiting-approval' && weight === 10)
      await callApi(local.apiUrl, 'POST', `/v1/deployments/${id}/abort`, { reason: '5xx' })
      await reach(id, 'aborted')
      return id
    })()

    await type('mei', 'deploy shop because release 43')
    const second = await openDeployment()
    await reach(second, 'awaiting-approval')
    await type('bo', 'approve shop looks good')
    await waitForDeployment(local.apiUrl, second, ({ phase, weight }) => phase === 'awaiting-approval' && weight === 10)
    await type('mei', 'abort shop because 5xx')
    await click('mei', await answer(/^Abort shop\?/), 'sluice.abort')
    await reach(second, 'aborted')

    const started = async (source: string) =>
      (await audited(`service=shop&command=start-deployment&source=${source}`))[0]
    const mei = { kind: 'slack', name: 'mei', identity: 'T0LOCALTEAM/U0MEI' }
    const bo = { kind: 'slack', name: 'bo', identity: 'T0LOCALTEAM/U0BO' }
    expect(await started('slack')).toEqual({ ...((await started('rest')) as object), source: 'slack', principal: mei })
    const rest = (await audited(`deployment=${first}`)) as readonly object[]
    expect(rest).toMatchObject([
      { command: 'abort-deployment', reason: '5xx' },
      { command: 'approve-deployment', reason: 'looks good' },
    ])
    expect(await audited(`deployment=${second}`)).toEqual(
      rest.map((entry, at) => ({
        ...entry,
        ...{ source: 'slack', deployment: second, principal: at === 0 ? mei : bo },
      })),
    )
  })

  it('refuses people whom the policy does not know, and writes that down', async () => {
    await type('stranger', 'deploy shop')
    await answer(/^Not allowed: no rule of the policy is about T0LOCALTEAM\/U0STRANGER$/)
    expect((await audited('outcome=refused&command=start-deployment'))[0]).toMatchObject({
      source: 'slack',
      service: 'shop',
      principal: { kind: 'slack', identity: 'T0LOCALTEAM/U0STRANGER' },
    })
    expect(await local.deps.deployments.pointer('shop')).toBeNull()
  })

  it('helps where a command is not understood', async () => {
    await type('mei', 'deplay shop')
    const hint = await answer(/^Not understood/)
    expect(JSON.stringify(hint.blocks)).toContain('Did you mean `deploy`?')
  })
})

describe('the stand-in, before anybody saved a policy', () => {
  it('is a page, by whatever address, whose people may deploy and approve, each the one thing', async () => {
    const local = await startQuietly()
    try {
      const url = `${local.apiUrl}/_local/slack`
      for (const address of [url, `${url}/`])
        expect(await (await fetch(address)).text()).toContain('<title>Slack stand-in')
      const type = (user: string, text: string) =>
        fetch(`${url}/commands`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ text, user }),
        })
      await type('U0LOCALUSER', 'deploy shop')
      await type('U0LOCALSECOND', 'deploy shop')
      const answers = await until('two answers', async () => {
        const { items } = z.object({ items: z.array(aMessage) }).parse(await (await fetch(`${url}/messages`)).json())
        const texts = items.map(({ user, text }) => `${user}: ${text}`).filter((text) => !text.includes('Taken'))
        return texts.length === 2 ? texts.sort() : undefined
      })
      expect(answers).toEqual([
        'U0LOCALSECOND: Not allowed: start-deployment needs the role deployer or admin on shop; the caller has approver',
        expect.stringMatching(/^U0LOCALUSER: Not found: there is no service "shop"/),
      ])
    } finally {
      await local.close()
    }
  })

  it('is for pages of its own origin alone, and what is not signed is refused', async () => {
    const local = await startQuietly()
    try {
      const typed = await fetch(`${local.apiUrl}/_local/slack/commands`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', origin: 'https://evil.example' },
        body: '{"text":"deploy shop"}',
      })
      expect(typed.status).toBe(403)
      const unsigned = await fetch(`${local.apiUrl}/slack/commands`, { method: 'POST', body: 'text=help' })
      expect([unsigned.status, await unsigned.text()]).toEqual([401, 'this is not signed by Slack: no-timestamp'])
    } finally {
      await local.close()
    }
  })
})
