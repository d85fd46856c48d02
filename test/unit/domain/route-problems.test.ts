import { describe, expect, it } from 'vitest'
import { findMisplaced, findMissing } from '../../../shared/domain/route-problems.ts'
import type { AlbRoute } from '../../../shared/domain/service.ts'
import { anAlbRoute, webArns } from '../../support/builders.ts'
import { aGroup, someRouteFacts, webLoadBalancer } from '../../support/preflight.ts'

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

  it('finds nothing where a group has no load balancer, or the route has none', () => {
    const groups = { blue: aGroup(webArns.blue, { loadBalancerArn: null }), green: null }
    expect(findMisplaced(tested, someRouteFacts({ groups }), 'routes[0]')).toEqual([])
    expect(findMisplaced(route, someRouteFacts({ loadBalancerArn: null }), 'routes[0]')).toEqual([])
  })
})
