import { describe, expect, it } from 'vitest'
import { findMisplaced, findMissing } from '../../../shared/domain/route-problems.ts'
import type { AlbRoute } from '../../../shared/domain/service.ts'
import { anAlbRoute, webArns } from '../../support/builders.ts'
import { aDrivenRoute, someDriverFacts } from '../../support/driven.ts'
import { aGroup, aRecordRoute, someRecordFacts, someRouteFacts, webLoadBalancer } from '../../support/preflight.ts'

const route = anAlbRoute()
const tested: AlbRoute = { ...route, test: { ruleArn: 'arn:test-rule' } }
const byListener: AlbRoute = {
  kind: 'alb',
  listenerArn: 'arn:listener',
  blue: webArns.blue,
  green: webArns.green,
  wave: 1,
}

describe('findMissing', () => {
  it('finds nothing where everything exists', () => {
    const facts = someRouteFacts({ test: { exists: true, loadBalancerArn: webLoadBalancer } })
    expect(findMissing(tested, facts, 'routes[0]')).toEqual([])
    expect(findMissing(tested, someRouteFacts(), 'routes[0]')).toEqual([])
  })

  it('says nothing of a route by the facts of another kind', () => {
    expect(findMissing(route, someRecordFacts({ zone: null, records: [] }), 'routes[0]')).toEqual([])
    expect(findMissing(aRecordRoute(), someRouteFacts({ loadBalancerArn: null }), 'routes[0]')).toEqual([])
  })

  it('finds a rule, a listener, both groups and the test entry that are not there', () => {
    const nowhere = someRouteFacts({ loadBalancerArn: null, state: null })
    expect(findMissing(route, nowhere, 'routes[0]')).toEqual([
      { path: 'routes[0].ruleArn', message: `${webArns.rule} does not exist` },
    ])
    expect(findMissing(byListener, nowhere, 'routes[3]')).toEqual([
      { path: 'routes[3].listenerArn', message: 'arn:listener does not exist' },
    ])
    const empty = someRouteFacts({
      groups: { blue: null, green: null },
      test: { exists: false, loadBalancerArn: null },
    })
    expect(findMissing(tested, empty, 'routes[0]')).toEqual([
      { path: 'routes[0].blue', message: `target group ${webArns.blue} does not exist` },
      { path: 'routes[0].green', message: `target group ${webArns.green} does not exist` },
      { path: 'routes[0].test', message: 'arn:test-rule does not exist' },
    ])
  })

  it('does not call missing what AWS refused to show', () => {
    const facts = someRouteFacts({
      groups: { blue: aGroup(webArns.blue), green: null },
      notLookedAt: [`target group ${webArns.green} could not be looked at: AccessDenied`],
    })
    expect(findMissing(route, facts, 'routes[0]')).toEqual([])
  })
})

describe('findMissing of records', () => {
  const records = aRecordRoute()
  const missing = (facts: Parameters<typeof someRecordFacts>[0], of = records) =>
    findMissing(of, someRecordFacts(facts), 'routes[2]')

  it('finds nothing where zone, records and groups exist, or no groups are named', () => {
    expect(missing({})).toEqual([])
    const { targetGroups: _none, ...unmeasured } = records
    expect(missing({ groups: { blue: null, green: null } }, unmeasured)).toEqual([])
  })

  it('finds a hosted zone that is not there', () => {
    expect(missing({ zone: null, records: [], state: null })).toEqual([
      { path: 'routes[2].hostedZoneId', message: 'hosted zone Z0000000000000EXAMPLE does not exist' },
    ])
  })

  it('finds a name without any record of the type, and says when it is not of this zone at all', () => {
    expect(missing({ records: [], state: null })).toEqual([
      {
        path: 'routes[2].name',
        message:
          'hosted zone Z0000000000000EXAMPLE (example.com) has no A record called app.example.com; create the two weighted records first',
      },
    ])
    const elsewhere = { name: 'ample.com', isPrivate: false }
    expect(missing({ records: [], state: null, zone: elsewhere })).toEqual([
      { path: 'routes[2].name', message: 'app.example.com is not in hosted zone Z0000000000000EXAMPLE (ample.com)' },
    ])
  })

  it('takes the name of the zone for one of its names', () => {
    const zone = { name: 'app.example.com', isPrivate: true }
    expect(missing({ records: [], state: null, zone })[0]?.message).toMatch(/has no A record called app.example.com/)
  })

  it('leaves a lone record, whatever its identifier, to the findings', () => {
    expect(missing({ records: someRecordFacts().records.slice(1), state: null })).toEqual([])
  })

  it('finds both target groups that are not there', () => {
    expect(missing({ groups: { blue: null, green: null } })).toEqual([
      { path: 'routes[2].targetGroups.blue', message: `target group ${webArns.blue} does not exist` },
      { path: 'routes[2].targetGroups.green', message: `target group ${webArns.green} does not exist` },
    ])
  })

  it('does not call missing what AWS refused to show', () => {
    const refused = 'hosted zone Z0000000000000EXAMPLE could not be looked at: AccessDenied'
    expect(missing({ zone: null, records: [], state: null, notLookedAt: [refused] })).toEqual([])
    expect(
      missing({ records: [], state: null, notLookedAt: ['the records of Z0000000000000EXAMPLE: Throttling'] }),
    ).toEqual([])
    const green = { blue: aGroup(webArns.blue), green: null }
    expect(missing({ groups: green, notLookedAt: [`${webArns.green} could not be looked at`] })).toEqual([])
  })
})

describe('findMisplaced', () => {
  it('finds a group and a test entry on another load balancer', () => {
    const facts = someRouteFacts({
      groups: { blue: aGroup(webArns.blue), green: aGroup(webArns.green, { loadBalancerArn: 'arn:other' }) },
      test: { exists: true, loadBalancerArn: 'arn:other' },
    })
    expect(findMisplaced(tested, facts, 'routes[1]')).toEqual([
      {
        path: 'routes[1].green',
        message: `target group ${webArns.green} belongs to arn:other, not to ${webLoadBalancer}`,
      },
      { path: 'routes[1].test', message: `arn:test-rule belongs to arn:other, not to ${webLoadBalancer}` },
    ])
  })

  it('lets records lead to any load balancers', () => {
    const green = aGroup(webArns.green, { loadBalancerArn: 'arn:other' })
    const facts = someRecordFacts({ groups: { blue: aGroup(webArns.blue), green } })
    expect(findMisplaced(aRecordRoute(), facts, 'routes[0]')).toEqual([])
  })

  it('finds nothing where a group has no load balancer, or the route has none', () => {
    const groups = { blue: aGroup(webArns.blue, { loadBalancerArn: null }), green: null }
    expect(findMisplaced(tested, someRouteFacts({ groups }), 'routes[0]')).toEqual([])
    expect(findMisplaced(route, someRouteFacts({ loadBalancerArn: null }), 'routes[0]')).toEqual([])
  })
})

describe('findMissing of a deployment group', () => {
  const group = aDrivenRoute()
  it('finds a group that is not there, unless CodeDeploy would not say', () => {
    expect(findMissing(group, someDriverFacts(null), 'routes[0]')).toEqual([
      {
        path: 'routes[0].deploymentGroupName',
        message: 'CodeDeploy has no application "web" with a deployment group "prod"',
      },
    ])
    expect(findMissing(group, someDriverFacts(), 'routes[0]')).toEqual([])
    const refused = { ...someDriverFacts(null), notLookedAt: ['web/prod could not be looked at: AccessDenied'] }
    expect(findMissing(group, refused, 'routes[0]')).toEqual([])
    expect(findMissing(group, someRouteFacts({ loadBalancerArn: null }), 'routes[0]')).toEqual([])
  })
})
