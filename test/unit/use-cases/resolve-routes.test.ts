import { beforeEach, describe, expect, it } from 'vitest'
import type { MemoryCloud } from '../../../shared/adapters/memory/cloud.ts'
import type { Deps } from '../../../shared/deps.ts'
import type { AppSpec } from '../../../shared/domain/codedeploy-revision.ts'
import type { Deployment } from '../../../shared/domain/deployment.ts'
import type { DeploymentRequest } from '../../../shared/domain/deployment-request.ts'
import { TransientError, UpstreamError, ValidationError } from '../../../shared/domain/errors.ts'
import type { DeploymentGroupFacts } from '../../../shared/domain/route-facts.ts'
import { type CodeDeployRoute, type LambdaAliasRoute, type Route, resourceOf } from '../../../shared/domain/service.ts'
import { startNext } from '../../../shared/use-cases/queue/start-next.ts'
import { readTraffic } from '../../../shared/use-cases/read-traffic.ts'
import { recallRoutes } from '../../../shared/use-cases/recall-routes.ts'
import { resolveRoutes } from '../../../shared/use-cases/resolve-routes.ts'
import { startDeployment } from '../../../shared/use-cases/start-deployment.ts'
import { aDeployer, aDeployment, anAlbRoute, anAliasRoute, aService, webArns } from '../../support/builders.ts'
import { createMemoryApi } from '../../support/memory-api.ts'

const { blue: _blue, green: _green, ...unresolved } = anAliasRoute()
const whole = (version: string) => ({ version, additional: null })
const driven: CodeDeployRoute = {
  ...{
    kind: 'codedeploy',
    applicationName: 'shop',
    deploymentGroupName: 'pay',
    onForeignDeployment: 'refuse',
    wave: 2,
  },
}

let deps: Deps
let cloud: MemoryCloud
beforeEach(() => {
  const api = createMemoryApi()
  deps = api.deps
  cloud = api.cloud
  cloud.functions.addFunction('checkout', { versions: ['1', '2', '9', '10'] })
  cloud.functions.setAlias('checkout', 'live', whole('9'))
})

async function resolve(routes: readonly Route[], request: Partial<DeploymentRequest> = {}): Promise<readonly Route[]> {
  const { routes: resolved } = await resolveRoutes(deps, aService({ routes }), request)
  return resolved
}

/** A deployment that ended, which had these routes. */
async function past(routes: readonly Route[], overrides: Partial<Deployment> = {}): Promise<void> {
  const { settings } = aDeployment()
  await deps.deployments.create(aDeployment({ phase: 'succeeded', settings: { ...settings, routes }, ...overrides }))
}

describe('an alias of a service', () => {
  it('has what serves in blue at first, and the newest version by number in green', async () => {
    expect(await resolve([unresolved])).toEqual([{ ...unresolved, blue: '9', green: '10' }])
  })

  it('keeps a version in the slot where its newest deployment had it', async () => {
    await past([anAliasRoute({ blue: '2', green: '9' })])
    expect(await resolve([unresolved])).toEqual([{ ...unresolved, green: '9', blue: '10' }])
  })

  it('is not named by a deployment that moved nothing', async () => {
    await past([anAliasRoute({ blue: '2', green: '9' })])
    const rejected = { id: 'dep_01KDVDNC00000000000000WEB2', phase: 'rejected' } as const
    await past([anAliasRoute({ blue: '9', green: '2' })], rejected)
    expect(await resolve([unresolved])).toEqual([{ ...unresolved, green: '9', blue: '10' }])
  })

  it('gets the version that is asked for', async () => {
    expect(await resolve([unresolved], { lambda: { checkout: '2' } })).toEqual([
      { ...unresolved, blue: '9', green: '2' },
    ])
  })

  it('has one slot only where the newest version serves', async () => {
    cloud.functions.setAlias('checkout', 'live', whole('10'))
    expect(await resolve([unresolved])).toEqual([{ ...unresolved, blue: '10' }])
  })

  it('takes what has most calls for what serves', async () => {
    cloud.functions.setAlias('checkout', 'live', { version: '1', additional: { version: '2', weight: 0.9 } })
    expect(await resolve([unresolved])).toEqual([{ ...unresolved, blue: '2', green: '10' }])
  })

  it('has its stable version in the slot that serves on a rule beside it', async () => {
    cloud.routing.set(webArns.rule, { weights: { [webArns.green]: 100 } })
    await past([anAliasRoute({ blue: '9', green: '2' })])
    const beside = { ...unresolved, green: '9', blue: '10' }
    expect(await resolve([unresolved, anAlbRoute()])).toEqual([beside, anAlbRoute()])
  })

  it('stays as it is where it is not there, or its function', async () => {
    const gone: LambdaAliasRoute = { ...unresolved, alias: 'gone' }
    const missing: LambdaAliasRoute = { ...unresolved, functionName: 'pay' }
    expect(await resolve([gone, missing])).toEqual([gone, missing])
  })

  it('is not moved to what serves already, nor by a name that no route has', async () => {
    const serving = resolve([unresolved], { lambda: { checkout: '9' } })
    await expect(serving).rejects.toThrow(ValidationError)
    await expect(serving).rejects.toMatchObject({
      problems: [
        {
          path: 'lambda.versions.checkout',
          message: 'version 9 of lambda:checkout:live serves already; name another one',
        },
      ],
    })
    await expect(resolve([unresolved], { lambda: { pay: '2' } })).rejects.toThrow(ValidationError)
    await expect(resolve([anAlbRoute()], { lambda: { pay: '2' } })).rejects.toThrow(ValidationError)
  })

  it('is not made up while AWS cannot be asked', async () => {
    cloud.inject({
      before: () => {
        throw new TransientError('throttled')
      },
    })
    await expect(resolve([unresolved])).rejects.toThrow(TransientError)
  })
})

describe('what a driver moves', () => {
  const aGroup = (overrides: Partial<DeploymentGroupFacts>): DeploymentGroupFacts => ({
    ...{ platform: 'ECS', deploymentConfigName: 'any', moves: null, testListenerArn: null, readyWaitMinutes: null },
    ...{ alarms: { enabled: false, names: [] }, autoRollback: { enabled: false, events: [] }, running: [] },
    terminationWaitMinutes: 0,
    ...overrides,
  })
  const inspected = (group: DeploymentGroupFacts | null): void => {
    const groups = { blue: null, green: null }
    const inspect = async () => ({ kind: 'codedeploy' as const, state: null, groups, notLookedAt: [], group })
    deps = { ...deps, inspector: { inspect } }
  }
  const appSpec: AppSpec = {
    version: 0,
    Resources: [
      {
        checkout: {
          Type: 'AWS::Lambda::Function',
          Properties: { Name: 'checkout', Alias: 'live', CurrentVersion: '9', TargetVersion: '10' },
        },
      },
    ],
  }
  const request = { codedeploy: { type: 'app-spec', appSpec } } as const

  it('is the listener of an ECS group, in the wave of the driver', async () => {
    inspected(aGroup({ moves: anAlbRoute() }))
    expect(await resolve([driven])).toEqual([{ ...driven, moves: anAlbRoute({ wave: 2 }) }])
  })

  it('is the alias of an AppSpec, each version in the slot where it was', async () => {
    inspected(aGroup({ platform: 'Lambda' }))
    const moves = { ...unresolved, wave: 2 }
    expect(await resolve([driven], request)).toEqual([{ ...driven, moves: { ...moves, blue: '9', green: '10' } }])
    await past([{ ...driven, moves: anAliasRoute({ blue: '2', green: '9' }) }])
    expect(await resolve([driven], request)).toEqual([{ ...driven, moves: { ...moves, blue: '10', green: '9' } }])
  })

  it.each([
    ['an ECS group whose pair of groups is not found', aGroup({}), request],
    ['a Lambda group without an AppSpec', aGroup({ platform: 'Lambda' }), {}],
    ['servers', aGroup({ platform: 'Server' }), request],
    ['a group that is not there', null, request],
  ])('is not known for %s', async (_name, group, its) => {
    inspected(group)
    expect(await resolve([driven], its)).toEqual([driven])
  })

  it.each([
    ['nothing', {}],
    ['no resource', { Resources: [] }],
    ['no properties', { Resources: [{ checkout: {} }] }],
    ['no alias', { Resources: [{ checkout: { Properties: { Name: 'checkout' } } }] }],
  ])('is refused where the AppSpec of a Lambda group says %s', async (_name, spec) => {
    inspected(aGroup({ platform: 'Lambda' }))
    await expect(resolve([driven], { codedeploy: { type: 'app-spec', appSpec: spec } })).rejects.toThrow(
      ValidationError,
    )
  })
})

describe('a deployment', () => {
  const start = (request: Partial<DeploymentRequest> = {}, key = 'key-1') =>
    startDeployment(deps, { key, request: { service: 'web', ...request }, actor: aDeployer })

  it('keeps the versions that it started with', async () => {
    await deps.services.put(aService({ routes: [unresolved] }))
    const { settings, stable } = await start({ lambda: { checkout: '2' } })
    expect({ routes: settings.routes, stable }).toEqual({
      routes: [{ ...unresolved, blue: '9', green: '2' }],
      stable: 'blue',
    })
    expect((await deps.services.get('web'))?.routes).toEqual([unresolved])
  })

  it('leaves its service free where it is refused', async () => {
    await deps.services.put(aService({ routes: [unresolved] }))
    await expect(start({ lambda: { checkout: '9' } })).rejects.toThrow(ValidationError)
    expect(await deps.deployments.pointer('web')).toBeNull()
  })

  it('that waits is decided again when its turn comes, with the versions that it asked for', async () => {
    await deps.services.put(aService({ routes: [unresolved], concurrency: 'queue' }))
    const first = await start()
    const waiting = await start({ lambda: { checkout: '9' } }, 'key-2')
    const newest = await start({}, 'key-3')
    expect([first.phase, waiting.phase, newest.phase]).toEqual(['preparing', 'queued', 'queued'])
    expect(waiting.queued).toEqual({ lambda: { checkout: '9' }, takesOver: false })
    // The first one ends with success, so that 10 serves in green, and 9 is news again.
    cloud.functions.setAlias('checkout', 'live', whole('10'))
    await deps.deployments.freePointer('web', first.id)
    await startNext(deps, 'web')
    const { phase, stable, settings } = (await deps.deployments.load(waiting.id)) ?? {}
    expect({ phase, stable, routes: settings?.routes }).toEqual({
      ...{ phase: 'preparing', stable: 'green' },
      routes: [{ ...unresolved, green: '10', blue: '9' }],
    })
  })

  it('that waits is refused where its version serves by then, and by name at once', async () => {
    await deps.services.put(aService({ routes: [unresolved], concurrency: 'queue' }))
    const first = await start()
    const waiting = await start({ lambda: { checkout: '10' } }, 'key-2')
    await expect(start({ lambda: { pay: '1' } }, 'key-3')).rejects.toThrow(ValidationError)
    cloud.functions.setAlias('checkout', 'live', whole('10'))
    await deps.deployments.freePointer('web', first.id)
    await startNext(deps, 'web')
    expect(await deps.deployments.load(waiting.id)).toMatchObject({
      ...{ phase: 'rejected', cause: { type: 'preflight', reason: 'a version that is to be deployed serves already' } },
    })
  })
})

describe('the traffic of a service', () => {
  beforeEach(() => deps.services.put(aService({ routes: [unresolved] })))
  const read = async () => (await readTraffic(deps, 'web')).routes[0]

  it('is that of the main version where no deployment knows better', async () => {
    expect(await read()).toMatchObject({ raw: { blue: 100, green: null }, drift: null, problem: null })
  })

  it('shows a version that somebody else put there as a change, and not as one of ours', async () => {
    await past([anAliasRoute({ blue: '2', green: '9' })])
    const lease = await deps.leases.take(resourceOf(unresolved), 'any', 20_000)
    if (lease === null) throw new Error('nobody else holds it')
    await deps.leases.confirm(lease, await cloud.routerFor(anAliasRoute({ blue: '2', green: '9' })).read())
    expect(await read()).toMatchObject({ raw: { blue: null, green: 100 }, drift: null })
    cloud.functions.setAlias('checkout', 'live', whole('10'))
    expect(await read()).toMatchObject({
      raw: { blue: null, green: null },
      drift: { before: { blue: null, green: 100 }, after: { blue: null, green: null }, beyondWeights: true },
    })
  })

  it('is that of what a driver moved last', async () => {
    const other: CodeDeployRoute = { ...driven, deploymentGroupName: 'other' }
    await past([{ ...driven, moves: anAliasRoute({ wave: 2 }) }, other, anAlbRoute()])
    deps = {
      ...deps,
      inspector: {
        async inspect() {
          throw new UpstreamError('access denied')
        },
      },
    }
    const routes = [driven, other, anAlbRoute()]
    expect(await recallRoutes(deps, aService({ routes }))).toEqual([
      { ...driven, moves: anAliasRoute({ wave: 2 }) },
      other,
      anAlbRoute(),
    ])
  })

  it('does not hide a bug behind a route that cannot be recalled', async () => {
    const inspect = async () => {
      throw new Error('a bug')
    }
    deps = { ...deps, inspector: { inspect } }
    await expect(recallRoutes(deps, aService({ routes: [driven] }))).rejects.toThrow('a bug')
  })
})
