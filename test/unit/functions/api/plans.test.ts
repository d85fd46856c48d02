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

  it('is 404 without the service and 422 for the slot that serves', async () => {
    expect((await api.call('POST', '/v1/plans', { body: { service: 'web' } })).status).toBe(404)
    await register()
    expect((await api.call('POST', '/v1/plans', { body: { service: 'web', to: 'blue' } })).status).toBe(422)
  })
})
