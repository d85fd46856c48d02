import { beforeEach, describe, expect, it } from 'vitest'
import { createManualClock } from '../../../../local/clock.ts'
import { createMemoryCloud, type MemoryCloud } from '../../../../shared/adapters/memory/cloud.ts'
import { NotFoundError, UpstreamError } from '../../../../shared/domain/errors.ts'
import type { WebhookQuestion } from '../../../../shared/ports/webhook-judge.ts'
import { describeAlarmSource } from '../../../contract/alarm-source.ts'
import { describeHealthCheckSource } from '../../../contract/health-check-source.ts'
import { describeMetricsSource } from '../../../contract/metrics-source.ts'
import { describeTargetHealth } from '../../../contract/target-health.ts'
import { describeTrafficRouter } from '../../../contract/traffic-router.ts'
import { aForward, albArns } from '../../../support/alb.ts'
import { anAlbRoute } from '../../../support/builders.ts'

const { rule, testRule, otherRule, blue, green, other } = albArns

/** Blue gets everything, by the rule and by the test rule; green and another group are there. */
function aCloud(clock = createManualClock()): MemoryCloud {
  const cloud = createMemoryCloud(clock)
  for (const arn of [blue, green, other]) cloud.setGroup(arn)
  cloud.routing.set(rule, { weights: { [blue]: 1 } })
  cloud.routing.set(testRule, { weights: { [blue]: 1 } })
  return cloud
}

describeTrafficRouter('the memory cloud', async () => {
  const cloud = aCloud()
  return {
    ...cloud,
    route: anAlbRoute(),
    test: { ruleArn: testRule },
    missing: anAlbRoute({ ruleArn: otherRule }),
    other,
    async change(resource, weights, stickySeconds) {
      cloud.routing.set(resource, { weights, ...(stickySeconds === undefined ? {} : { stickySeconds }) })
    },
  }
})

describeTargetHealth('the memory cloud', async () => {
  const cloud = aCloud()
  return {
    health: cloud.targetHealth,
    group: blue,
    missing: `${other}0`,
    unused: green,
    async setTargets({ healthy, unhealthy }) {
      cloud.setGroup(blue, { total: healthy + unhealthy, healthy })
    },
  }
})

describeMetricsSource('the memory cloud', async () => {
  const clock = createManualClock()
  const { metrics } = createMemoryCloud(clock)
  return {
    metrics,
    clock,
    record: metrics.setMinute,
    recordCalls: (version, atMs, minute) =>
      metrics.setMinute(version === null ? 'checkout:live' : `checkout:live version ${version}`, atMs, minute),
    put: async (metric, atMs, value) => metrics.put(metric, atMs, value),
    define: metrics.define,
  }
})

describeAlarmSource('the memory cloud', async () => {
  const clock = createManualClock()
  const { alarms } = createMemoryCloud(clock)
  alarms.setState('web-5xx', 'OK', { spanSeconds: 120 })
  return { alarms, clock, setState: async (state) => alarms.setState('web-5xx', state) }
})

describeHealthCheckSource('the memory cloud', async () => {
  const clock = createManualClock()
  const { healthChecks } = createMemoryCloud(clock)
  return { healthChecks, clock, report: healthChecks.report }
})

describe('the memory cloud', () => {
  let cloud: MemoryCloud
  beforeEach(() => {
    cloud = aCloud()
  })

  it('logs our writes, not what somebody else does', async () => {
    const router = cloud.routerFor(anAlbRoute())
    const seen = await router.read()
    await router.write(seen, router.target(seen, { canary: 'green', percent: 10, keepIdle: true }))
    cloud.routing.set(rule, { weights: { [blue]: 1 } })
    expect(cloud.routing.writes).toEqual([
      { resource: rule, before: { [blue]: 100 }, after: { [blue]: 90, [green]: 10 } },
    ])
    expect(cloud.weightsOf(rule)).toEqual({ [blue]: 100 })
  })

  it.each([
    ['a weight above 999', { [blue]: 1000, [green]: 0 }],
    ['a weight below 0', { [blue]: 1, [green]: -1 }],
    ['half a weight', { [blue]: 1, [green]: 0.5 }],
    ['all weights 0', { [blue]: 0, [green]: 0 }],
  ])('refuses %s', (_name, weights) => {
    expect(() => cloud.routing.write(rule, [aForward(weights)])).toThrow(UpstreamError)
  })

  it('refuses a group that does not exist, and one of another load balancer', () => {
    expect(() => cloud.routing.write(rule, [aForward({ [`${other}0`]: 1 })])).toThrow(NotFoundError)
    cloud.routing.set(otherRule.replace('app/shop', 'app/else'), { weights: { [other]: 1 } })
    expect(() => cloud.routing.write(rule, [aForward({ [blue]: 1, [other]: 1 })])).toThrow(UpstreamError)
  })

  it('fails before a call without effect, and after it with the answer lost', async () => {
    const router = cloud.routerFor(anAlbRoute())
    const seen = await router.read()
    const target = router.target(seen, { canary: 'green', percent: 10, keepIdle: true })
    const fail = ({ action }: { readonly action: string }) => {
      if (action === 'router.write') throw new Error('lost')
    }
    cloud.inject({ before: fail })
    await expect(router.write(seen, target)).rejects.toThrow('lost')
    expect(cloud.routing.writes).toHaveLength(0)
    cloud.inject({ after: fail })
    await expect(router.write(seen, target)).rejects.toThrow('lost')
    expect(cloud.routing.writes).toHaveLength(1)
    cloud.inject({})
    expect((await router.read()).weights).toEqual({ blue: 90, green: 10 })
  })

  it('turns a failing metrics call into an error reading', async () => {
    cloud.metrics.fail('throttled')
    const group = { targetGroupArn: green, loadBalancerArn: albArns.loadBalancer }
    const reading = await cloud.metrics.read({ metric: 'requests', sides: [group], fromMs: 0, toMs: 1 })
    expect(reading).toMatchObject({ status: 'error', reason: 'throttled' })
    const counted = {
      source: 'router',
      measure: { type: 'errors' },
      routes: [{ stable: group, canary: group }],
    } as const
    const counts = await cloud.metrics.counts({ ...counted, fromMs: 0, toMs: 1 })
    expect(counts).toMatchObject({ status: 'error', reason: 'throttled' })
  })

  it('refuses an expression that nobody defined', async () => {
    const clock = createManualClock()
    const { metrics } = aCloud(clock)
    const metric = { expression: 'nonsense', queries: [], periodSeconds: 10 }
    const fromMs = clock.now()
    await clock.advance(600_000)
    const reading = await metrics.series({ metric, region: 'eu-west-1', fromMs, toMs: clock.now() })
    expect(reading).toMatchObject({ status: 'error', reason: expect.stringContaining('nonsense') })
  })

  it('has no count over a limit where it is told that there is no distribution', async () => {
    const clock = createManualClock()
    const { metrics } = aCloud(clock)
    const fromMs = clock.now()
    metrics.setMinute(green, fromMs, { requests: 10, slow: null })
    await clock.advance(60_000)
    const side = (targetGroupArn: string) => ({ targetGroupArn, loadBalancerArn: albArns.loadBalancer })
    const routes = [{ stable: side(blue), canary: side(green) }]
    const measure = { type: 'slow', seconds: 1 } as const
    const reading = await metrics.counts({ source: 'router', measure, routes, fromMs, toMs: clock.now() })
    const strata = [{ stable: { requests: null, bad: null }, canary: { requests: 10, bad: null } }]
    expect(reading).toMatchObject({ windows: [{ strata }] })
  })

  it('tells what a route names', async () => {
    cloud.routing.set(otherRule, { weights: { [green]: 1 } })
    const facts = await cloud.inspector.inspect({ ...anAlbRoute(), test: { ruleArn: testRule } })
    expect(facts).toMatchObject({
      loadBalancerArn: albArns.loadBalancer,
      groups: { blue: { sharedWith: [] }, green: { sharedWith: [otherRule] } },
      test: { exists: true, loadBalancerArn: albArns.loadBalancer },
      otherWeightedGroups: [],
    })
    const nowhere = await cloud.inspector.inspect(anAlbRoute({ ruleArn: `${otherRule}0` }))
    expect(nowhere).toMatchObject({ loadBalancerArn: null, state: null, test: null })
  })

  it('has a health check in a state until it changes, worst first within a minute', async () => {
    const clock = createManualClock()
    const { healthChecks } = aCloud(clock)
    const state = async () => (await healthChecks.read(['check-a']))[0]?.state
    healthChecks.setState('check-a', 'healthy')
    await clock.advance(60_000)
    expect(await state()).toBe('healthy')
    await clock.advance(30_000)
    healthChecks.setState('check-a', 'unhealthy')
    await clock.advance(15_000)
    healthChecks.setState('check-a', 'healthy')
    await clock.advance(15_000)
    expect(await state()).toBe('unhealthy')
    await clock.advance(60_000)
    expect(await state()).toBe('healthy')
    healthChecks.setState('check-a', null)
    await clock.advance(360_000)
    expect(await state()).toBe('no-data')
  })

  it('answers webhooks as told, and has every secret but those taken away', async () => {
    const question: WebhookQuestion = {
      ...{ deployment: 'dep_1', service: 'web', gate: 'judge', stable: 'blue', canary: 'green', step: 0 },
      ...{ weight: 10, effectiveWeight: 10, at: '2026-01-01T00:00:00.000Z', moment: 'during' },
    }
    const request = { url: 'http://judge.example/', secret: 's', question, timeoutMs: 1000 }
    expect(await cloud.webhookJudge.ask(request)).toMatchObject({ status: 'answered', verdict: 'pass' })
    cloud.answerWebhooks(({ url }) => ({ status: 'error', reason: url }))
    expect(await cloud.webhookJudge.ask(request)).toEqual({ status: 'error', reason: request.url })
    expect(await cloud.secrets.read('/a')).toBe('secret of /a')
    cloud.setSecret('/a', 'hunter2')
    expect(await cloud.secrets.read('/a')).toBe('hunter2')
    cloud.setSecret('/a', null)
    await expect(cloud.secrets.read('/a')).rejects.toThrow(NotFoundError)
  })

  it('answers probes as told', async () => {
    const request = { url: 'http://green.example/', method: 'GET', headers: {}, timeoutMs: 1000 }
    expect(await cloud.prober.probe(request)).toMatchObject({ kind: 'answer', status: 200 })
    cloud.answerProbes(({ url }) => ({ kind: 'no-answer', reason: url, milliseconds: 2 }))
    expect(await cloud.prober.probe(request)).toEqual({ kind: 'no-answer', reason: request.url, milliseconds: 2 })
  })
})
