import { beforeEach, describe, expect, it } from 'vitest'
import { createManualClock } from '../../../local/clock.ts'
import { createMemoryCloud, type MemoryCloud } from '../../../shared/adapters/memory/cloud.ts'
import { createMemoryLeases } from '../../../shared/adapters/memory/leases.ts'
import { createMemoryLine } from '../../../shared/adapters/memory/line.ts'
import { InvariantError, TransientError, UpstreamError } from '../../../shared/domain/errors.ts'
import { buildPlan } from '../../../shared/domain/plan.ts'
import type { Leases } from '../../../shared/ports/lease.ts'
import type { Line } from '../../../shared/ports/line.ts'
import { type PreflightInput, preflight } from '../../../shared/use-cases/preflight.ts'
import { anAlbRoute, webArns } from '../../support/builders.ts'
import { aCompareGate, aMetricGate, anAlarmsGate, aRoute53HealthGate } from '../../support/gates.ts'

const now = Date.UTC(2026, 0, 1, 12, 0, 0)
const aliases = 'warning not-looked-at:alias-evaluates-health'

let cloud: MemoryCloud
let leases: Leases
let line: Line

beforeEach(() => {
  const clock = createManualClock(now)
  cloud = createMemoryCloud(clock)
  leases = createMemoryLeases({ realNow: clock.now })
  line = createMemoryLine()
  cloud.setGroup(webArns.blue)
  cloud.setGroup(webArns.green)
  cloud.routing.set(webArns.rule, { weights: { [webArns.blue]: 100, [webArns.green]: 0 } })
})

function input(overrides: Partial<PreflightInput> = {}): PreflightInput {
  return {
    routes: [anAlbRoute()],
    gates: [],
    plan: buildPlan({ type: 'canary', percent: 10, intervalSeconds: 1800, bakeSeconds: 600 }),
    stable: 'blue',
    canary: 'green',
    at: 'deployment',
    ...overrides,
  }
}

const run = (overrides: Partial<PreflightInput> = {}) =>
  preflight(
    {
      ...cloud,
      leases,
      line,
      homeRegion: 'eu-west-1',
      clock: { now: () => now, realNow: () => now, sleep: async () => {} },
    },
    input(overrides),
  )

async function found(overrides: Partial<PreflightInput> = {}) {
  return (await run(overrides)).findings.map(({ severity, id }) => `${severity} ${id}`)
}

/** Fails every call of one action with `error`. */
function failing(action: string, error: Error, subject?: string) {
  cloud.inject({
    before(call) {
      if (call.action === action && (subject === undefined || call.subject === subject)) throw error
    },
  })
}

describe('preflight', () => {
  it('finds nothing but what nobody could look at, and shows the live routing', async () => {
    const answer = await run()
    expect(answer.findings.map(({ id }) => id)).toEqual(['not-looked-at:alias-evaluates-health'])
    expect(answer.problems).toEqual([])
    expect(answer.states.map((state) => state?.weights)).toEqual([{ blue: 100, green: 0 }])
  })

  describe('while nothing may start', () => {
    const stop = {
      reason: 'incident 7',
      by: { kind: 'token', name: 'on-call' },
      at: '2026-01-01T11:00:00.000Z',
    } as const
    const freeze = [
      { cron: '0 11 * * *', durationSeconds: 7200, timeZone: 'UTC', reason: 'sale' },
      { cron: '0 18 * * *', durationSeconds: 7200, timeZone: 'UTC' },
    ]

    it('finds the stopped line and the window that is open, as errors', async () => {
      await line.stop(stop)
      expect(await found({ freeze })).toEqual(['error stopped', 'error freeze', aliases])
      expect((await run({ freeze })).findings.slice(0, 2).map(({ detail }) => detail)).toEqual([
        'on-call stopped the line at 2026-01-01T11:00:00.000Z: incident 7',
        'the freeze window "0 11 * * *" (UTC) is open until 2026-01-01T13:00:00.000Z: sale',
      ])
    })

    it('finds nothing of windows that are closed', async () => {
      expect(await found({ freeze: freeze.slice(1) })).toEqual([aliases])
    })

    it('stores a service all the same', async () => {
      await line.stop(stop)
      expect(await found({ freeze, at: 'put', stable: null, canary: null })).toEqual([aliases])
    })

    it('does not take a line that cannot be read for one that runs', async () => {
      line.read = async () => {
        throw new TransientError('throttled')
      }
      await expect(run()).rejects.toThrow(TransientError)
    })
  })

  it('changes nothing', async () => {
    await run()
    expect(cloud.routing.writes).toEqual([])
    expect(await leases.peek(webArns.rule)).toBeNull()
  })

  it('looks at both sides, the alarms and the metrics of stable', async () => {
    cloud.setGroup(webArns.green, { total: 1 })
    cloud.alarms.setState('web-5xx', 'ALARM')
    const gates = [anAlarmsGate({ alarmNames: ['web-5xx', 'web-p99'] }), aMetricGate()]
    expect(await found({ gates })).toEqual([
      'error capacity-too-small',
      'error alarm-firing:web-5xx',
      'error alarm-missing:web-p99',
      'warning metric-empty:errors',
      aliases,
    ])
    cloud.metrics.setMinute(webArns.blue, now - 10 * 60_000, { requests: 5 })
    expect(await found({ gates: [aMetricGate()] })).toEqual(['error capacity-too-small', aliases])
  })

  it('reads the metrics of a group once, though two routes share it', async () => {
    const asked: string[] = []
    cloud.inject({ before: (call) => void (call.action === 'metrics.read' && asked.push(call.subject)) })
    const second = `${webArns.rule}2`
    cloud.routing.set(second, { weights: { [webArns.blue]: 1, [webArns.green]: 0 } })
    await run({ routes: [anAlbRoute(), anAlbRoute({ ruleArn: second })], gates: [aMetricGate()] })
    expect(asked).toEqual([webArns.blue])
  })

  it("looks for a service's own metric where stable publishes it", async () => {
    const metric = { namespace: 'Shop', metricName: 'Orders', dimensions: { Slot: '{side}' }, stat: 'Sum' }
    const orders = aMetricGate({ name: 'orders', metric: { ...metric, periodSeconds: 120 } })
    const put = (slot: string) => cloud.metrics.put({ ...metric, dimensions: { Slot: slot } }, now - 15 * 60_000, 5)
    put('green')
    expect(await found({ gates: [orders] })).toEqual(['warning metric-empty:orders', aliases])
    put('blue')
    expect(await found({ gates: [orders] })).toEqual([aliases])
  })

  it('looks back two periods of a metric with long ones', async () => {
    const metric = { namespace: 'Shop', metricName: 'Orders', dimensions: {}, stat: 'Sum', periodSeconds: 3600 }
    cloud.metrics.put(metric, now - 100 * 60_000, 5)
    expect(await found({ gates: [aMetricGate({ name: 'orders', metric })] })).toEqual([
      'warning bake-shorter-than-data:orders',
      aliases,
    ])
  })

  it('passes on why an expression is refused', async () => {
    const queries = [{ id: 'm1', namespace: 'Shop', metricName: 'Orders', dimensions: {}, stat: 'Sum' }]
    const share = aMetricGate({ name: 'share', metric: { expression: 'm1 +', queries, periodSeconds: 60 } })
    const { findings } = await run({ gates: [share] })
    expect(findings.map(({ id }) => id)).toEqual(['not-looked-at:metric:share', 'not-looked-at:alias-evaluates-health'])
    expect(findings[0]?.detail).toContain('nobody defined the expression m1 +')
  })

  it('looks for what a comparison needs of stable', async () => {
    const slow = aCompareGate({ measure: 'slow', slowSeconds: 0.5 })
    expect(await found({ gates: [slow] })).toEqual(['warning metric-empty:compare', aliases])
    cloud.metrics.setMinute(webArns.blue, now - 10 * 60_000, { requests: 5, slow: null })
    expect(await found({ gates: [slow] })).toEqual(['warning metric-empty:compare', aliases])
    expect(await found({ gates: [aCompareGate()] })).toEqual([aliases])
    cloud.metrics.setMinute(webArns.blue, now - 9 * 60_000, { requests: 5, slow: 0 })
    expect(await found({ gates: [slow] })).toEqual([aliases])
  })

  it('looks for the counters of stable, not of the canary', async () => {
    const counter = { namespace: 'Shop', requests: 'Requests', bad: 'Failures', periodSeconds: 10 } as const
    const dimensions = { blue: { Slot: 'blue' }, green: { Slot: 'green' } }
    const gate = aCompareGate({ source: { ...counter, dimensions } })
    cloud.metrics.put({ namespace: 'Shop', metricName: 'Requests', dimensions: dimensions.green }, now - 60_000, 5)
    expect(await found({ gates: [gate] })).toEqual(['warning metric-empty:compare', aliases])
    cloud.metrics.put({ namespace: 'Shop', metricName: 'Requests', dimensions: dimensions.blue }, now - 60_000, 5)
    expect(await found({ gates: [gate] })).toEqual([aliases])
  })

  it('looks for the status of each health check', async () => {
    cloud.healthChecks.report('check-a', now - 120_000, 'unhealthy')
    cloud.healthChecks.report('check-b', now - 120_000, 'healthy')
    expect(await found({ gates: [aRoute53HealthGate()] })).toEqual([aliases])
    const gates = [aRoute53HealthGate({ healthCheckIds: ['check-a', 'mistyped', 'check-b'] })]
    expect((await run({ gates })).findings.find(({ id }) => id === 'metric-empty:checks')?.detail).toMatch(
      /^no status in the last minutes of mistyped: /,
    )
  })

  it('takes weights for foreign unless we wrote them, or were about to', async () => {
    const split = { weights: { [webArns.blue]: 70, [webArns.green]: 30 } }
    cloud.routing.set(webArns.rule, split)
    const { findings, states } = await run()
    expect(findings.map(({ id }) => id)).toContain('weights-foreign')
    const lease = await leases.take(webArns.rule, 'someone', 20_000)
    if (!lease || !states[0]) throw new Error('the lease is free and the rule has a state')
    await leases.intend(lease, states[0])
    expect(await found()).toEqual([aliases])
    await leases.confirm(lease, states[0])
    expect(await found()).toEqual([aliases])
  })

  it('takes the serving slot for stable when nobody says', async () => {
    cloud.routing.set(webArns.rule, { weights: { [webArns.blue]: 0, [webArns.green]: 100 } })
    cloud.setGroup(webArns.blue, { total: 0 })
    expect(await found({ stable: null, canary: null, at: 'put' })).toEqual(['warning canary-empty', aliases])
    expect(await found({ stable: null, canary: 'blue' })).toEqual(['error canary-empty', aliases])
  })

  it('says that it could not weigh the sides when the routing does not tell them apart', async () => {
    cloud.routing.set(webArns.rule, { weights: { [webArns.blue]: 50, [webArns.green]: 50 } })
    expect(await found({ stable: null, canary: null, at: 'put', gates: [aMetricGate()] })).toEqual([
      'error weights-foreign',
      'warning not-looked-at:capacity-and-metrics',
      aliases,
    ])
  })
})

describe('what is not there', () => {
  it.each(['put', 'deployment'] as const)('is a problem at %s', async (at) => {
    cloud.removeGroup(webArns.green)
    expect((await run({ at })).problems).toEqual([
      { path: 'routes[0].green', message: `target group ${webArns.green} does not exist` },
    ])
    cloud.routing.remove(webArns.rule)
    expect(await run({ at })).toMatchObject({
      problems: [{ path: 'routes[0].ruleArn', message: `${webArns.rule} does not exist` }],
      states: [null],
    })
  })

  it('finds a group on another load balancer: a problem at PUT, a finding at a deployment', async () => {
    const elsewhere = webArns.rule.replace('app/shop', 'app/other')
    cloud.routing.set(webArns.rule, { weights: { [webArns.blue]: 1 } })
    cloud.routing.set(elsewhere, { weights: { [webArns.green]: 1 } })
    const atPut = await run({ at: 'put' })
    expect(atPut.problems.map(({ path }) => path)).toEqual(['routes[0].green'])
    const atDeployment = await run()
    expect(atDeployment.problems).toEqual([])
    expect(atDeployment.findings.map(({ id }) => id)).toContain('group-on-other-load-balancer:green')
  })
})

describe('what could not be asked', () => {
  const busy = new TransientError('throttled')

  it.each([
    { action: 'inspector.inspect', subject: undefined, expected: ['warning not-looked-at:routes[0]'] },
    {
      action: 'health.read',
      subject: webArns.green,
      expected: ['error alarm-missing:web-5xx', 'warning not-looked-at:target-health:routes[0].green'],
    },
    { action: 'alarms.read', subject: undefined, expected: ['warning not-looked-at:alarms'] },
    { action: 'health-checks.read', subject: undefined, expected: ['warning not-looked-at:health-checks:checks'] },
  ])('is a warning when $action fails', async ({ action, subject, expected }) => {
    for (const error of [busy, new UpstreamError('AccessDenied')]) {
      failing(action, error, subject)
      const gates = [anAlarmsGate(), aRoute53HealthGate()]
      expect(await found({ gates })).toEqual(expect.arrayContaining(expected))
    }
  })

  it('keeps the state of a route empty that was not looked at, and finds no problem there', async () => {
    failing('inspector.inspect', busy)
    expect(await run()).toMatchObject({ states: [null], problems: [] })
  })

  it('says so when a metric cannot be read', async () => {
    cloud.metrics.fail('throttled')
    expect(await found({ gates: [aMetricGate()] })).toEqual(['warning not-looked-at:metric:errors', aliases])
  })

  it('passes on the sentences of the inspector', async () => {
    const inspect = cloud.inspector.inspect
    const inspector = {
      inspect: async (route: Parameters<typeof inspect>[0]) => ({
        ...(await inspect(route)),
        notLookedAt: ['the attributes could not be looked at', 'nor the rules'],
      }),
    }
    cloud = { ...cloud, inspector }
    const { findings } = await run()
    expect(findings.find(({ id }) => id === 'not-looked-at:parts-of:routes[0]')?.detail).toBe(
      'parts-of:routes[0] was not looked at: the attributes could not be looked at; nor the rules',
    )
  })

  it('does not hide our own bugs', async () => {
    failing('health.read', new InvariantError('cannot happen'))
    await expect(run()).rejects.toThrow(InvariantError)
  })
})
