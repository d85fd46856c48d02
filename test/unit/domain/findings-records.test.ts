import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { CheckedRoute, PreflightFacts } from '../../../shared/domain/findings/facts.ts'
import { buildPlan } from '../../../shared/domain/plan.ts'
import { findFindings } from '../../../shared/domain/preflight.ts'
import type { RecordSet } from '../../../shared/domain/record-set.ts'
import type { RecordFacts } from '../../../shared/domain/route-facts.ts'
import { anAlbRoute, aRouteState, webArns } from '../../support/builders.ts'
import { aCompareGate, aGroupHealth, aMetricGate, anAlarmsGate, aProbeGate } from '../../support/gates.ts'
import {
  aCheckedRecordRoute,
  aCheckedRoute,
  aGroup,
  aRecordRoute,
  aRecordSet,
  somePreflightFacts,
  someRecordFacts,
} from '../../support/preflight.ts'

const withRecords = (overrides: Partial<RecordFacts>, checked: Partial<CheckedRoute> = {}) =>
  somePreflightFacts({ routes: [aCheckedRecordRoute({ facts: someRecordFacts(overrides), ...checked })] })
const found = (facts: PreflightFacts) => findFindings(facts).map(({ severity, id }) => `${severity} ${id}`)
const details = (facts: PreflightFacts) => findFindings(facts).map(({ detail }) => detail)
const alias = { dnsName: 'other.example.net', evaluatesHealth: false }

it('finds nothing where a pair of weighted records is as it should be', () => {
  expect(findFindings(withRecords({}))).toEqual([])
})

it('says nothing of records that were not looked at', () => {
  expect(findFindings(somePreflightFacts({ routes: [aCheckedRecordRoute({ facts: null })] }))).toEqual([])
})

describe('record-policy', () => {
  it.each<[string, readonly RecordSet[], string]>([
    [
      'simple records',
      [aRecordSet('', 0, { setIdentifier: null, policy: 'simple', weight: null })],
      'the records of app.example.com A are of policy simple, where all must be weighted; Sluice moves two plain weighted records',
    ],
    [
      'mixed policies',
      [
        aRecordSet('app-blue', 1),
        aRecordSet('app-green', 0),
        aRecordSet('eu', 0, { policy: 'latency', weight: null }),
        aRecordSet('us', 0, { policy: 'latency', weight: null }),
      ],
      'the records of app.example.com A are of policy latency and weighted, where all must be weighted; Sluice moves two plain weighted records',
    ],
    [
      'records of a traffic policy',
      [aRecordSet('app-blue', 1, { trafficPolicyInstanceId: 'instance-1' }), aRecordSet('app-green', 0)],
      'the records of app.example.com A are made by traffic policy instance instance-1, which alone may change them; Sluice moves two plain weighted records',
    ],
    [
      'simple records of a traffic policy',
      [
        aRecordSet('', 0, {
          setIdentifier: null,
          policy: 'simple',
          weight: null,
          trafficPolicyInstanceId: 'instance-1',
        }),
      ],
      'the records of app.example.com A are made by traffic policy instance instance-1, which alone may change them; of policy simple, where all must be weighted; Sluice moves two plain weighted records',
    ],
  ])('refuses %s', (_, records, detail) => {
    expect(findFindings(withRecords({ records, state: null }))).toEqual([
      { id: 'record-policy', severity: 'error', title: 'The records are not plain weighted ones', detail },
    ])
  })
})

describe('record-identifier', () => {
  it('names the missing side and what there is', () => {
    const records = [aRecordSet('app-blue', 1), aRecordSet('app-geen', 0)]
    expect(findFindings(withRecords({ records, state: null }))).toEqual([
      {
        id: 'record-identifier',
        severity: 'error',
        title: 'A record is missing',
        detail: 'app.example.com A has no weighted record called app-green (green); it has app-blue, app-geen',
      },
    ])
  })

  it('has words for a record that has none, which Route 53 would not keep', () => {
    const records = [aRecordSet('app-blue', 1), aRecordSet('', 0, { setIdentifier: null })]
    expect(details(withRecords({ records, state: null }))).toEqual([
      'app.example.com A has no weighted record called app-green (green); it has app-blue, a record without identifier',
    ])
  })

  it('names both sides', () => {
    const records = [aRecordSet('old', 0)]
    expect(details(withRecords({ records, state: null }))).toEqual([
      'app.example.com A has no weighted record called app-blue (blue) or app-green (green); it has old',
    ])
  })
})

describe('record-ttl', () => {
  const pair = (blue: number | null, green: number | null) => [
    aRecordSet('app-blue', 1, { ttlSeconds: blue, alias: blue === null ? alias : null }),
    aRecordSet('app-green', 0, { ttlSeconds: green, alias: green === null ? alias : null }),
  ]

  it.each<[number | null, number | null, string | null]>([
    [300, 300, null],
    [null, null, null],
    [null, 60, null],
    [60, null, null],
    [60, 300, 'app-blue 60 s, app-green 300 s; give all of them the same TTL'],
    [null, 300, 'app-blue an alias, app-green 300 s; an alias counts as 60 s: give the plain records a TTL of 60 s'],
  ])('holds blue (%s s) against green (%s s)', (blue, green, expected) => {
    const findings = findFindings(withRecords({ records: pair(blue, green) }))
    expect(findings).toEqual(
      expected === null
        ? []
        : [
            {
              id: 'record-ttl',
              severity: 'error',
              title: 'The records have unequal TTLs',
              detail: `the records of app.example.com A live unequally long in caches: ${expected}`,
            },
          ],
    )
  })

  it('counts a third record of the group, which Route 53 holds to the same TTL', () => {
    const records = [...pair(60, 60), aRecordSet('third', 0, { ttlSeconds: 30 })]
    expect(found(withRecords({ records }))).toEqual(['error record-ttl'])
  })

  it('finds it exactly where two TTLs differ', () => {
    const ttl = fc.option(fc.constantFrom(0, 30, 60, 300))
    fc.assert(
      fc.property(ttl, ttl, (blue, green) => {
        const differ = (blue ?? 60) !== (green ?? 60)
        expect(found(withRecords({ records: pair(blue, green) })).includes('error record-ttl')).toBe(differ)
      }),
    )
  })
})

describe('weights-foreign', () => {
  it('finds other records that get traffic, and leaves those at 0 alone', () => {
    const own = someRecordFacts().records
    const records = [...own, aRecordSet('third', 5), aRecordSet('fourth', 0)]
    expect(findFindings(withRecords({ records }))).toEqual([
      {
        id: 'weights-foreign',
        severity: 'error',
        title: 'Other records get traffic',
        detail:
          'app.example.com A also sends clients to third (weight 5); set that weight to 0, or override this finding',
      },
    ])
    expect(found(withRecords({ records: [...own, aRecordSet('fourth', 0)] }))).toEqual([])
  })

  it.each([
    { live: { blue: 255, green: 0 }, ours: [], foreign: false },
    { live: { blue: 90, green: 10 }, ours: [], foreign: true },
    { live: { blue: 90, green: 10 }, ours: [{ blue: 9, green: 1 }], foreign: false },
    // Route 53 answers all zeros as equal shares.
    { live: { blue: 0, green: 0 }, ours: [], foreign: true },
    { live: { blue: 0, green: 1 }, ours: [{ blue: 0, green: 1 }], foreign: true },
  ])('calls $live foreign: $foreign, with $ours as ours', ({ live, ours, foreign }) => {
    const facts = withRecords(
      { state: aRouteState({ weights: live, lagSeconds: 60 }) },
      { ours: ours.map((weights) => aRouteState({ weights })) },
    )
    expect(found(facts)).toEqual(foreign ? ['error weights-foreign'] : [])
  })
})

describe('bake-shorter-than-ttl', () => {
  const plan = (bakeSeconds: number) =>
    buildPlan({ type: 'canary', percent: 10, intervalSeconds: bakeSeconds, bakeSeconds: 600 })

  it('holds the shortest bake against propagation and TTL', () => {
    expect(found({ ...withRecords({}), plan: plan(120) })).toEqual([])
    expect(findFindings({ ...withRecords({}), plan: plan(119) })).toEqual([
      {
        id: 'bake-shorter-than-ttl',
        severity: 'warning',
        title: 'A step is shorter than DNS takes',
        detail:
          "the shortest step bakes 119 s, but a change of app.example.com A takes about 120 s to reach clients (60 s to Route 53's " +
          'servers, TTL 60 s). The bake begins after that; caches that keep answers longer show in longer bakes only: ' +
          'bake at least 120 s',
      },
    ])
  })

  it('takes the TTL that the records have', () => {
    const state = aRouteState({ lagSeconds: 300 })
    expect(found({ ...withRecords({ state }), plan: plan(359) })).toEqual(['warning bake-shorter-than-ttl'])
    expect(found({ ...withRecords({ state }), plan: plan(360) })).toEqual([])
  })

  it('does not mind short bakes of other waves', () => {
    const records = aCheckedRecordRoute({ route: aRecordRoute({ wave: 2 }) })
    const steps = [
      { weight: 100, effectiveWeight: 100, bakeSeconds: 10, approval: false, wave: 1 },
      { weight: 100, effectiveWeight: 100, bakeSeconds: 600, approval: false, wave: 2 },
    ]
    const facts = somePreflightFacts({ routes: [aCheckedRoute(), records], plan: { ...plan(600), steps } })
    expect(found(facts)).toEqual([])
  })
})

describe('the sides of a record set', () => {
  const { targetGroups: _none, ...unmeasured } = aRecordRoute()

  it('warns where nothing measures them, and names the gates that are blind then', () => {
    const routes = [aCheckedRecordRoute({ route: unmeasured, health: { blue: null, green: null } })]
    expect(findFindings(somePreflightFacts({ routes }))).toEqual([
      {
        id: 'sides-unmeasured',
        severity: 'warning',
        title: 'Nothing measures the sides',
        detail:
          'app.example.com A names no targetGroups: nothing tells the health of its sides or what share of the requests ' +
          'arrives where; name the target group behind each record',
      },
    ])
    const metric = { namespace: 'Shop', metricName: 'Orders', dimensions: {}, stat: 'Sum', periodSeconds: 60 }
    const gates = [
      aMetricGate({ name: 'errors' }),
      aCompareGate({ name: 'compare' }),
      aMetricGate({ name: 'orders', metric }),
      anAlarmsGate(),
    ]
    expect(details(somePreflightFacts({ routes, gates }))[0]).toContain(
      'arrives where, and errors, compare cannot use this route;',
    )
  })

  it.each([
    { blue: 2, green: 1, expected: ['error capacity-too-small'] },
    { blue: 2, green: 0, expected: ['error canary-empty'] },
    { blue: 0, green: 1, expected: ['error stable-empty'] },
  ])('finds $expected with $blue targets behind blue and $green behind green', ({ blue, green, expected }) => {
    expect(found(withRecords({}, { health: { blue: aGroupHealth(blue), green: aGroupHealth(green) } }))).toEqual(
      expected,
    )
  })

  it.each([
    { name: 'is on no load balancer', group: { loadBalancerArn: null }, expected: 'group-not-attached:green' },
    { name: 'starts slowly', group: { slowStartSeconds: 30 }, expected: 'slow-start:green' },
    { name: 'is not checked', group: { healthCheckEnabled: false }, expected: 'health-unknown:green' },
  ])('warns when a group $name', ({ group, expected }) => {
    const groups = { blue: aGroup(webArns.blue), green: aGroup(webArns.green, group) }
    expect(found(withRecords({ groups }))).toEqual([`warning ${expected}`])
  })

  it('does not call a group detached that AWS refused to show', () => {
    const groups = { blue: aGroup(webArns.blue), green: aGroup(webArns.green, { loadBalancerArn: null }) }
    const notLookedAt = [`target group ${webArns.green} could not be looked at: AccessDenied`]
    expect(found(withRecords({ groups, notLookedAt }))).toEqual([])
  })

  it.each([
    ['http://app.example.com/healthz', true],
    ['http://{side}.example.com:8080/', true],
    ['http://example.com/', true],
    ['http://badexample.com/', false],
    ['http://example.com.attacker.net/', false],
  ])('finds a probe of %s in a private zone: %s', (url, inside) => {
    const gates = [aProbeGate({ name: 'ready', url })]
    const facts = withRecords({ zone: { name: 'example.com', isPrivate: true } })
    expect(found({ ...facts, gates })).toEqual(inside ? ['warning probe-in-private-zone:ready'] : [])
    expect(found({ ...withRecords({}), gates })).toEqual([])
  })
})

it('tells the record sets of a service apart', () => {
  const records = [aRecordSet('app-blue', 1)]
  const routes = [
    aCheckedRoute(),
    aCheckedRecordRoute({ facts: someRecordFacts({ records }) }),
    aCheckedRecordRoute({ route: aRecordRoute({ type: 'AAAA' }), facts: someRecordFacts({ records }) }),
  ]
  expect(found(somePreflightFacts({ routes }))).toEqual([
    'error record-identifier:Z0000000000000EXAMPLE/app.example.com/A',
    'error record-identifier:Z0000000000000EXAMPLE/app.example.com/AAAA',
  ])
})

it('names nothing of DNS where there is none', () => {
  expect(found(somePreflightFacts({ routes: [aCheckedRoute({ route: anAlbRoute() })] }))).toEqual([])
})
