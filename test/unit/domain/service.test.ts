import { describe, expect, it } from 'vitest'
import { resourceOf, targetGroupOf, testEntryOf } from '../../../shared/domain/service.ts'
import { anAlbRoute, webArns } from '../../support/builders.ts'
import { aRoute53Route } from '../../support/record-sets.ts'

const targetGroups = { blue: webArns.blue, green: webArns.green }
const test = { listenerArn: 'arn:listener' }
const { ruleArn: _rule, ...byListener } = { ...anAlbRoute(), ruleArn: undefined, listenerArn: 'arn:listener' }

describe('a route', () => {
  it.each([
    ['a rule', anAlbRoute(), webArns.rule],
    ['a listener', byListener, 'arn:listener'],
    ['a record set, whatever its identifiers', aRoute53Route(), 'route53:Z0000000000000EXAMPLE/app.example.com/A'],
    ['a test entry', test, 'arn:listener'],
  ])('writes %s', (_, route, resource) => {
    expect(resourceOf(route)).toBe(resource)
  })

  it.each([
    ['of a load balancer', anAlbRoute(), webArns.green],
    ['of a record set that names them', aRoute53Route({ targetGroups }), webArns.green],
    ['of a record set that names none', aRoute53Route(), null],
  ])('knows the target groups %s', (_, route, group) => {
    expect(targetGroupOf(route, 'green')).toBe(group)
  })

  it.each([
    ['of a load balancer', { ...anAlbRoute(), test }, test],
    ['of a load balancer without one', anAlbRoute(), null],
    ['of a record set, which has none', aRoute53Route(), null],
  ])('knows the test entry %s', (_, route, entry) => {
    expect(testEntryOf(route)).toEqual(entry)
  })
})
