import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { DynamoDBClient, ListTablesCommand, ScanCommand } from '@aws-sdk/client-dynamodb'
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2'
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createSlackApp } from '../../functions/slack/app.ts'
import { buildShop, type Shop } from '../../local/demo/shop.ts'
import type { LocalRun } from '../../local/start.ts'
import { createMemorySeenTriggers } from '../../shared/adapters/memory/seen-triggers.ts'
import { toTokenText } from '../../shared/domain/api-token.ts'
import { createLogger } from '../../shared/logger.ts'
import { startQuietly, waitForDeployment } from '../support/local-mode.ts'
import { aSlashForm } from '../support/slack-payloads.ts'
import { slackHeaders } from '../support/slack-signature.ts'
import { answering, startWebhookReceiver } from '../support/webhook-receiver.ts'

/** Made anew each time: what is found later was not there before. */
const random = (bytes: number) => randomBytes(bytes).toString('base64url')
const jwtSignature = random(64)
const base64 = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')

/** Each secret of the scenario, and the part of it that must be nowhere. */
const secrets = {
  apiToken: random(32),
  jwt: jwtSignature,
  webhook: `whs-${random(24)}`,
  slackSigning: random(24),
  slackBot: `${randomBytes(9).toString('hex')}abcDEF`,
  slackResponse: randomBytes(12).toString('hex'),
  awsKey: random(30),
  urlPassword: random(16),
}
const apiToken = toTokenText({ id: '01kdvdnc00000000000000t0k1', secret: secrets.apiToken })
const jwtOf = (signature: string) => [base64({ alg: 'RS256' }), base64({ sub: 'repo:octo/shop' }), signature].join('.')
const jwt = jwtOf(secrets.jwt)
const botToken = ['xoxb', '123456789012', secrets.slackBot].join('-')
const finalPhases = ['succeeded', 'rolled-back', 'aborted', 'rejected', 'rollback-failed']
const run = promisify(execFile)

describe('a whole scenario with known secrets', () => {
  const slackSignatures: string[] = []
  const seen = new Map<string, string[]>()
  const see = (place: string, text: string) => void seen.set(place, [...(seen.get(place) ?? []), text])
  let realSecret = ''
  let local: LocalRun
  let shop: Shop

  /** Calls the API, and keeps all of the answer. */
  async function call(method: string, path: string, authorization: string | null, body?: unknown) {
    const response = await fetch(`${local.apiUrl}${path}`, {
      method,
      headers: {
        'content-type': 'application/json',
        'idempotency-key': `key-${random(8)}`,
        ...(authorization !== null && { authorization }),
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    const text = await response.text()
    see('answers', `${JSON.stringify([...response.headers])} ${text}`)
    return text.startsWith('{') ? JSON.parse(text) : {}
  }

  /** A token that is good, and is used; only the answer that makes it may have it. */
  async function useRealToken() {
    const response = await fetch(`${local.apiUrl}/v1/tokens`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name: `named like ${apiToken}` }),
    })
    const { id, token } = (await response.json()) as { readonly id: string; readonly token: string }
    realSecret = token.slice(token.indexOf(id) + id.length + 1)
    expect(realSecret).toHaveLength(43)
    // It may do nothing yet, which is refused and noted.
    expect(await call('GET', '/v1/services', `Bearer ${token}`)).toMatchObject({ status: 403 })
    await call('PUT', '/v1/services/shop', `Bearer ${token}`, { strategy: token })
    await call('DELETE', `/v1/tokens/${id}?reason=lost%20${token}`, null)
    expect(await call('GET', '/v1/services', `Bearer ${token}`)).toMatchObject({ status: 401 })
    await call('GET', '/v1/tokens', null)
  }

  async function deployWithJudge(logs: string) {
    const judge = await startWebhookReceiver(
      secrets.webhook,
      // It repeats everything that it should keep to itself.
      answering(() => ({
        verdict: 'fail',
        reason: `${logs} with ${secrets.webhook}, ${apiToken} and Bearer ${jwt}`,
        evidence: { sent: { secret: secrets.webhook, slack: botToken, token: apiToken } },
      })),
    )
    const put = await call('PUT', '/v1/services/shop', null, {
      routes: [{ kind: 'alb', ruleArn: shop.ruleArn, ...shop.groups }],
      strategy: { type: 'canary', percent: 20, intervalSeconds: 90, bakeSeconds: 0 },
      gates: [{ kind: 'webhook', name: 'judge', url: `${judge.url}/`, secretName: '/sluice/judge' }],
    })
    expect(put.name).toBe('shop')
    const reason = `because ${jwt} and ${apiToken} and https://hooks.slack.com/commands/T1/2/${secrets.slackResponse}`
    const { id } = await call('POST', '/v1/deployments', null, { service: 'shop', revision: 'v2', reason })
    return waitForDeployment(local.apiUrl, String(id), ({ phase }) => finalPhases.includes(String(phase)))
  }

  /** What is no good, in every place where it could be repeated. */
  async function misuse() {
    for (const authorization of [`Bearer ${apiToken}`, `Bearer ${jwt}`, `Bearer ${apiToken}x`, `Basic ${apiToken}`]) {
      await call('GET', '/v1/services', authorization)
      await call('PUT', '/v1/services/shop', authorization, { routes: apiToken, gates: [jwt], [apiToken]: 1 })
      await call('POST', '/v1/deployments', authorization, `{"reason": "${apiToken}`)
      await call('POST', '/v1/deployments/dep_none/abort', authorization, { reason: apiToken })
    }
    await call('GET', `/v1/deployments?cursor=${apiToken}&${apiToken}=1`, null)
    await call('GET', `/v1/services/${apiToken}`, null)
    await call('GET', `/nowhere/${jwt}`, null)
    await call('PUT', '/v1/services/other', null, {
      gates: [{ kind: 'probe', url: `http://user:${secrets.urlPassword}@10.0.0.1/` }],
    })
  }

  /** An error that nobody expected, and whose text has a whole request in it. */
  async function meetABug() {
    const { services } = local.deps
    const { get } = services
    const cause = Object.assign(new Error(`Bearer ${jwt} was refused`), { $response: { authorization: botToken } })
    services.get = () =>
      Promise.reject(new Error(`sent ${apiToken} to http://u:${secrets.urlPassword}@host`, { cause }))
    const { status } = await call('GET', '/v1/services/shop', null)
    services.get = get
    expect(status).toBe(500)
  }

  async function typeInSlack() {
    const logger = createLogger((line) => see('log of Slack', line))
    const broken = async () => Promise.reject(new Error(`starting with ${botToken} and ${apiToken} failed`))
    const clock = { realNow: () => Date.now() }
    const signingSecret = async () => secrets.slackSigning
    const app = createSlackApp({
      signingSecret,
      seenTriggers: createMemorySeenTriggers(clock),
      dispatch: broken,
      clock,
      logger,
    })
    const response_url = `https://hooks.slack.com/commands/T1/2/${secrets.slackResponse}`
    for (const text of ['deploy shop', 'abort shop', `${apiToken}`, `deploy ${jwt}`]) {
      const body = aSlashForm({ text, response_url, trigger_id: random(8) })
      const signed = slackHeaders(secrets.slackSigning, body, Date.now())
      slackSignatures.push(signed['X-Slack-Signature'])
      for (const headers of [signed, { ...signed, 'X-Slack-Request-Timestamp': '1' }]) {
        const request = {
          method: 'POST',
          body,
          headers: { ...headers, 'Content-Type': 'application/x-www-form-urlencoded' },
        }
        const response = await app.request('http://localhost/slack/commands', request)
        // What somebody typed is shown to them again where it was not understood.
        if (!text.includes(apiToken) && !text.includes(jwt)) see('answers of Slack', await response.text())
      }
    }
  }

  async function typeInShell() {
    const sluice = fileURLToPath(new URL('../../bin/sluice.js', import.meta.url))
    const urls = [
      local.apiUrl,
      'http://127.0.0.1:9',
      `http://user:${secrets.urlPassword}@127.0.0.1:9`,
      `http://user:${secrets.urlPassword}@[`,
    ]
    const calls = urls.flatMap((url) =>
      [
        ['traffic', 'shop'],
        ['rollback', 'none'],
      ].map((args) => ({ url, args })),
    )
    await Promise.all(
      calls.map(async ({ url, args }) => {
        const env = { ...process.env, SLUICE_URL: url, SLUICE_TOKEN: apiToken, AWS_SECRET_ACCESS_KEY: secrets.awsKey }
        const ended: { stdout: string; stderr: string } = await run(process.execPath, [sluice, ...args], { env }).catch(
          (error) => error,
        )
        see('command line', ended.stdout + ended.stderr)
      }),
    )
  }

  async function readTables() {
    const database = new DynamoDBClient({ endpoint: local.awsUrl, region: 'eu-west-1' })
    for (const TableName of (await database.send(new ListTablesCommand({}))).TableNames ?? []) {
      let ExclusiveStartKey: Record<string, never> | undefined
      do {
        const page = await database.send(
          new ScanCommand({ TableName, ...(ExclusiveStartKey && { ExclusiveStartKey }) }),
        )
        for (const item of page.Items ?? []) see('items', JSON.stringify(item))
        ExclusiveStartKey = page.LastEvaluatedKey as Record<string, never> | undefined
      } while (ExclusiveStartKey)
    }
    database.destroy()
  }

  beforeAll(async () => {
    process.env.AWS_SECRET_ACCESS_KEY = secrets.awsKey
    process.env.AWS_ACCESS_KEY_ID = 'any'
    local = await startQuietly({ logger: createLogger((line) => see('log', line)) })
    const client = {
      ...{ endpoint: local.awsUrl, region: 'eu-west-1' },
      credentials: { accessKeyId: 'any', secretAccessKey: secrets.awsKey },
    }
    const elb = new ElasticLoadBalancingV2Client(client)
    shop = await buildShop(elb, 8460)
    const ssm = new SSMClient(client)
    await ssm.send(new PutParameterCommand({ Name: '/sluice/judge', Value: secrets.webhook, Type: 'SecureString' }))
    elb.destroy()
    ssm.destroy()
  })
  afterAll(async () => {
    await shop?.close()
    await local?.close()
    delete process.env.AWS_SECRET_ACCESS_KEY
    delete process.env.AWS_ACCESS_KEY_ID
  })

  // The first test makes what the others look at.
  it('goes where secrets are used: the judge is asked, believed and repeated', { timeout: 120_000 }, async () => {
    const deployment = await deployWithJudge('logged')
    await misuse()
    await useRealToken()
    await meetABug()
    await typeInSlack()
    await typeInShell()
    const id = String(deployment.id)
    for (const path of ['', '/events', '/buckets']) await call('GET', `/v1/deployments/${id}${path}`, null)
    await call('GET', '/v1/services/shop', null)
    await call('GET', '/v1/audit', null)
    await readTables()
    expect(deployment).toMatchObject({ phase: 'rolled-back' })
    const all = [...seen.values()].flat().join('\n')
    expect(all).toContain('logged with [hidden], sluice_01kdvdnc00000000000000t0k1_[hidden] and Bearer [hidden]')
    expect(all).toContain('because [hidden] and sluice_01kdvdnc00000000000000t0k1_[hidden]')
    expect([...seen.keys()].sort()).toEqual([
      'answers',
      'answers of Slack',
      'command line',
      'items',
      'log',
      'log of Slack',
    ])
    expect(seen.get('command line')?.every((text) => text.length > 20)).toBe(true)
    expect(seen.get('items')?.length).toBeGreaterThan(5)
  })

  it.each(Object.keys(secrets) as (keyof typeof secrets)[])('shows %s nowhere', (name) => {
    for (const [place, texts] of seen) {
      const leaks = texts.filter((text) => text.includes(secrets[name]))
      expect({ place, leaks }).toEqual({ place, leaks: [] })
    }
  })

  it('shows no secret of a token that was made, used and revoked', () => {
    const all = [...seen.values()].flat().join('\n')
    expect(realSecret).not.toBe('')
    expect(all).not.toContain(realSecret)
  })

  it('shows no signature of Slack', () => {
    expect(slackSignatures).toHaveLength(4)
    const all = [...seen.values()].flat().join('\n')
    expect(slackSignatures.filter((signature) => all.includes(signature.slice(3)))).toEqual([])
  })
})
