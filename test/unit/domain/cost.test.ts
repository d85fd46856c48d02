import { describe, expect, it } from 'vitest'
import { estimateCost } from '../../../shared/domain/cost.ts'
import { buildPlan } from '../../../shared/domain/plan.ts'
import {
  aCompareGate,
  aMetricGate,
  anAlarmsGate,
  aProbeGate,
  aRoute53HealthGate,
  aTargetHealthGate,
  aWebhookGate,
} from '../../support/gates.ts'

const router = [{ wave: 1, maxWeight: 999 }]
const orders = { namespace: 'Shop', metricName: 'Orders', dimensions: {}, stat: 'Sum', periodSeconds: 60 }
const expression = {
  expression: '(a + b) / c',
  queries: ['a', 'b', 'c'].map((id) => ({ id, namespace: 'Shop', metricName: id, dimensions: {}, stat: 'Sum' })),
  periodSeconds: 60,
}
const counters = {
  namespace: 'Shop',
  requests: 'Requests',
  bad: 'Failures',
  dimensions: { blue: { Slot: 'blue' }, green: { Slot: 'green' } },
  periodSeconds: 10,
} as const
const canary = buildPlan({ type: 'canary', percent: 10, intervalSeconds: 1800, bakeSeconds: 600 }, router)

describe('estimateCost', () => {
  it.each([
    ['a 30-minute canary', canary, 12],
    [
      'linear, 10 × 1 minute',
      buildPlan({ type: 'linear', percent: 10, intervalSeconds: 60, bakeSeconds: 60 }, router),
      44,
    ],
    [
      'a bake of a week, judged each hour',
      buildPlan({ type: 'blue-green', bakeSeconds: 604_800 }, router),
      8 + 3 * 168,
    ],
  ])('counts the transitions of %s', (_, plan, transitions) => {
    expect(estimateCost(plan, [], 1).stateTransitions).toBe(transitions)
  })

  it('adds up what Step Functions, functions and store, and metrics cost', () => {
    const cost = estimateCost(canary, [], 1)
    expect(cost).toMatchObject({ estimate: true, stepFunctionsUsd: 0.0003, metricsUsd: 0.0008 })
    expect(cost.totalUsd).toBeCloseTo(cost.stepFunctionsUsd + cost.computeAndStoreUsd + cost.metricsUsd, 5)
  })

  it('asks for three metrics a minute for each metric gate and route, and for none with alarms', () => {
    expect(estimateCost(canary, [aMetricGate()], 1).metricsUsd).toBe(0.002)
    expect(estimateCost(canary, [aMetricGate()], 2).metricsUsd).toBe(0.004)
    expect(estimateCost(canary, [anAlarmsGate()], 1).metricsUsd).toBe(0.0008)
  })

  it.each([
    ['a metric of its own', aMetricGate({ metric: orders }), 1, 1],
    ['an expression over three', aMetricGate({ metric: expression }), 3, 3],
    ['a comparison of errors', aCompareGate(), 6, 12],
    ['a comparison of slow requests', aCompareGate({ measure: 'slow', slowSeconds: 1 }), 4, 8],
    ['a comparison of counters', aCompareGate({ source: counters }), 4, 4],
  ])('asks for what %s needs, once or for each route', (_name, gate, one, two) => {
    const metricUsd = 0.0004
    const traffic = 2
    expect(estimateCost(canary, [gate], 1).metricsUsd).toBeCloseTo((traffic + one) * metricUsd, 6)
    expect(estimateCost(canary, [gate], 2).metricsUsd).toBeCloseTo((2 * traffic + two) * metricUsd, 6)
  })

  it('asks for nothing where a gate measures otherwise', () => {
    const gates = [aTargetHealthGate(), anAlarmsGate(), aProbeGate(), aWebhookGate()]
    expect(estimateCost(canary, gates, 1).metricsUsd).toBe(0.0008)
  })

  it('asks for one metric a minute for each Route 53 health check, however many routes there are', () => {
    expect(estimateCost(canary, [aRoute53HealthGate()], 1).metricsUsd).toBe(0.0016)
    expect(estimateCost(canary, [aRoute53HealthGate()], 2).metricsUsd).toBe(0.0024)
  })
})
