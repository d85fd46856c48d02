import { describe, expect, it } from 'vitest'
import type { CodeDeployRevision } from '../../../shared/domain/codedeploy-revision.ts'
import { toDriverTag } from '../../../shared/domain/driver-tag.ts'
import { aliasOf, appSpecFindings } from '../../../shared/domain/findings/app-spec.ts'
import { driverFindings } from '../../../shared/domain/findings/driver.ts'
import type { PreflightFacts } from '../../../shared/domain/findings/facts.ts'
import { buildPlan } from '../../../shared/domain/plan.ts'
import { findFindings } from '../../../shared/domain/preflight.ts'
import type { AliasFacts, DeploymentGroupFacts } from '../../../shared/domain/route-facts.ts'
import type { CodeDeployRoute } from '../../../shared/domain/service.ts'
import type { Strategy } from '../../../shared/domain/strategy.ts'
import { anAlbRoute, aRouteState } from '../../support/builders.ts'
import {
  aBundle,
  aDrivenRoute,
  aLambdaRevision,
  anEcsRevision,
  aRunningDeployment,
  someAliasFacts,
  someDriverFacts,
} from '../../support/driven.ts'
import { aGroupHealth } from '../../support/gates.ts'
import { aCheckedRoute, somePreflightFacts } from '../../support/preflight.ts'

const canary: Strategy = { type: 'canary', percent: 10, intervalSeconds: 1800, bakeSeconds: 600 }

interface Case {
  readonly route?: Partial<CodeDeployRoute>
  readonly group?: Partial<DeploymentGroupFacts> | null
  readonly strategy?: Strategy
  readonly revision?: CodeDeployRevision | null
  readonly alias?: AliasFacts | null
  readonly at?: PreflightFacts['at']
  readonly state?: ReturnType<typeof aRouteState>
}

function factsOf({ route, group = {}, strategy = canary, revision = anEcsRevision, alias = null, at, state }: Case) {
  const facts = { ...someDriverFacts(group), ...(state && { state }) }
  const checked = aCheckedRoute({ route: aDrivenRoute(route), facts, health: { blue: null, green: null } })
  const driven = { strategy, revision, alias }
  return somePreflightFacts({ routes: [checked], plan: buildPlan(strategy), driven, ...(at && { at }) })
}
const found = (wish: Case) => driverFindings(factsOf(wish))
const ids = (wish: Case) => found(wish).map(({ severity, id }) => `${severity} ${id}`)
const lambda = { platform: 'Lambda', moves: null } as const
const running = [aRunningDeployment()]

it('finds nothing where a group is as it should be', () => {
  expect(findFindings(factsOf({}))).toEqual([])
  expect(ids({ group: lambda, revision: aLambdaRevision, alias: someAliasFacts() })).toEqual([])
})

it('says nothing of a group that is not there or was not looked at, nor of other routes', () => {
  expect(ids({ group: null })).toEqual([])
  expect(
    driverFindings(somePreflightFacts({ routes: [aCheckedRoute({ route: aDrivenRoute(), facts: null })] })),
  ).toEqual([])
  expect(driverFindings(somePreflightFacts())).toEqual([])
})

it('does not miss the targets of a side that CodeDeploy fills itself', () => {
  const health = { blue: aGroupHealth(2), green: aGroupHealth(0) }
  const moved = aCheckedRoute({ route: aDrivenRoute({ moves: anAlbRoute() }), facts: someDriverFacts(), health })
  expect(findFindings(somePreflightFacts({ routes: [moved] }))).toEqual([])
})

describe('codedeploy-busy', () => {
  it('refuses beside a deployment that somebody else started', () => {
    expect(found({ group: { running } })).toEqual([
      {
        id: 'codedeploy-busy:d-A1B2C3D4E',
        severity: 'error',
        title: 'CodeDeploy is busy',
        detail:
          'd-A1B2C3D4E runs in web/prod, created by user at 2026-01-01T00:00:00.000Z, and a group runs one deployment at a time; let it end or stop it',
      },
    ])
  })

  it('warns that it takes one over', () => {
    expect(found({ route: { onForeignDeployment: 'adopt' }, group: { running }, revision: null })).toEqual([
      {
        id: 'codedeploy-busy:d-A1B2C3D4E',
        severity: 'warning',
        title: 'A running deployment is taken over',
        detail:
          'd-A1B2C3D4E runs in web/prod, created by user at 2026-01-01T00:00:00.000Z: Sluice takes it over, and deploys nothing of its own',
      },
    ])
  })

  it('takes over nothing that takes another deployment back', () => {
    const rollback = [aRunningDeployment({ creator: 'codeDeployRollback' })]
    const adopting = { route: { onForeignDeployment: 'adopt' }, group: { running: rollback } } as const
    expect(ids(adopting)).toEqual(['error codedeploy-busy:d-A1B2C3D4E'])
    expect(ids({ ...adopting, revision: null })).toEqual([
      'error codedeploy-busy:d-A1B2C3D4E',
      'error nothing-to-adopt',
    ])
  })

  it.each(['shift', 'roll-back'] as const)('knows its own: %s', (purpose) => {
    const own = aRunningDeployment({ description: toDriverTag('dep_01KDVDNC00000000000000WEB1', purpose) })
    expect(ids({ group: { running: [own] } })).toEqual([])
  })
})

describe('nothing-to-adopt', () => {
  const adopting = { route: { onForeignDeployment: 'adopt' } } as const
  it('refuses where nothing runs and nothing was asked for', () => {
    expect(found({ ...adopting, revision: null })).toEqual([
      {
        id: 'nothing-to-adopt',
        severity: 'error',
        title: 'There is nothing to deploy',
        detail: 'no deployment runs in web/prod that could be taken over; say in "codedeploy" what to deploy',
      },
    ])
    expect(ids({ ...adopting, revision: anEcsRevision })).toEqual([])
    expect(ids({ ...adopting, revision: null, at: 'put' })).toEqual([])
  })

  it('counts what was not asked at all as nothing asked for', () => {
    const { driven: _unknown, ...facts } = factsOf(adopting)
    expect(driverFindings(facts).map(({ id }) => id)).toEqual(['nothing-to-adopt'])
  })
})

describe('platform-mismatch', () => {
  it.each<[string, Case, string]>([
    [
      'an AppSpec for Lambda on ECS',
      { revision: aLambdaRevision },
      'web/prod deploys to ECS; this is an AppSpec for Lambda',
    ],
    ['a bundle on ECS', { revision: aBundle }, 'web/prod deploys to ECS; this is a bundle for servers'],
    [
      'an AppSpec for ECS on servers',
      { group: { platform: 'Server', moves: null }, strategy: { type: 'blue-green', bakeSeconds: 0 } },
      'web/prod deploys to Server; this is an AppSpec for ECS',
    ],
  ])('refuses %s', (_, wish, detail) => {
    expect(found(wish)).toEqual([
      { id: 'platform-mismatch', severity: 'error', title: 'This is for another platform', detail },
    ])
  })
})

describe('strategy-not-possible', () => {
  it('names what the platform cannot do', () => {
    const strategy: Strategy = { type: 'preset', name: 'CodeDeployDefault.LambdaAllAtOnce' }
    expect(found({ strategy })).toEqual([
      {
        id: 'strategy-not-possible',
        severity: 'error',
        title: 'CodeDeploy has no such course',
        detail: 'strategy.name must be a configuration for ECS, not CodeDeployDefault.LambdaAllAtOnce',
      },
    ])
    expect(ids({ strategy: canary, group: { platform: 'Server', moves: null }, revision: aBundle })).toEqual([
      'error strategy-not-possible',
    ])
  })
})

it('says until when CodeDeploy waits for an approval', () => {
  const strategy: Strategy = { type: 'steps', steps: [{ weight: 100, bakeSeconds: 60, approval: true }] }
  expect(ids({ strategy, group: { readyWaitMinutes: 30 } })).toEqual(['warning ready-wait'])
})

it('refuses a split that nobody of us made, unless a deployment makes it now', () => {
  const state = aRouteState({ weights: { blue: 70, green: 30 } })
  expect(ids({ state })).toEqual(['error weights-foreign'])
  expect(ids({ state, group: { running } })).toEqual(['error codedeploy-busy:d-A1B2C3D4E'])
})

it.each<[string, Partial<DeploymentGroupFacts>, string, string]>([
  [
    'ecs-target-groups-unknown',
    { moves: null },
    'Nothing measures the sides',
    'the pair of target groups behind web/prod was not found on its listener: weights, health and metrics of the sides are not seen, and only gates that need none of these judge',
  ],
  [
    'auto-rollback-off',
    { autoRollback: { enabled: true, events: ['DEPLOYMENT_STOP_ON_ALARM'] } },
    'CodeDeploy does not roll back by itself',
    'web/prod does not roll back by itself when a deployment fails. Sluice stops with a rollback all the same when a gate fails; where CodeDeploy fails by itself, going back is left to Sluice. Switch on DEPLOYMENT_FAILURE in the group',
  ],
  [
    'alarms-of-group',
    { alarms: { enabled: true, names: ['web-5xx', 'web-p99'] } },
    'The group has alarms of its own',
    'web/prod stops a deployment by itself when one of these goes off: web-5xx, web-p99',
  ],
  [
    'ready-wait',
    { readyWaitMinutes: 30 },
    'CodeDeploy waits before the shift',
    'web/prod waits before it shifts, 30 minutes at most: then CodeDeploy stops the deployment',
  ],
  [
    'termination-wait-short',
    { terminationWaitMinutes: 9 },
    'The old tasks end before the last bake',
    'web/prod ends the replaced tasks 9 minutes after the shift, but the last step bakes 600 s: from then on going back is a new deployment that starts tasks',
  ],
])('warns: %s', (id, group, title, detail) => {
  expect(found({ group })).toEqual([{ id, severity: 'warning', title, detail }])
})

it.each<[string, Partial<DeploymentGroupFacts>, readonly string[]]>([
  ['no rollback at all', { autoRollback: { enabled: false, events: ['DEPLOYMENT_FAILURE'] } }, ['auto-rollback-off']],
  ['alarms switched off', { alarms: { enabled: false, names: ['web-5xx'] } }, []],
  ['alarms on, and none named', { alarms: { enabled: true, names: [] } }, []],
  ['a wait as long as the bake', { terminationWaitMinutes: 10 }, []],
])('tells apart: %s', (_, group, expected) => {
  expect(found({ group }).map(({ id }) => id)).toEqual(expected)
})

it('takes a plan without steps for one without a last bake', () => {
  const facts = { ...factsOf({ group: { terminationWaitMinutes: 0 } }), plan: { ...buildPlan(canary), steps: [] } }
  expect(driverFindings(facts)).toEqual([])
})

describe('an AppSpec for Lambda', () => {
  const onLambda = (alias: AliasFacts | null) => found({ group: lambda, revision: aLambdaRevision, alias })

  it.each<[string, Partial<AliasFacts>, string, string, string]>([
    [
      'an alias that is not there',
      { alias: null },
      'appspec-current-version',
      'The alias is not there',
      'there is no alias "live" of checkout; create it first',
    ],
    [
      'another version that serves',
      { alias: { version: '5', additional: null } },
      'appspec-current-version',
      'The alias serves another version',
      'alias "live" of checkout serves version 5, the AppSpec says 6: name the version that it serves',
    ],
    [
      'an alias that is divided',
      { alias: { version: '6', additional: { version: '7', weight: 0.055 } } },
      'appspec-current-version',
      'The alias is divided already',
      'alias "live" of checkout sends 5.5 % to version 7 besides 6; put it on one version first',
    ],
    [
      'a new version that is not published',
      { published: { blue: true, green: false } },
      'appspec-target-version',
      'The new version is not published',
      'checkout has no published version 7; publish it first',
    ],
  ])('is refused for %s', (_, alias, id, title, detail) => {
    expect(onLambda(someAliasFacts(alias))).toEqual([{ id, severity: 'error', title, detail }])
  })

  it('is not refused for what could not be looked at', () => {
    expect(onLambda(null)).toEqual([])
    const refused = someAliasFacts({ alias: null, published: { blue: null, green: null }, notLookedAt: ['refused'] })
    expect(onLambda(refused)).toEqual([])
  })

  it('says nothing where none is given', () => {
    expect(appSpecFindings(factsOf({ revision: null, alias: someAliasFacts() }))).toEqual([])
    expect(appSpecFindings(factsOf({ alias: someAliasFacts() }))).toEqual([])
    expect(appSpecFindings(somePreflightFacts())).toEqual([])
  })
})

describe('aliasOf', () => {
  it('is the alias that an AppSpec for Lambda shifts, with both versions', () => {
    expect(aliasOf(aLambdaRevision)).toEqual({
      ...{ kind: 'lambda-alias', functionName: 'checkout', alias: 'live' },
      ...{ blue: '6', green: '7', wave: 1 },
    })
  })

  it.each([null, anEcsRevision, aBundle])('is none of anything else', (revision) => {
    expect(aliasOf(revision)).toBeNull()
  })
})
