import { describe, expect, it } from 'vitest'
import { unseenAliases } from '../../../shared/domain/findings/alias-health.ts'
import type { CheckedRoute, PreflightFacts } from '../../../shared/domain/findings/facts.ts'
import { findFindings } from '../../../shared/domain/preflight.ts'
import { aRouteState, webArns } from '../../support/builders.ts'
import { aDrivenRoute, anAliasRoute, someAliasFacts, someDriverFacts } from '../../support/driven.ts'
import { aGroupHealth } from '../../support/gates.ts'
import {
  aCheckedRecordRoute,
  aCheckedRoute,
  aGroup,
  aRecordRoute,
  aRecordSet,
  somePreflightFacts,
  someRecordFacts,
  someRouteFacts,
} from '../../support/preflight.ts'

const dnsName = 'dualstack.shop-1234567890.eu-west-1.elb.amazonaws.com'
const albId = 'alias-evaluates-health:listener-rule/app/shop/50dc6c495c0c9188/f2f7dc8efc522ab2/9683b2d02a6cabee'
const sick = { blue: aGroupHealth(2), green: aGroupHealth(2, { healthy: 0 }) }

/** Records whose blue side is an alias to `dnsName`; the groups behind them are elsewhere. */
function aliasTo(name: string, evaluatesHealth = true): CheckedRoute {
  const records = [
    aRecordSet('app-blue', 1, { ttlSeconds: null, alias: { dnsName: name, evaluatesHealth } }),
    aRecordSet('app-green', 0),
  ]
  return aCheckedRecordRoute({ facts: someRecordFacts({ records, groups: elsewhere }) })
}
const other = 'arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/other/1234567890abcdef'
const elsewhere = {
  blue: aGroup(webArns.blue, { loadBalancerArn: other }),
  green: aGroup(webArns.green, { loadBalancerArn: other }),
}

const found = (routes: readonly CheckedRoute[], overrides: Partial<PreflightFacts> = {}) =>
  findFindings(somePreflightFacts({ routes, ...overrides }))
    .map(({ id }) => id)
    .filter((id) => id.startsWith('alias-evaluates-health'))

describe('alias-evaluates-health', () => {
  it('finds an alias to the load balancer whose canary group has no healthy target', () => {
    const findings = findFindings(somePreflightFacts({ routes: [aCheckedRoute({ health: sick }), aliasTo(dnsName)] }))
    expect(findings).toEqual([
      {
        id: albId,
        severity: 'warning',
        title: 'An alias may leave DNS',
        detail:
          `app.example.com A app-blue evaluates the health of its load balancer, and ${webArns.green} (green) has 2 targets ` +
          'and none is healthy: Route 53 takes such a load balancer for unhealthy and leaves the record out while another ' +
          'one is healthy. Keep the group attached with a healthy target, or switch EvaluateTargetHealth off',
      },
    ])
  })

  it.each([
    ['has a healthy target', aCheckedRoute(), []],
    ['has no target', aCheckedRoute({ health: { blue: aGroupHealth(2), green: aGroupHealth(0) } }), [albId]],
    [
      'has targets that nobody checks',
      aCheckedRoute({ health: { ...sick, green: aGroupHealth(2, { healthy: 0, unknown: 2 }) } }),
      [],
    ],
    ['could not be read', aCheckedRoute({ health: { ...sick, green: null } }), []],
    [
      'is yet to be attached, healthy or not',
      aCheckedRoute({ facts: someRouteFacts({ state: aRouteState({ weights: { blue: 1, green: null } }) }) }),
      [albId],
    ],
    ['is on a route that was not looked at', aCheckedRoute({ facts: null, health: sick }), []],
  ])('judges a canary group that %s', (_, route, expected) => {
    expect(found([route, aliasTo(dnsName)])).toEqual(expected)
  })

  it('finds the alias of a side whose own group is sick: its weight would have no effect', () => {
    const alias = { dnsName, evaluatesHealth: true }
    const records = [aRecordSet('app-blue', 1), aRecordSet('app-green', 0, { ttlSeconds: null, alias })]
    const route = aCheckedRecordRoute({ facts: someRecordFacts({ records }), health: sick })
    expect(found([route])).toEqual(['alias-evaluates-health'])
    expect(found([{ ...route, health: { ...sick, green: aGroupHealth(2) } }])).toEqual([])
  })

  it('looks at either side while the roles are not known', () => {
    const reversed = { blue: sick.green, green: sick.blue }
    const routes = [aCheckedRoute({ health: reversed }), aliasTo(dnsName)]
    expect(found(routes)).toEqual([])
    expect(found(routes, { roles: null })).toEqual([albId])
  })

  it.each([
    [dnsName, true, true],
    [dnsName, false, false],
    ['Shop-1234567890.EU-WEST-1.elb.amazonaws.com', true, true],
    ['internal-shop-1234567890.eu-west-1.elb.amazonaws.com', true, true],
    ['shop-1234567890.elb.eu-west-1.amazonaws.com.cn', true, true],
    ['shop-1234567890.us-east-1.elb.amazonaws.com', true, false],
    ['web-shop-1234567890.eu-west-1.elb.amazonaws.com', true, false],
    ['shop-2-1234567890.eu-west-1.elb.amazonaws.com', true, false],
    ['shop.eu-west-1.example.com', true, false],
    ['', true, false],
  ])('takes %j (evaluates health: %s) for its alias: %s', (name, evaluates, expected) => {
    expect(found([aCheckedRoute({ health: sick }), aliasTo(name, evaluates)])).toEqual(expected ? [albId] : [])
  })
})

describe('aliases that nobody looked for', () => {
  const what = 'alias-evaluates-health'

  it('are all where the service names no zone', () => {
    expect(unseenAliases([aCheckedRoute()])).toEqual([
      { what, reason: 'this service names no hosted zones to look for aliases in' },
    ])
  })

  it('are those of other names where it names zones, each zone once', () => {
    const records = [aCheckedRecordRoute(), aCheckedRecordRoute({ route: aRecordRoute({ type: 'AAAA' }) })]
    const second = aCheckedRecordRoute({ route: aRecordRoute({ hostedZoneId: 'Z2' }) })
    expect(unseenAliases([aCheckedRoute(), ...records, second])).toEqual([
      {
        what,
        reason:
          "of Z0000000000000EXAMPLE, Z2 only the records that this service's routes name were read; other names may be aliases",
      },
    ])
  })

  it('do not matter where no group is attached to a load balancer', () => {
    expect(unseenAliases([aCheckedRecordRoute()])).toEqual([])
    expect(unseenAliases([aCheckedRoute({ route: anAliasRoute(), facts: someAliasFacts() })])).toEqual([])
  })

  it.each([
    ['ECS', someDriverFacts(), 1],
    ['Lambda', someDriverFacts({ platform: 'Lambda', moves: null }), 0],
    ['a group that is not there', someDriverFacts(null), 0],
    ['a group that nobody looked at', null, 0],
  ])('matter with CodeDeploy where it attaches groups: %s', (_, facts, expected) => {
    expect(unseenAliases([aCheckedRoute({ route: aDrivenRoute(), facts })])).toHaveLength(expected)
  })
})
