import { beforeEach, describe, expect, it } from 'vitest'
import { answers } from '../../../../functions/api/schemas/answers.ts'
import { webArns } from '../../../support/builders.ts'
import { aServiceBody, createMemoryApi, readAs } from '../../../support/memory-api.ts'

let api: ReturnType<typeof createMemoryApi>
beforeEach(() => {
  api = createMemoryApi()
})

const testRule = `${webArns.rule.slice(0, -1)}c`
const route = { kind: 'alb', ruleArn: webArns.rule, blue: webArns.blue, green: webArns.green }

const register = (part = {}) => api.call('PUT', '/v1/services/web', { body: aServiceBody(part) })
const plan = async (body = {}) =>
  readAs(answers.deploymentPlan, await api.call('POST', '/v1/plans', { body: { service: 'web', ...body } }))

const rule = webArns.rule
const detached = { blue: 100, green: 0 }

describe('POST /v1/plans', () => {
  it('lists every write with its weights, and writes nothing', async () => {
    await register()
    const { writes, steps, minimumSeconds, exposurePercentMinutes } = await plan()
    expect(writes).toEqual([
      { step: null, action: 'attach', resource: rule, before: detached, after: { blue: 100, green: 0 } },
      { step: 0, action: 'shift', resource: rule, before: { blue: 100, green: 0 }, after: { blue: 90, green: 10 } },
      { step: 1, action: 'shift', resource: rule, before: { blue: 90, green: 10 }, after: { blue: 0, green: 100 } },
    ])
    expect({ steps: steps.length, minimumSeconds, exposurePercentMinutes }).toEqual({
      steps: 2,
      minimumSeconds: 2400,
      exposurePercentMinutes: 300,
    })
    expect(api.cloud.routing.writes).toEqual([])
    expect(await api.deps.deployments.pointer('web')).toBeNull()
  })

  it('points the test rule at the canary and puts it back before the first shift', async () => {
    api.cloud.routing.set(testRule, { weights: { [webArns.blue]: 100 } })
    await register({ routes: [{ ...route, test: { ruleArn: testRule } }] })
    const { writes } = await plan()
    expect(writes.map(({ action, resource }) => [action, resource])).toEqual([
      ['attach', rule],
      ['point-test', testRule],
      ['restore-test', testRule],
      ['shift', rule],
      ['shift', rule],
    ])
    expect(writes[1]).toMatchObject({ before: null, after: { blue: 0, green: 100 } })
  })

  it('takes the idle side out where stickiness would hold on to it', async () => {
    api.cloud.routing.set(rule, { weights: { [webArns.blue]: 0, [webArns.green]: 100 }, stickySeconds: 60 })
    await register({ strategy: { type: 'blue-green' } })
    const { writes } = await plan()
    expect(writes).toEqual([
      { step: 0, action: 'shift', resource: rule, before: { blue: 0, green: 100 }, after: { blue: 100, green: 0 } },
      { step: null, action: 'detach', resource: rule, before: { blue: 100, green: 0 }, after: { blue: 100, green: 0 } },
    ])
  })

  it('moves every route of a step before the next step', async () => {
    const second = `${webArns.rule.slice(0, -1)}d`
    api.cloud.routing.set(second, { weights: { [webArns.blue]: 100, [webArns.green]: 0 } })
    api.cloud.routing.set(rule, { weights: { [webArns.blue]: 100, [webArns.green]: 0 } })
    await register({ routes: [route, { ...route, ruleArn: second }] })
    const { writes } = await plan()
    expect(writes.map(({ step, resource }) => [step, resource])).toEqual([
      [0, rule],
      [0, second],
      [1, rule],
      [1, second],
    ])
  })

  it('takes the strategy of the request, and shows what the routers can do for it', async () => {
    await register()
    const { steps } = await plan({ strategy: { type: 'linear', percent: 33.3, intervalSeconds: 60, bakeSeconds: 0 } })
    expect(steps.map(({ weight }) => weight)).toEqual([33.3, 66.6, 99.9, 100])
    expect(steps.map(({ effectiveWeight }) => effectiveWeight)).toEqual([33.3, 66.6, 99.9, 100])
  })

  it('counts the transitions of the state machine', async () => {
    await register()
    const canary = await plan()
    expect(canary.cost).toMatchObject({
      estimate: true,
      stateTransitions: 12,
      stepFunctionsUsd: 0.0003,
      metricsUsd: 0.0008,
    })
    const linear = await plan({ strategy: { type: 'linear', percent: 10, intervalSeconds: 60, bakeSeconds: 60 } })
    expect(linear.cost.stateTransitions).toBe(44)
    const { cost } = await plan({ gates: [{ kind: 'metric', metric: 'error-rate', max: 0.01 }] })
    expect(cost.metricsUsd).toBe(0.002)
    expect(cost.totalUsd).toBeCloseTo(cost.stepFunctionsUsd + cost.computeAndStoreUsd + cost.metricsUsd, 5)
  })

  it('brings the findings, a rule that is gone and an open deployment among them', async () => {
    await register()
    await api.deps.deployments.takePointer('web', 'dep_open')
    expect((await plan()).findings.map(({ id }) => id)).toContain('deployment-open')
    api.cloud.routing.remove(rule)
    const { findings, writes } = await plan()
    expect(findings.map(({ id }) => id)).toContain('writes-unknown')
    expect(writes).toEqual([])
  })

  const compare = { kind: 'compare', name: 'errors' }
  const slow = { kind: 'compare', name: 'slow', measure: 'slow', slowSeconds: 0.5 }

  it('says what each compare gate would detect with the traffic that is given', async () => {
    await register({ gates: [compare, slow] })
    const traffic = { requestsPerMinute: 1000, errorRate: 0.001, slowRate: 0.05 }
    const { detection, findings } = await plan({ traffic })
    expect(detection.map(({ steps: _, ...gate }) => gate)).toEqual([
      {
        gate: 'errors',
        measure: 'errors',
        requestsPerMinute: 1000,
        baselineRate: 0.001,
        source: 'given',
        baselineSource: 'given',
      },
      {
        gate: 'slow',
        measure: 'slow',
        requestsPerMinute: 1000,
        baselineRate: 0.05,
        source: 'given',
        baselineSource: 'given',
      },
    ])
    const [errors, slowOnes] = detection
    expect(errors?.steps.map(({ step, weight }) => [step, weight])).toEqual([
      [0, 10],
      [1, 100],
    ])
    expect(errors?.steps[0]?.ratio).toBeGreaterThan(4)
    expect(errors?.steps[0]?.ratio).toBeLessThan(8)
    expect(errors?.steps[0]?.seconds).toBeLessThanOrEqual(1800)
    expect(slowOnes?.steps[0]?.ratio).toBeLessThan(2)
    expect(findings.map(({ id }) => id).filter((id) => id.startsWith('detects-nothing'))).toEqual([])
  })

  it('warns of steps in which a compare gate would detect nothing', async () => {
    await register({ gates: [compare] })
    const traffic = { requestsPerMinute: 20, errorRate: 0.001 }
    const steps = [
      { weight: 1, bakeSeconds: 600 },
      { weight: 50, bakeSeconds: 60 },
      { weight: 100, bakeSeconds: 0 },
    ]
    const { detection, findings } = await plan({ traffic, strategy: { type: 'steps', steps } })
    const nothing = { ratio: null, rate: null, seconds: null, failedRequests: null }
    expect(detection[0]?.steps.map(({ reason: _, ...step }) => step)).toEqual([
      { step: 0, weight: 1, ...nothing },
      { step: 1, weight: 50, ...nothing },
      { step: 2, weight: 100, ...nothing },
    ])
    expect(findings.filter(({ id }) => id.startsWith('detects-nothing')).map(({ id, detail }) => [id, detail])).toEqual(
      detection[0]?.steps.map(({ step, reason }) => [
        `detects-nothing:errors:${step}`,
        `gate errors, step ${step}: ${reason}`,
      ]),
    )
  })

  it('says so where the traffic is not known', async () => {
    await register({ gates: [compare] })
    const { detection } = await plan()
    expect(detection).toEqual([
      {
        gate: 'errors',
        measure: 'errors',
        requestsPerMinute: null,
        baselineRate: null,
        source: null,
        baselineSource: null,
        steps: [],
        reason: 'memory has no requests of stable in the last 60 minutes',
      },
    ])
  })

  it.each([
    ['requestsPerMinute', { errorRate: 0.001 }],
    ['requestsPerMinute', { requestsPerMinute: 0 }],
    ['errorRate', { requestsPerMinute: 10, errorRate: 1 }],
    ['slowRate', { requestsPerMinute: 10, slowRate: -0.1 }],
    ['errors', { requestsPerMinute: 10, errors: 1 }],
  ])('refuses traffic with a wrong %s', async (field, traffic) => {
    await register()
    const response = await api.call('POST', '/v1/plans', { body: { service: 'web', traffic } })
    expect(response.status).toBe(422)
    expect(await response.json()).toMatchObject({ errors: [{ path: `traffic.${field}` }] })
  })

  it('takes traffic for a plan only', async () => {
    await register()
    const body = { service: 'web', traffic: { requestsPerMinute: 10 } }
    const response = await api.call('POST', '/v1/deployments', { body, headers: { 'Idempotency-Key': 'one' } })
    expect(response.status).toBe(422)
    expect(await response.json()).toMatchObject({ errors: [{ path: 'traffic' }] })
  })

  it('is 404 without the service and 422 for the slot that serves', async () => {
    expect((await api.call('POST', '/v1/plans', { body: { service: 'web' } })).status).toBe(404)
    await register()
    expect((await api.call('POST', '/v1/plans', { body: { service: 'web', to: 'blue' } })).status).toBe(422)
  })
})
