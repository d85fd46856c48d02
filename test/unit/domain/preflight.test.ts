import { describe, expect, it } from 'vitest'
import type { Finding } from '../../../shared/domain/deployment.ts'
import type { PreflightFacts } from '../../../shared/domain/findings/facts.ts'
import { buildPlan } from '../../../shared/domain/plan.ts'
import { findFindings, rejects } from '../../../shared/domain/preflight.ts'
import type { AlbFacts } from '../../../shared/domain/route-facts.ts'
import type { RouteState } from '../../../shared/domain/traffic.ts'
import { anAlbRoute, aRouteState, webArns } from '../../support/builders.ts'
import { aGroupHealth, aMetricGate, anAlarm, anAlarmsGate, aWindow } from '../../support/gates.ts'
import { aCheckedRoute, aGroup, somePreflightFacts, someRouteFacts } from '../../support/preflight.ts'

/** `severity id` of each finding. */
const found = (facts: PreflightFacts) => findFindings(facts).map(({ severity, id }) => `${severity} ${id}`)
const withRoute = (overrides: Partial<AlbFacts>) =>
  somePreflightFacts({ routes: [aCheckedRoute({ facts: someRouteFacts(overrides) })] })
const withHealth = (blue: number, green: number, at: PreflightFacts['at'] = 'deployment') =>
  somePreflightFacts({
    at,
    routes: [aCheckedRoute({ health: { blue: aGroupHealth(blue), green: aGroupHealth(green) } })],
  })
const weights = (blue: number | null, green: number | null): RouteState => aRouteState({ weights: { blue, green } })

it('finds nothing where nothing is wrong', () => {
  expect(findFindings(somePreflightFacts())).toEqual([])
})

describe('routing', () => {
  it('finds a rule that forwards nowhere, unless AWS refused to show it', () => {
    expect(findFindings(withRoute({ state: null }))).toEqual([
      {
        id: 'no-forward-action',
        severity: 'error',
        title: 'There is no traffic to move',
        detail: `${webArns.rule} has no forward action; add one with both target groups`,
      },
    ])
    expect(found(withRoute({ state: null, notLookedAt: ['the routing could not be looked at'] }))).toEqual([])
    expect(found(withRoute({ state: null, loadBalancerArn: null }))).toEqual([])
  })

  it.each([
    { name: 'all on blue', live: weights(1, 0), ours: [], foreign: false },
    { name: 'all on the canary', live: weights(0, 7), ours: [weights(0, 7)], foreign: true },
    { name: 'a split that nobody wrote', live: weights(50, 50), ours: [], foreign: true },
    { name: 'a split that is not what we wrote', live: weights(50, 50), ours: [weights(90, 10)], foreign: true },
    { name: 'the split that we wrote', live: weights(90, 10), ours: [weights(100, 0), weights(9, 1)], foreign: false },
    { name: 'no weights at all', live: weights(0, 0), ours: [], foreign: true },
  ])('calls $name foreign: $foreign', ({ live, ours, foreign }) => {
    const routes = [aCheckedRoute({ facts: someRouteFacts({ state: live }), ours })]
    expect(found(somePreflightFacts({ routes }))).toEqual(foreign ? ['error weights-foreign'] : [])
  })

  it('says which weights are foreign', () => {
    expect(findFindings(withRoute({ state: weights(50, null), otherWeightedGroups: ['arn:third'] }))[0]?.detail).toBe(
      `${webArns.rule} also sends traffic to arn:third; put all traffic on the trusted side, or override this finding`,
    )
    expect(findFindings(withRoute({ state: weights(50, 50) }))[0]?.detail).toMatch(/has blue 50, green 50: neither/)
    expect(findFindings(withRoute({ state: weights(0, null) }))[0]?.detail).toMatch(/blue 0, green absent/)
  })

  it('finds routes that serve different sides', () => {
    const route = anAlbRoute({ ruleArn: `${webArns.rule}2` })
    const other = aCheckedRoute({ route, facts: someRouteFacts({ state: weights(0, 100) }) })
    const facts = somePreflightFacts({ routes: [aCheckedRoute(), other] })
    expect(found(facts)).toEqual([
      'error weights-foreign:listener-rule/app/shop/50dc6c495c0c9188/f2f7dc8efc522ab2/9683b2d02a6cabee2',
    ])
    expect(findFindings(facts)[0]?.detail).toMatch(/serves from green, which this deployment takes for the canary/)
    expect(found({ ...facts, roles: null })).toEqual([])
    expect(found({ ...facts, routes: [aCheckedRoute({ route, facts: null })] })).toEqual([])
  })

  it('tells the routes of a service apart', () => {
    const routes = [aCheckedRoute(), aCheckedRoute({ health: { blue: aGroupHealth(2), green: aGroupHealth(0) } })]
    expect(found(somePreflightFacts({ routes }))).toEqual([
      'error canary-empty:listener-rule/app/shop/50dc6c495c0c9188/f2f7dc8efc522ab2/9683b2d02a6cabee',
    ])
  })

  it.each([
    { seconds: null, expected: [] },
    { seconds: 600, expected: [] },
    { seconds: 601, expected: ['warning stickiness-outlives-step'] },
  ])('compares stickiness of $seconds s with the shortest step', ({ seconds, expected }) => {
    expect(found(withRoute({ groupStickinessSeconds: seconds }))).toEqual(expected)
  })

  it('finds a group that is not attached', () => {
    expect(found(withRoute({ state: weights(100, null) }))).toEqual(['warning group-not-attached:green'])
  })

  it.each([
    {
      name: 'on another load balancer',
      group: { loadBalancerArn: 'arn:other' },
      expected: 'error group-on-other-load-balancer:green',
    },
    { name: 'with other traffic', group: { sharedWith: ['arn:other-rule'] }, expected: 'warning group-shared:green' },
    { name: 'with slow start', group: { slowStartSeconds: 30 }, expected: 'warning slow-start:green' },
    { name: 'without health checks', group: { healthCheckEnabled: false }, expected: 'warning health-unknown:green' },
  ])('finds a group $name', ({ group, expected }) => {
    const groups = { blue: aGroup(webArns.blue), green: aGroup(webArns.green, group) }
    expect(found(withRoute({ groups }))).toEqual([expected])
  })

  it('takes a group for ours while it is on no load balancer, and says nothing of one that is not there', () => {
    const green = aGroup(webArns.green, { loadBalancerArn: null })
    expect(found(withRoute({ groups: { blue: aGroup(webArns.blue), green } }))).toEqual([])
    expect(found(withRoute({ groups: { blue: aGroup(webArns.blue), green: null } }))).toEqual([])
    expect(found(withRoute({ loadBalancerArn: null }))).toEqual([])
  })

  it('says nothing of a route that was not looked at', () => {
    expect(found(somePreflightFacts({ routes: [aCheckedRoute({ facts: null })] }))).toEqual([])
  })
})

describe('targets', () => {
  it.each([
    { stable: 2, canary: 2, expected: [] },
    { stable: 2, canary: 3, expected: [] },
    { stable: 2, canary: 1, expected: ['error capacity-too-small'] },
    { stable: 2, canary: 0, expected: ['error canary-empty'] },
    { stable: 0, canary: 1, expected: ['error stable-empty'] },
    { stable: 0, canary: 0, expected: ['error stable-empty', 'error canary-empty'] },
  ])('finds $expected with $stable on stable and $canary on the canary', ({ stable, canary, expected }) => {
    expect(found(withHealth(stable, canary))).toEqual(expected)
  })

  it('only warns of an empty canary when the service is stored', () => {
    expect(found(withHealth(2, 0, 'put'))).toEqual(['warning canary-empty'])
  })

  it('says both numbers', () => {
    expect(findFindings(withHealth(4, 3))[0]?.detail).toBe(
      `${webArns.green} (green) has 3 registered targets; 100 % of the traffic that 4 healthy targets of stable carry needs 4`,
    )
  })

  it('counts what is healthy on stable, but what is registered on the canary', () => {
    const health = { blue: aGroupHealth(4, { healthy: 2 }), green: aGroupHealth(2, { healthy: 0 }) }
    expect(found(somePreflightFacts({ routes: [aCheckedRoute({ health })] }))).toEqual([])
  })

  it('has targets that nobody checks count, and warns', () => {
    const health = { blue: aGroupHealth(1, { healthy: 0, unknown: 1 }), green: aGroupHealth(1) }
    expect(found(somePreflightFacts({ routes: [aCheckedRoute({ health })] }))).toEqual(['warning health-unknown:blue'])
  })

  it('does not judge what could not be read', () => {
    const unread = { blue: null, green: null }
    expect(found(somePreflightFacts({ routes: [aCheckedRoute({ health: unread })] }))).toEqual([])
    const stableUnread = { blue: null, green: aGroupHealth(1) }
    expect(found(somePreflightFacts({ routes: [aCheckedRoute({ health: stableUnread })] }))).toEqual([])
    expect(found({ ...withHealth(0, 0), roles: null })).toEqual([])
  })

  it('reads the needed share from the last step, everything where there is none', () => {
    expect(found({ ...withHealth(2, 1), plan: { ...somePreflightFacts().plan, steps: [] } })).toEqual([
      'error capacity-too-small',
    ])
  })
})

describe('alarms', () => {
  const alarms = (...readings: Parameters<typeof anAlarm>[0][]) =>
    somePreflightFacts({ gates: [anAlarmsGate()], alarms: readings.map(anAlarm) })

  it.each([
    { name: 'OK', alarm: {}, expected: [] },
    { name: 'missing', alarm: { state: 'missing' as const }, expected: ['error alarm-missing:web-5xx'] },
    { name: 'firing', alarm: { state: 'ALARM' as const }, expected: ['error alarm-firing:web-5xx'] },
    {
      name: 'without data',
      alarm: { state: 'INSUFFICIENT_DATA' as const },
      expected: ['warning alarm-no-data:web-5xx'],
    },
    {
      name: 'not evaluated',
      alarm: { evaluationProblem: 'PARTIAL_DATA' },
      expected: ['warning alarm-no-data:web-5xx'],
    },
    {
      name: 'firing and not evaluated',
      alarm: { state: 'ALARM' as const, changedAt: '2026-01-01T00:00:00Z', evaluationProblem: 'PARTIAL_DATA' },
      expected: ['error alarm-firing:web-5xx', 'warning alarm-no-data:web-5xx'],
    },
    { name: 'composite', alarm: { spanSeconds: null }, expected: [] },
    { name: 'as slow as the step', alarm: { spanSeconds: 420 }, expected: [] },
    {
      name: 'slower than the step',
      alarm: { spanSeconds: 421 },
      expected: ['warning bake-shorter-than-data:web-5xx'],
    },
  ])('finds $expected when an alarm is $name', ({ alarm, expected }) => {
    expect(found(alarms(alarm))).toEqual(expected)
  })

  it('says since when an alarm fires, where that is known', () => {
    const details = findFindings(alarms({ state: 'ALARM' }, { state: 'ALARM', changedAt: '2026-01-01T00:00:00Z' }))
    expect(details.map((finding) => finding.detail.split(':')[0])).toEqual([
      'alarm web-5xx is in ALARM',
      'alarm web-5xx is in ALARM since 2026-01-01T00',
    ])
  })

  it('only warns where every gate that names the alarm observes', () => {
    const observing = anAlarmsGate({ name: 'seen', mode: 'observe' })
    const other = anAlarmsGate({ name: 'other', alarmNames: ['web-p99'] })
    const facts = somePreflightFacts({
      gates: [observing, other, aMetricGate()],
      alarms: [anAlarm({ state: 'ALARM' }), anAlarm({ name: 'web-p99', state: 'missing' })],
    })
    expect(found(facts)).toEqual(['warning alarm-firing:web-5xx', 'error alarm-missing:web-p99'])
  })
})

describe('metrics', () => {
  const gate = aMetricGate({ name: 'errors' })
  const withReading = (windows: Parameters<typeof aWindow>[1][]) =>
    somePreflightFacts({
      gates: [gate],
      metrics: [
        {
          gate: 'errors',
          reading: {
            status: 'complete',
            source: 'CloudWatch',
            windows: windows.map((window, minute) => aWindow(minute, window)),
          },
        },
      ],
    })

  it.each([
    { name: 'data in one window', windows: [{ requests: null, errors: null }, {}], expected: [] },
    { name: 'few requests', windows: [{ requests: 1 }], expected: [] },
    {
      name: 'no requests',
      windows: [{ requests: 0 }, { requests: null }],
      expected: ['warning metric-empty:errors'],
    },
    { name: 'no windows', windows: [], expected: ['warning metric-empty:errors'] },
  ])('finds $expected with $name', ({ windows, expected }) => {
    expect(found(withReading(windows))).toEqual(expected)
  })

  it('names the health checks without data, once for each gate', () => {
    const check = (id: string, startMs: number | null) => ({
      ...{ id, startMs },
      state: startMs === null ? ('no-data' as const) : ('unhealthy' as const),
    })
    const healthChecks = [
      { gate: 'checks', checks: [check('check-a', 0), check('check-b', null), check('check-c', null)] },
      { gate: 'others', checks: [check('check-a', 0)] },
    ]
    expect(findFindings(somePreflightFacts({ healthChecks }))).toEqual([
      {
        id: 'metric-empty:checks',
        severity: 'warning',
        title: 'A health check has no data',
        detail:
          'no status in the last minutes of check-b, check-c: check that the ids exist in this account; a new health check has data after some minutes',
      },
    ])
  })

  it('finds steps that end before three minutes of a health check can be seen', () => {
    const plan = (bakeSeconds: number) => ({ ...somePreflightFacts().plan, steps: [aStep(bakeSeconds)] })
    const aStep = (bakeSeconds: number) => ({ weight: 100, effectiveWeight: 100, bakeSeconds, approval: false })
    const healthChecks = [{ gate: 'checks', checks: [] }]
    expect(found(somePreflightFacts({ healthChecks, plan: plan(360) }))).toEqual([])
    expect(found(somePreflightFacts({ healthChecks, plan: plan(359) }))).toEqual([
      'warning bake-shorter-than-data:checks',
    ])
  })

  it("finds a metric of the user's own that has no data, and says where to look", () => {
    const metric = { namespace: 'Shop', metricName: 'Orders', dimensions: {}, stat: 'Sum', periodSeconds: 120 }
    const orders = aMetricGate({ name: 'orders', metric })
    const facts = (...values: (number | null)[]) => {
      const windows = values.map((value, index) => ({ startMs: index * 120_000, endMs: (index + 1) * 120_000, value }))
      const reading = { status: 'complete' as const, source: 'CloudWatch Shop Sum Orders', windows }
      return somePreflightFacts({ gates: [orders], metrics: [{ gate: 'orders', reading }] })
    }
    expect(found(facts(null, 0))).toEqual([])
    expect(findFindings(facts(null, null, null))).toEqual([
      {
        id: 'metric-empty:orders',
        severity: 'warning',
        title: 'A metric has no data',
        detail:
          'CloudWatch Shop Sum Orders has no Sum of Orders of stable in the last 6 minutes: check namespace, names, ' +
          'dimensions and statistic, or gate orders ends as no-data',
      },
    ])
  })

  it('finds a step that is shorter than the periods of a metric', () => {
    const metric = { expression: 'a / b', queries: [], periodSeconds: 3600 }
    const [finding] = findFindings(somePreflightFacts({ gates: [aMetricGate({ metric })] }))
    expect(finding?.detail).toContain('takes up to 10920 s to show a fault')
  })

  it('says that a metric could not be read', () => {
    const reading = { status: 'error' as const, reason: 'throttled', source: 'CloudWatch' }
    expect(found(somePreflightFacts({ gates: [gate], metrics: [{ gate: 'errors', reading }] }))).toEqual([
      'warning not-looked-at:metric:errors',
    ])
    expect(found(somePreflightFacts({ gates: [gate] }))).toEqual([])
  })

  it('finds a step that is shorter than a gate needs to fail', () => {
    const plan = (seconds: number) =>
      buildPlan({ type: 'canary', percent: 10, intervalSeconds: 1800, bakeSeconds: seconds })
    expect(found(somePreflightFacts({ gates: [gate], plan: plan(300) }))).toEqual([])
    expect(findFindings(somePreflightFacts({ gates: [gate], plan: plan(299) }))).toEqual([
      {
        id: 'bake-shorter-than-data:errors',
        severity: 'warning',
        title: 'A step is shorter than its data takes',
        detail: 'the shortest step bakes 299 s, but gate errors takes up to 300 s to show a fault; bake longer',
      },
    ])
  })
})

it('says what was not looked at', () => {
  expect(findFindings(somePreflightFacts({ notLookedAt: [{ what: 'alarms', reason: 'throttled' }] }))).toEqual([
    {
      id: 'not-looked-at:alarms',
      severity: 'warning',
      title: 'This was not looked at',
      detail: 'alarms was not looked at: throttled',
    },
  ])
})

describe('rejects', () => {
  const finding = (id: string, severity: Finding['severity']): Finding => ({ id, severity, title: '', detail: '' })
  const findings = [
    finding('alarm-firing:a', 'error'),
    finding('alarm-firing:b', 'error'),
    finding('slow-start', 'warning'),
  ]

  it('keeps the errors that nobody overrode by their whole id', () => {
    expect(rejects(findings, [])).toEqual(findings.slice(0, 2))
    expect(rejects(findings, [{ finding: 'alarm-firing:a', reason: 'known' }])).toEqual([findings[1]])
    expect(rejects(findings, [{ finding: 'alarm-firing', reason: 'all of them?' }])).toEqual(findings.slice(0, 2))
  })
})
