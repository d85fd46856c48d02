import { beforeEach, describe, expect, it } from 'vitest'
import { routerByKind } from '../../../shared/adapters/by-route-kind.ts'
import type { Deps } from '../../../shared/deps.ts'
import type { CodeDeployRevision } from '../../../shared/domain/codedeploy-revision.ts'
import { TransientError } from '../../../shared/domain/errors.ts'
import { buildPlan } from '../../../shared/domain/plan.ts'
import type { AliasFacts, DeploymentGroupFacts } from '../../../shared/domain/route-facts.ts'
import type { LambdaAliasRoute, Route } from '../../../shared/domain/service.ts'
import type { Strategy } from '../../../shared/domain/strategy.ts'
import type { RouteState } from '../../../shared/domain/traffic.ts'
import type { DirectRouter } from '../../../shared/ports/traffic-router.ts'
import { planDrivenWrites } from '../../../shared/use-cases/plan-driven-writes.ts'
import { preflight } from '../../../shared/use-cases/preflight.ts'
import { resolveDriven } from '../../../shared/use-cases/resolve-driven.ts'
import { anAlbRoute } from '../../support/builders.ts'
import {
  aBundle,
  aDrivenRoute,
  aLambdaRevision,
  anEcsRevision,
  someAliasFacts,
  someDriverFacts,
} from '../../support/driven.ts'
import { createMemoryApi } from '../../support/memory-api.ts'

const canary: Strategy = { type: 'canary', percent: 10, intervalSeconds: 600, bakeSeconds: 0 }
const onLambda = { platform: 'Lambda', moves: null } as const
const checkout: LambdaAliasRoute = {
  ...{ kind: 'lambda-alias', functionName: 'checkout', alias: 'live' },
  ...{ blue: '6', green: '7', wave: 1 },
}

let group: Partial<DeploymentGroupFacts> | null
let alias: AliasFacts | Error
/** Routes that somebody asked about, in their order. */
let asked: Route[]
let deps: Deps

/** An alias that serves blue. */
function aliasRouter(): DirectRouter {
  const state = (green: number): RouteState => ({ weights: { blue: 1000 - green, green }, settings: '', raw: null })
  return {
    read: async () => state(0),
    target: (_current, { percent }) => state(percent * 10),
    write: async () => {
      throw new Error('a plan writes nothing')
    },
  }
}

beforeEach(() => {
  group = onLambda
  alias = someAliasFacts()
  asked = []
  const memory = createMemoryApi().deps
  deps = {
    ...memory,
    routerFor: routerByKind({ alb: memory.routerFor, route53: memory.routerFor, lambdaAlias: aliasRouter }),
    inspector: {
      async inspect(route) {
        asked.push(route)
        if (route.kind !== 'lambda-alias') return someDriverFacts(group)
        if (alias instanceof Error) throw alias
        return alias
      },
    },
  }
})

describe('resolveDriven', () => {
  const resolve = async (revision: CodeDeployRevision | null) =>
    (await resolveDriven(deps, aDrivenRoute(), revision, [])).route

  it('takes what an ECS group shifts from the group, whatever is deployed', async () => {
    group = {}
    expect(await resolve(null)).toEqual(aDrivenRoute({ moves: anAlbRoute() }))
  })

  it('takes what a Lambda group shifts from the AppSpec', async () => {
    expect(await resolve(aLambdaRevision)).toEqual(aDrivenRoute({ moves: checkout }))
    expect(await resolve(null)).toEqual(aDrivenRoute())
    expect(await resolve(anEcsRevision)).toEqual(aDrivenRoute())
  })

  it('leaves out what nobody divides or knows', async () => {
    group = { platform: 'Server', moves: null }
    expect(await resolve(aBundle)).toEqual(aDrivenRoute())
    group = null
    expect(await resolve(aLambdaRevision)).toEqual(aDrivenRoute())
  })
})

it('plans the shifts of an alias in its own weights', async () => {
  const driven = { strategy: canary, revision: aLambdaRevision }
  const wish = { route: aDrivenRoute({ moves: checkout }), driven, plan: buildPlan(canary), canary: 'green' } as const
  const shift = { action: 'driver-shift', resource: 'lambda:checkout:live' }
  expect(await planDrivenWrites(deps, wish)).toEqual({
    before: [{ step: null, action: 'create-deployment', resource: 'codedeploy:web/prod', before: null, after: null }],
    shifts: [
      { ...shift, step: 0, before: { blue: 1000, green: 0 }, after: { blue: 900, green: 100 } },
      { ...shift, step: 1, before: { blue: 900, green: 100 }, after: { blue: 0, green: 1000 } },
    ],
  })
})

describe('preflight of an AppSpec for Lambda', () => {
  const look = (revision: CodeDeployRevision | null = aLambdaRevision) =>
    preflight(deps, {
      ...{
        routes: [aDrivenRoute()],
        gates: [],
        plan: buildPlan(canary),
        stable: 'blue',
        canary: 'green',
        at: 'deployment',
      },
      driven: { strategy: canary, revision },
    })
  const ids = async () => (await look()).findings.map(({ severity, id }) => `${severity} ${id}`)

  it('asks what the alias serves', async () => {
    alias = someAliasFacts({ alias: { version: '5', additional: null } })
    expect(await ids()).toContain('error appspec-current-version')
    expect(asked).toEqual([aDrivenRoute(), checkout])
  })

  it('says so where the alias cannot be looked at', async () => {
    alias = new TransientError('throttled')
    expect(await ids()).toContain('warning not-looked-at:codedeploy.alias')
  })

  it('asks about no alias where none is named', async () => {
    await look(anEcsRevision)
    await look(null)
    expect(asked).toEqual([aDrivenRoute(), aDrivenRoute()])
  })
})
