import * as sdk from '@aws-sdk/client-codedeploy'
import { mockClient } from 'aws-sdk-client-mock'
import { beforeEach, describe, expect, it } from 'vitest'
import { createCodeDeployDriver } from '../../../../shared/adapters/codedeploy/deployment-driver.ts'
import { ConflictError, NotFoundError, TransientError, UpstreamError } from '../../../../shared/domain/errors.ts'
import type { DriverWish } from '../../../../shared/ports/deployment-driver.ts'
import { aDrivenRoute } from '../../../support/driven-stack.ts'

const repeating = new sdk.CodeDeployClient({ region: 'eu-west-1' })
const once = new sdk.CodeDeployClient({ region: 'eu-west-1' })
const codeDeploy = mockClient(repeating)
const creator = mockClient(once)
const driver = createCodeDeployDriver({ repeating, once }, aDrivenRoute())
const names = { applicationName: 'web', deploymentGroupName: 'live' }
const appSpec = { version: 0, Resources: [] }

function aWish(settings: Partial<DriverWish> = {}): DriverWish {
  return {
    ...{ tag: 'sluice dep_1', platform: 'ECS', revision: { type: 'app-spec', appSpec } },
    strategy: { type: 'canary', percent: 10, intervalSeconds: 300, bakeSeconds: 0 },
    ...settings,
  }
}
const linear20: Partial<DriverWish> = {
  strategy: { type: 'linear', percent: 20, intervalSeconds: 120, bakeSeconds: 0 },
}
const ownConfig = {
  deploymentConfigName: 'sluice-ecs-linear-20-2m',
  computePlatform: 'ECS',
  trafficRoutingConfig: { type: 'TimeBasedLinear', timeBasedLinear: { linearPercentage: 20, linearInterval: 2 } },
} as const

/** An error of the service by its name. */
const refusal = (name: string) =>
  new sdk.CodeDeployServiceException({ name, $fault: 'client', message: 'no', $metadata: { httpStatusCode: 400 } })
const inputs = (mock: typeof codeDeploy, command: Parameters<typeof codeDeploy.commandCalls>[0]) =>
  mock.commandCalls(command).map(({ args }) => args[0].input)

beforeEach(() => {
  for (const mock of [codeDeploy, creator]) {
    mock.reset()
    mock.onAnyCommand().rejects(new Error('unexpected command'))
  }
})

describe('create', () => {
  beforeEach(() => creator.on(sdk.CreateDeploymentCommand).resolves({ deploymentId: 'd-1' }))

  it('sends the AppSpec as JSON with its digest, and leaves everything else to the group', async () => {
    expect(await driver.create(aWish())).toBe('d-1')
    expect(inputs(creator, sdk.CreateDeploymentCommand)).toEqual([
      {
        ...{ ...names, description: 'sluice dep_1' },
        deploymentConfigName: 'CodeDeployDefault.ECSCanary10Percent5Minutes',
        revision: {
          revisionType: 'AppSpecContent',
          appSpecContent: {
            content: '{"version":0,"Resources":[]}',
            sha256: '00b604c666c6b0182d07ed105f667a276d9e9db590432abbc7b22811e0a39890',
          },
        },
      },
    ])
  })

  it('names no configuration for servers', async () => {
    const revision = { type: 's3', bucket: 'b', key: 'web.zip', bundleType: 'zip', version: 'v7' } as const
    await driver.create(aWish({ platform: 'Server', strategy: null, revision }))
    const s3Location = { bucket: 'b', key: 'web.zip', bundleType: 'zip', version: 'v7' }
    expect(inputs(creator, sdk.CreateDeploymentCommand)).toEqual([
      { ...names, description: 'sluice dep_1', revision: { revisionType: 'S3', s3Location } },
    ])
  })

  it('takes no strategy for servers', async () => {
    await expect(driver.create(aWish({ platform: 'Server' }))).rejects.toThrow(UpstreamError)
    expect(creator.calls()).toEqual([])
  })

  it('creates a configuration of its own that is missing', async () => {
    codeDeploy.on(sdk.GetDeploymentConfigCommand).rejects(refusal('DeploymentConfigDoesNotExistException'))
    codeDeploy.on(sdk.CreateDeploymentConfigCommand).resolves({ deploymentConfigId: 'c-1' })
    await driver.create(aWish(linear20))
    expect(inputs(codeDeploy, sdk.CreateDeploymentConfigCommand)).toEqual([ownConfig])
    expect(inputs(creator, sdk.CreateDeploymentCommand)).toMatchObject([
      { deploymentConfigName: ownConfig.deploymentConfigName },
    ])
  })

  it('looks for the last time when its configuration is there, and creates nothing where that says no', async () => {
    codeDeploy.on(sdk.GetDeploymentConfigCommand).rejects(refusal('DeploymentConfigDoesNotExistException'))
    codeDeploy.on(sdk.CreateDeploymentConfigCommand).resolves({ deploymentConfigId: 'c-1' })
    const seen: number[] = []
    const creation = driver.create(aWish(linear20), async () => {
      seen.push(codeDeploy.commandCalls(sdk.CreateDeploymentConfigCommand).length)
      throw new ConflictError('the lease is over')
    })
    await expect(creation).rejects.toThrow(new ConflictError('the lease is over'))
    expect([seen, creator.calls()]).toEqual([[1], []])
  })

  it('takes the one that is there', async () => {
    codeDeploy.on(sdk.GetDeploymentConfigCommand).resolves({ deploymentConfigInfo: ownConfig })
    expect(await driver.create(aWish(linear20))).toBe('d-1')
  })

  it('takes the one that somebody else created at the same moment, if it says the same', async () => {
    codeDeploy
      .on(sdk.GetDeploymentConfigCommand)
      .rejectsOnce(refusal('DeploymentConfigDoesNotExistException'))
      .resolves({ deploymentConfigInfo: ownConfig })
    codeDeploy.on(sdk.CreateDeploymentConfigCommand).rejects(refusal('DeploymentConfigAlreadyExistsException'))
    expect(await driver.create(aWish(linear20))).toBe('d-1')
    expect(codeDeploy.commandCalls(sdk.GetDeploymentConfigCommand)).toHaveLength(2)
  })

  it.each([
    ['the other kind', { type: 'TimeBasedCanary', timeBasedCanary: { canaryPercentage: 20, canaryInterval: 2 } }],
    ['another share', { type: 'TimeBasedLinear', timeBasedLinear: { linearPercentage: 21, linearInterval: 2 } }],
    ['another interval', { type: 'TimeBasedLinear', timeBasedLinear: { linearPercentage: 20, linearInterval: 3 } }],
    ['all at once', { type: 'AllAtOnce' }],
  ] as const)(
    'creates no deployment with a configuration of our name that does %s',
    async (_, trafficRoutingConfig) => {
      const deploymentConfigInfo = { ...ownConfig, trafficRoutingConfig }
      codeDeploy.on(sdk.GetDeploymentConfigCommand).resolves({ deploymentConfigInfo })
      const creation = driver.create(aWish(linear20))
      await expect(creation).rejects.toThrow(UpstreamError)
      await expect(creation).rejects.toThrow('cannot be changed')
      expect(creator.calls()).toEqual([])
    },
  )

  it('is not sent when its configuration took all the time that there was for that', async () => {
    const afterAWhile = <T>(answer: () => T) => new Promise<void>((resolve) => setTimeout(resolve, 15)).then(answer)
    codeDeploy.on(sdk.GetDeploymentConfigCommand).callsFake(() =>
      afterAWhile(() => {
        throw refusal('DeploymentConfigDoesNotExistException')
      }),
    )
    codeDeploy.on(sdk.CreateDeploymentConfigCommand).callsFake(() => afterAWhile(() => ({})))
    const hasty = createCodeDeployDriver({ repeating, once }, aDrivenRoute(), { callMs: 25 })
    await expect(hasty.create(aWish(linear20))).rejects.toMatchObject({ name: 'TransientError', refused: true })
    expect(creator.calls()).toEqual([])
  })

  it('is sent once, and its outcome is unknown when no answer comes', async () => {
    creator.on(sdk.CreateDeploymentCommand).callsFake(() => new Promise(() => undefined))
    const hasty = createCodeDeployDriver({ repeating, once }, aDrivenRoute(), { createMs: 5 })
    const creation = hasty.create(aWish())
    await expect(creation).rejects.toThrow(TransientError)
    await expect(creation).rejects.toMatchObject({ refused: false })
    expect(creator.commandCalls(sdk.CreateDeploymentCommand)).toHaveLength(1)
  })

  it('has an unknown outcome when the answer holds no id', async () => {
    creator.on(sdk.CreateDeploymentCommand).resolves({})
    await expect(driver.create(aWish())).rejects.toMatchObject({ name: 'TransientError', refused: false })
  })

  it('says that nothing was created when the configuration could not be asked for', async () => {
    codeDeploy.on(sdk.GetDeploymentConfigCommand).rejects(Object.assign(new Error('slow'), { name: 'TimeoutError' }))
    await expect(driver.create(aWish(linear20))).rejects.toMatchObject({ name: 'TransientError', refused: true })
    expect(creator.calls()).toEqual([])
  })

  it('names the deployment that is in the way', async () => {
    const message = "The Deployment Group 'live' already has an active Deployment 'd-ABC123XYZ'"
    creator
      .on(sdk.CreateDeploymentCommand)
      .rejects(new sdk.DeploymentLimitExceededException({ message, $metadata: { httpStatusCode: 400 } }))
    await expect(driver.create(aWish())).rejects.toMatchObject({
      name: 'ConflictError',
      current: { running: 'd-ABC123XYZ' },
    })
  })
})

describe('find', () => {
  it('pages to the end, asks for 25 at a time, and takes the newest of several', async () => {
    const ids = Array.from({ length: 60 }, (_, n) => `d-${n}`)
    const [first, second] = [ids.slice(0, 50), ids.slice(50)]
    codeDeploy
      .on(sdk.ListDeploymentsCommand)
      .resolvesOnce({ deployments: first, nextToken: 'more' })
      .resolves({ deployments: second })
    codeDeploy.on(sdk.BatchGetDeploymentsCommand).callsFake(({ deploymentIds }: { deploymentIds: string[] }) => ({
      deploymentsInfo: deploymentIds.map((deploymentId) => {
        const number = Number(deploymentId.slice(2))
        const description = [3, 57, 40].includes(number) ? 'sluice dep_1' : 'sluice dep_1 roll-back'
        return { deploymentId, description, createTime: new Date(number * 1000) }
      }),
    }))
    expect(await driver.find('sluice dep_1', 1_000_000)).toBe('d-57')
    const asked = { ...names, createTimeRange: { start: new Date(700_000) } }
    expect(inputs(codeDeploy, sdk.ListDeploymentsCommand)).toEqual([asked, { ...asked, nextToken: 'more' }])
    expect(inputs(codeDeploy, sdk.BatchGetDeploymentsCommand)).toEqual([
      { deploymentIds: ids.slice(0, 25) },
      { deploymentIds: ids.slice(25, 50) },
      { deploymentIds: ids.slice(50) },
    ])
  })

  it('asks for no details where there is none', async () => {
    codeDeploy.on(sdk.ListDeploymentsCommand).resolves({})
    expect(await driver.find('sluice dep_1', 0)).toBeNull()
    expect(inputs(codeDeploy, sdk.ListDeploymentsCommand)).toEqual([
      { ...names, createTimeRange: { start: new Date(0) } },
    ])
  })
})

describe('read', () => {
  it('asks for targets page by page, 25 at a time', async () => {
    const targetIds = Array.from({ length: 30 }, (_, n) => `i-${n}`)
    const deploymentInfo = { status: 'InProgress', computePlatform: 'Server' } as const
    codeDeploy.on(sdk.GetDeploymentCommand).resolves({ deploymentInfo })
    codeDeploy
      .on(sdk.ListDeploymentTargetsCommand)
      .resolvesOnce({ targetIds: targetIds.slice(0, 20), nextToken: 'more' })
      .resolves({ targetIds: targetIds.slice(20) })
    codeDeploy.on(sdk.BatchGetDeploymentTargetsCommand).callsFake(({ targetIds }: { targetIds: string[] }) => ({
      deploymentTargets: targetIds.map(() => ({ instanceTarget: { status: 'Succeeded' } })),
    }))
    expect(await driver.read('d-1')).toMatchObject({ deploymentId: 'd-1', weight: 100 })
    expect(inputs(codeDeploy, sdk.BatchGetDeploymentTargetsCommand)).toEqual([
      { deploymentId: 'd-1', targetIds: targetIds.slice(0, 25) },
      { deploymentId: 'd-1', targetIds: targetIds.slice(25) },
    ])
  })

  it('finds nothing in an answer without a deployment', async () => {
    codeDeploy.on(sdk.GetDeploymentCommand).resolves({})
    await expect(driver.read('d-1')).rejects.toThrow(NotFoundError)
  })
})

describe('commands', () => {
  it.each([
    ['ready', 'READY_WAIT'],
    ['termination', 'TERMINATION_WAIT'],
  ] as const)('releases the wait %s', async (wait, deploymentWaitType) => {
    codeDeploy.on(sdk.ContinueDeploymentCommand).resolves({})
    await driver.continue('d-1', wait)
    expect(inputs(codeDeploy, sdk.ContinueDeploymentCommand)).toEqual([{ deploymentId: 'd-1', deploymentWaitType }])
  })

  it('stops with a rollback, whatever the group says', async () => {
    codeDeploy.on(sdk.StopDeploymentCommand).resolves({ status: 'Pending' })
    await driver.stop('d-1')
    expect(inputs(codeDeploy, sdk.StopDeploymentCommand)).toEqual([{ deploymentId: 'd-1', autoRollbackEnabled: true }])
  })
})

describe('previousRevision', () => {
  const github = (commitId: string) =>
    ({ revisionType: 'GitHub', gitHubLocation: { repository: 'acme/web', commitId } }) as const
  const at = (minute: number) => new Date(minute * 60_000)

  it('is what CodeDeploy tells', async () => {
    codeDeploy
      .on(sdk.GetDeploymentCommand)
      .resolves({ deploymentInfo: { previousRevision: github('a'), createTime: at(5) } })
    expect(await driver.previousRevision('d-1')).toEqual({ type: 'github', repository: 'acme/web', commitId: 'a' })
  })

  it('is else that of the newest success before it', async () => {
    codeDeploy.on(sdk.GetDeploymentCommand).resolves({ deploymentInfo: { createTime: at(5) } })
    codeDeploy.on(sdk.ListDeploymentsCommand).resolves({ deployments: ['d-3', 'd-1', 'd-2', 'd-0'] })
    codeDeploy.on(sdk.BatchGetDeploymentsCommand).resolves({
      deploymentsInfo: [
        { deploymentId: 'd-3', createTime: at(6), revision: github('later') },
        { deploymentId: 'd-1', createTime: at(5), revision: github('itself') },
        { deploymentId: 'd-0', createTime: at(1), revision: github('oldest') },
        { deploymentId: 'd-2', createTime: at(3), revision: github('newest') },
      ],
    })
    expect(await driver.previousRevision('d-1')).toMatchObject({ commitId: 'newest' })
    expect(inputs(codeDeploy, sdk.ListDeploymentsCommand)).toEqual([
      { ...names, includeOnlyStatuses: ['Succeeded'], createTimeRange: { end: at(5) } },
    ])
  })

  it('is unknown where nothing succeeded before', async () => {
    codeDeploy.on(sdk.GetDeploymentCommand).resolves({ deploymentInfo: { createTime: at(5) } })
    codeDeploy.on(sdk.ListDeploymentsCommand).resolves({ deployments: [] })
    expect(await driver.previousRevision('d-1')).toBeNull()
  })
})
