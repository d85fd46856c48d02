import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2'
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildShop, type Shop } from '../../local/demo/shop.ts'
import type { LocalRun } from '../../local/start.ts'
import { callApi, startQuietly, waitForDeployment } from '../support/local-mode.ts'
import { answering, type Receive, startWebhookReceiver } from '../support/webhook-receiver.ts'

const secret = 'correct horse battery staple'
const finalPhases = ['succeeded', 'rolled-back', 'aborted', 'rejected', 'rollback-failed']
type Json = Record<string, unknown>

describe('a webhook gate, through the front door', () => {
  let local: LocalRun
  let shop: Shop

  beforeAll(async () => {
    local = await startQuietly()
    const client = {
      ...{ endpoint: local.awsUrl, region: 'eu-west-1' },
      credentials: { accessKeyId: 'any', secretAccessKey: 'thing' },
    }
    const elb = new ElasticLoadBalancingV2Client(client)
    // Ports of its own, which no test beside this one takes.
    shop = await buildShop(elb, 8400)
    const ssm = new SSMClient(client)
    await ssm.send(new PutParameterCommand({ Name: '/sluice/judge', Value: secret, Type: 'SecureString' }))
    elb.destroy()
    ssm.destroy()
  })
  afterAll(async () => {
    await shop.close()
    await local.close()
  })

  /** Deploys to the side that does not serve, with a judge that answers so, to its end. */
  async function deploy(receive: Receive, gate: Json = {}) {
    const receiver = await startWebhookReceiver(secret, receive)
    const put = await callApi(local.apiUrl, 'PUT', '/v1/services/shop', {
      routes: [{ kind: 'alb', ruleArn: shop.ruleArn, ...shop.groups }],
      strategy: { type: 'canary', percent: 20, intervalSeconds: 90, bakeSeconds: 0 },
      gates: [
        {
          ...{ kind: 'webhook', name: 'judge', url: `${receiver.url}/{side}`, secretName: '/sluice/judge' },
          ...gate,
        },
      ],
    })
    expect([200, 201]).toContain(put.status)
    const started = await callApi(local.apiUrl, 'POST', '/v1/deployments', { service: 'shop', revision: 'v2' })
    expect(started.status).toBe(202)
    const id = String(started.body.id)
    const deployment = await waitForDeployment(local.apiUrl, id, ({ phase }) => finalPhases.includes(String(phase)))
    const report = (deployment.gates as Json[]).find(({ name }) => name === 'judge')
    const questions: Json[] = receiver.questions.map(({ body }) => JSON.parse(body))
    return { id, deployment, report, questions }
  }

  const weights = async () => {
    const { body } = await callApi(local.apiUrl, 'GET', '/v1/services/shop/traffic')
    return (body.routes as { weight: number }[])[0]?.weight
  }

  it('rolls back when its judge says fail, and the record says why', { timeout: 60_000 }, async () => {
    const failing = { verdict: 'fail', reason: 'orders fell', evidence: { n: 3 } }
    const { id, deployment, report } = await deploy(
      answering(({ moment }) => (moment === 'before' ? { verdict: 'pass' } : failing)),
    )
    expect(deployment).toMatchObject({ phase: 'rolled-back', weight: 0, cause: { type: 'gate', gate: 'judge' } })
    expect((deployment.cause as Json).reason).toContain('the judge says fail: orders fell')
    expect(report).toMatchObject({ verdict: 'fail', evidence: { answer: { evidence: { n: 3 } } } })
    const { body } = await callApi(local.apiUrl, 'GET', `/v1/deployments/${id}/events?limit=100`)
    const events = body.items as Json[]
    expect(events.filter(({ type }) => type === 'write').length).toBeGreaterThanOrEqual(2)
    expect(events.filter(({ gate }) => gate === 'judge').map(({ verdict }) => verdict)).toEqual(['pass', 'fail'])
    expect(JSON.stringify(body)).not.toContain(secret)
    expect(await weights()).toBe(0)
  })

  it('is an error while answers are unsigned, and then what onNoData says', { timeout: 60_000 }, async () => {
    const { deployment, report } = await deploy((_question, response) => void response.end('{"verdict":"pass"}'), {
      ...{ when: 'during', graceSeconds: 0, noDataLimit: 1 },
    })
    expect(deployment).toMatchObject({ phase: 'rolled-back', weight: 0, cause: { type: 'gate', gate: 'judge' } })
    expect(report).toMatchObject({
      verdict: 'error',
      reason: 'the answer is not signed: it has no X-Sluice-Signature',
    })
  })

  it('lets pass what its judge passes, asked before traffic and during each step', { timeout: 60_000 }, async () => {
    const { id, deployment, questions } = await deploy(answering(() => ({ verdict: 'pass', reason: 'all well' })))
    expect(deployment).toMatchObject({ phase: 'succeeded', weight: 100 })
    const about = { deployment: id, service: 'shop', gate: 'judge', stable: 'blue', canary: 'green' }
    expect(questions[0]).toEqual({
      ...{ ...about, step: 0, weight: 0, effectiveWeight: 0, moment: 'before' },
      at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
    })
    for (const question of questions) expect(question).toMatchObject(about)
    const during = questions.filter(({ moment }) => moment === 'during').map(({ step, weight }) => [step, weight])
    expect(during).toContainEqual([0, 20])
    expect(during).toContainEqual([1, 100])
  })
})
