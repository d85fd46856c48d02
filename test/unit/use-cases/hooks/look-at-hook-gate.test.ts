import { beforeEach, describe, expect, it } from 'vitest'
import { createMemoryCloud, type MemoryCloud } from '../../../../shared/adapters/memory/cloud.ts'
import { TransientError } from '../../../../shared/domain/errors.ts'
import type { HookGate } from '../../../../shared/domain/hook-gate.ts'
import type { ProbeRequest } from '../../../../shared/ports/prober.ts'
import type { WebhookRequest } from '../../../../shared/ports/webhook-judge.ts'
import { judgeHook } from '../../../../shared/use-cases/hooks/judge-hook.ts'
import { lookAtHookGate } from '../../../../shared/use-cases/hooks/look-at-hook-gate.ts'
import { webArns } from '../../../support/builders.ts'
import {
  aMetricGate,
  anAlarmsGate,
  aProbeGate,
  aRoute53HealthGate,
  aTargetHealthGate,
  aWebhookGate,
} from '../../../support/gates.ts'
import { aLeapingTime, type LeapingTime } from '../../../support/leaping-time.ts'

const url = 'https://test.example.com/health'

let time: LeapingTime
let cloud: MemoryCloud
beforeEach(() => {
  time = aLeapingTime()
  cloud = createMemoryCloud(time.clock)
})

async function run(gate: HookGate, budgetSeconds = 300) {
  const reads = { ...cloud, clock: time.clock, homeRegion: 'eu-west-1' }
  const watched = { gate, targetGroups: [webArns.blue, webArns.green], service: 'web' }
  const { passed, reason, looks } = await judgeHook(time, {
    ...{ deploymentId: 'd-1', budgetMs: budgetSeconds * 1000, pauseMs: 10_000 },
    look: (look) => lookAtHookGate(reads, watched, look),
  })
  return { passed, reason, looks, seconds: time.elapsedMs() / 1000 }
}

describe('a probe', () => {
  it('passes after two good answers in a row', async () => {
    const asked: ProbeRequest[] = []
    cloud.answerProbes((request) => {
      asked.push(request)
      return { kind: 'answer', status: asked.length === 2 ? 503 : 200, body: '', milliseconds: 3 }
    })
    const gate = aProbeGate({ url, headers: { 'x-smoke': '1' } })
    expect(await run(gate)).toEqual({ passed: true, reason: 'answered 200 in 3 ms', looks: 4, seconds: 30 })
    expect(asked).toEqual(Array(4).fill({ url, method: 'GET', headers: { 'x-smoke': '1' }, timeoutMs: 5000 }))
  })

  it('fails after three bad ones', async () => {
    cloud.answerProbes(() => ({ kind: 'no-answer', reason: 'connection refused', milliseconds: 1 }))
    const reason = '3 of 3 bad looks in a row: no answer: connection refused'
    expect(await run(aProbeGate({ url }))).toEqual({ passed: false, reason, looks: 3, seconds: 20 })
  })
})

describe('alarms', () => {
  it('pass at once where all are OK, and fail at once where one fires', async () => {
    cloud.alarms.setState('web-5xx', 'OK')
    expect(await run(anAlarmsGate())).toMatchObject({ passed: true, looks: 1 })
    cloud.alarms.setState('web-5xx', 'ALARM')
    expect(await run(anAlarmsGate())).toMatchObject({ passed: false, looks: 1 })
  })

  it('are asked for again while they have no data or cannot be read, until the time is up', async () => {
    cloud.alarms.setState('web-5xx', 'INSUFFICIENT_DATA')
    expect(await run(anAlarmsGate(), 30)).toMatchObject({ passed: false, looks: 3, seconds: 30 })
    cloud.inject({
      before: () => {
        throw new TransientError('throttled')
      },
    })
    const { passed, reason } = await run(anAlarmsGate(), 30)
    expect({ passed, reason }).toEqual({
      passed: false,
      reason: 'did not pass within 30 s; last error: alarms could not be read: throttled',
    })
  })
})

describe("a metric of one's own", () => {
  const metric = { namespace: 'Shop', metricName: 'Failures', dimensions: {}, stat: 'Sum', periodSeconds: 60 }
  const gate = (): HookGate => ({ ...aMetricGate({ max: 5, failures: 1 }), metric })

  it.each([
    { value: 1, passed: true },
    { value: 9, passed: false },
  ])('is judged by the first whole minute of the hook: $value', async ({ value, passed }) => {
    cloud.metrics.put(metric, Date.UTC(2026, 0, 1, 0, 0, 30), value)
    // The minute is complete two minutes after its end.
    expect(await run(gate())).toMatchObject({ passed, seconds: 180 })
  })
})

it('Route 53 health checks pass by the minutes of the hook', async () => {
  cloud.healthChecks.setState('check-a', 'healthy')
  cloud.healthChecks.setState('check-b', 'healthy')
  expect(await run(aRoute53HealthGate())).toMatchObject({ passed: true })
})

describe('targets', () => {
  beforeEach(() => {
    cloud.setGroup(webArns.blue)
    cloud.setGroup(webArns.green)
    cloud.routing.set(webArns.rule, { weights: { [webArns.blue]: 100, [webArns.green]: 0 } })
  })

  it('pass where those of both groups are healthy, twice in a row', async () => {
    expect(await run(aTargetHealthGate())).toMatchObject({ passed: true, looks: 2 })
  })

  it.each(['blue', 'green'] as const)('do not where one of %s is not, whichever is new', async (slot) => {
    cloud.setGroup(webArns[slot], { total: 2, healthy: 1, reasons: ['10.0.0.1:80 unhealthy Target.Timeout'] })
    expect(await run(aTargetHealthGate(), 60)).toMatchObject({
      passed: false,
      reason: expect.stringMatching(
        /has 1 of 2 targets healthy and needs 2; 10\.0\.0\.1:80 unhealthy Target\.Timeout$/,
      ),
    })
  })
})

it('a webhook is asked in the words of CodeDeploy', async () => {
  const asked: WebhookRequest[] = []
  cloud.answerWebhooks((request) => {
    asked.push(request)
    return { status: 'answered', verdict: 'fail', reason: 'no', evidence: null, note: null, milliseconds: 1 }
  })
  expect(await run(aWebhookGate({ url }))).toMatchObject({ passed: false, looks: 1 })
  expect(asked).toEqual([
    {
      ...{ url, secret: 'secret of /sluice/judge', timeoutMs: 10_000 },
      question: {
        ...{ deployment: 'd-1', service: 'web', gate: 'judge', stable: 'blue', canary: 'green', moment: 'before' },
        ...{ step: 0, weight: 0, effectiveWeight: 0, at: '2026-01-01T00:00:00.000Z' },
      },
    },
  ])
})
