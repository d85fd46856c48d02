import { expect, it } from 'vitest'
import { type DriverStatus, driverStatuses, hasEnded } from '../../../shared/domain/driver-progress.ts'
import {
  aliasVersionOf,
  type Route,
  resourceOf,
  sideNameOf,
  targetGroupOf,
  testEntryOf,
} from '../../../shared/domain/service.ts'
import { anAlbRoute, webArns } from '../../support/builders.ts'
import { aDrivenRoute, anAliasRoute } from '../../support/driven.ts'
import { aRecordRoute } from '../../support/preflight.ts'

const versions = anAliasRoute({ blue: '6', green: '7' })
const version7 = { functionName: 'checkout', alias: 'live', version: '7' }
const { targetGroups: _none, ...unmeasured } = aRecordRoute()
const test = { ruleArn: 'arn:test' }
const zone = 'route53:Z0000000000000EXAMPLE/app.example.com/A'

interface Told {
  readonly resource: string
  readonly group: string | null
  readonly name: string
  readonly version?: typeof version7
  readonly test?: typeof test
}

it.each<[string, Route, Told]>([
  ['a rule', { ...anAlbRoute(), test }, { resource: webArns.rule, group: webArns.green, name: webArns.green, test }],
  ['records with groups', aRecordRoute(), { resource: zone, group: webArns.green, name: webArns.green }],
  ['records without', unmeasured, { resource: zone, group: null, name: 'app-green' }],
  ['an alias in a service', anAliasRoute(), { resource: 'lambda:checkout:live', group: null, name: 'green' }],
  [
    'an alias at work',
    versions,
    { resource: 'lambda:checkout:live', group: null, name: 'checkout:7', version: version7 },
  ],
  ['a group in a service', aDrivenRoute(), { resource: 'codedeploy:web/prod', group: null, name: 'green' }],
  [
    'a group that moves a rule',
    aDrivenRoute({ moves: anAlbRoute() }),
    { resource: 'codedeploy:web/prod', group: webArns.green, name: webArns.green },
  ],
  [
    'a group that moves an alias',
    aDrivenRoute({ moves: versions }),
    { resource: 'codedeploy:web/prod', group: null, name: 'checkout:7', version: version7 },
  ],
])('tells of %s what it writes and what green is', (_, route, { resource, group, name, version = null, ...rest }) => {
  const told = [resourceOf(route), targetGroupOf(route, 'green'), sideNameOf(route, 'green')]
  expect(told).toEqual([resource, group, name])
  expect(aliasVersionOf(route, 'green')).toEqual(version)
  expect(testEntryOf(route)).toEqual(rest.test ?? null)
})

it('takes a driver for ended once nothing of it goes on', () => {
  const ended: readonly DriverStatus[] = ['succeeded', 'failed', 'stopped']
  expect(driverStatuses.filter((status) => hasEnded({ status }))).toEqual(ended)
})
