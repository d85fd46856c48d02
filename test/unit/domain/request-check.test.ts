import { expect, it } from 'vitest'
import type { DeploymentRequest } from '../../../shared/domain/deployment-request.ts'
import { checkRequest } from '../../../shared/domain/request-check.ts'
import type { Route } from '../../../shared/domain/service.ts'
import { anAlbRoute } from '../../support/builders.ts'
import { aDrivenRoute, anAliasRoute, anEcsRevision } from '../../support/driven.ts'
import { anAlarmsGate } from '../../support/gates.ts'

const driven = [aDrivenRoute()]
const adopting = [aDrivenRoute({ onForeignDeployment: 'adopt' })]
const aliases = [anAliasRoute(), anAliasRoute({ alias: 'eu' }), anAliasRoute({ functionName: 'pay' })]
const check = (routes: readonly Route[], request: Omit<DeploymentRequest, 'service'>) =>
  checkRequest({ name: 'web', routes }, { service: 'web', ...request })

it.each<[string, readonly Route[], Omit<DeploymentRequest, 'service'>]>([
  ['a load balancer by itself', [anAlbRoute()], { to: 'green' }],
  ['a group with what to deploy', driven, { codedeploy: anEcsRevision, gates: [anAlarmsGate()] }],
  ['a group that takes over, without', adopting, {}],
  ['a group that takes over, with', adopting, { codedeploy: anEcsRevision }],
  ['aliases, to their newest versions', aliases, {}],
  ['aliases, one to a version', aliases, { lambda: { checkout: '7' } }],
])('lets through %s', (_, routes, request) => {
  expect(check(routes, request)).toEqual([])
})

it.each<[string, readonly Route[], Omit<DeploymentRequest, 'service'>, readonly (readonly [string, string])[]]>([
  [
    'a group without what to deploy',
    driven,
    {},
    [['codedeploy', 'is required with a codedeploy route: one of appSpec, ecs, lambda, s3 or github']],
  ],
  [
    'a group with a side',
    driven,
    { codedeploy: anEcsRevision, to: 'green' },
    [['to', 'must be left out: CodeDeploy chooses the side itself']],
  ],
  [
    'a revision for a load balancer',
    [anAlbRoute()],
    { codedeploy: anEcsRevision },
    [['codedeploy', 'must be left out: service "web" has no codedeploy route']],
  ],
  [
    'versions for a group',
    driven,
    { codedeploy: anEcsRevision, lambda: { checkout: '7' } },
    [['lambda', 'must be left out: service "web" has no lambda-alias route']],
  ],
  [
    'a version of a function of nobody',
    aliases,
    { lambda: { checkout: '7', chekout: '7' } },
    [['lambda.versions.chekout', "is no function of this service's routes, which are spelt checkout, pay"]],
  ],
])('refuses %s', (_, routes, request, problems) => {
  expect(check(routes, request)).toEqual(problems.map(([path, message]) => ({ path, message })))
})

it('holds overrides to the limits of the driver', () => {
  const strategy = { type: 'canary', percent: 0.5, intervalSeconds: 60, bakeSeconds: 0 } as const
  const gates = [anAlarmsGate({ onFail: 'halt' })]
  const paths = check(driven, { codedeploy: anEcsRevision, strategy, gates }).map(({ path }) => path)
  expect(paths).toEqual(['strategy.percent', 'gates[0].onFail'])
  expect(check([anAlbRoute()], { strategy, gates })).toEqual([])
})
