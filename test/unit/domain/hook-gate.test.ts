import { describe, expect, it } from 'vitest'
import type { CloudWatchMetric, Gate } from '../../../shared/domain/gates/gate.ts'
import { hookGateProblems, isHookGate } from '../../../shared/domain/hook-gate.ts'
import {
  aCompareGate,
  aMetricGate,
  anAlarmsGate,
  aProbeGate,
  aRoute53HealthGate,
  aTargetHealthGate,
  aWebhookGate,
} from '../../support/gates.ts'

const metric = (side: string): CloudWatchMetric => ({
  ...{ namespace: 'Shop', metricName: 'Failures', stat: 'Sum', periodSeconds: 60, dimensions: { version: side } },
})
const expression = (side: string) => ({
  ...{ expression: 'a / 2', periodSeconds: 60, queries: [{ id: 'a', ...metric(side) }] },
})
const url = 'https://test.example.com/health'

describe('a hook can judge', () => {
  it.each<Gate>([
    aProbeGate({ url }),
    aWebhookGate({ url }),
    anAlarmsGate(),
    aRoute53HealthGate(),
    aTargetHealthGate(),
    aMetricGate({ metric: metric('new') }),
    aMetricGate({ metric: expression('new') }),
  ])('$kind', (gate) => {
    expect(hookGateProblems(gate, ['arn:a', 'arn:b'])).toEqual([])
    expect(isHookGate(gate)).toBe(true)
  })
})

describe('a hook cannot judge', () => {
  const side = 'must not have {side}: a hook does not know the slots; name what leads to the new version'
  it.each<{ so: string; gate: Gate; path: string; message: string }>([
    {
      ...{ so: 'a comparison', gate: aCompareGate(), path: 'kind' },
      message: 'must not be "compare": a hook has no traffic of both sides to compare',
    },
    {
      ...{ so: "the load balancer's metric of a side", gate: aMetricGate(), path: 'metric' },
      message: 'must be a metric of your own: a hook does not know which target group gets the new version',
    },
    { so: 'a metric of a side', gate: aMetricGate({ metric: metric('{side}') }), path: 'metric', message: side },
    {
      so: 'an expression of a side',
      gate: aMetricGate({ metric: expression('{side}') }),
      path: 'metric',
      message: side,
    },
    { so: 'a probe of a side', gate: aProbeGate(), path: 'url', message: side },
    { so: 'a webhook of a side', gate: aWebhookGate(), path: 'url', message: side },
    {
      ...{ so: 'targets of no group', gate: aTargetHealthGate(), path: 'kind' },
      message: 'needs the target groups of the deployment group',
    },
  ])('$so', ({ gate, path, message }) => {
    expect(hookGateProblems(gate, [])).toEqual([{ path, message }])
  })

  it.each([aCompareGate(), aMetricGate()])('$kind, by its type', (gate) => {
    expect(isHookGate(gate)).toBe(false)
  })
})
