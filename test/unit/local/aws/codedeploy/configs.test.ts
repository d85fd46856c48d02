import type { CreateDeploymentConfigInput } from '@aws-sdk/client-codedeploy'
import { beforeEach, describe, expect, it } from 'vitest'
import { aCodeDeploy, type CodeDeployRig, ecsGroup } from '../../../../support/codedeploy.ts'

let rig: CodeDeployRig
beforeEach(() => {
  rig = aCodeDeploy()
})

const canary = (canaryPercentage: number, canaryInterval: number): Partial<CreateDeploymentConfigInput> => ({
  computePlatform: 'ECS',
  trafficRoutingConfig: { type: 'TimeBasedCanary', timeBasedCanary: { canaryPercentage, canaryInterval } },
})
const create = (deploymentConfigName: string, settings: Partial<CreateDeploymentConfigInput> = canary(20, 7)) =>
  rig.call('CreateDeploymentConfig', { deploymentConfigName, ...settings })

describe('a deployment configuration', () => {
  it('is shown as it was given', async () => {
    const { deploymentConfigId } = await create('canary-20-7m')
    expect(await rig.call('GetDeploymentConfig', { deploymentConfigName: 'canary-20-7m' })).toEqual({
      deploymentConfigInfo: {
        ...{ deploymentConfigId, deploymentConfigName: 'canary-20-7m', createTime: new Date(rig.clock.now()) },
        ...canary(20, 7),
      },
    })
  })

  it('that is predefined says how it routes, and of instances how many stay', async () => {
    const get = async (name: string) =>
      (await rig.call('GetDeploymentConfig', { deploymentConfigName: name })).deploymentConfigInfo
    expect(await get('CodeDeployDefault.ECSLinear10PercentEvery3Minutes')).toMatchObject({
      computePlatform: 'ECS',
      trafficRoutingConfig: { type: 'TimeBasedLinear', timeBasedLinear: { linearPercentage: 10, linearInterval: 3 } },
    })
    expect(await get('CodeDeployDefault.OneAtATime')).toMatchObject({
      computePlatform: 'Server',
      minimumHealthyHosts: { type: 'MOST_CONCURRENCY', value: 1 },
    })
  })

  it('is listed after the predefined ones', async () => {
    await create('own')
    const { deploymentConfigsList } = await rig.call('ListDeploymentConfigs', {})
    expect(deploymentConfigsList).toHaveLength(18)
    expect(deploymentConfigsList?.at(-1)).toBe('own')
  })

  it.each<[string, string, Partial<CreateDeploymentConfigInput>, string]>([
    ['without name', '', canary(10, 5), 'DeploymentConfigNameRequiredException'],
    ['with a wrong name', 'a b', canary(10, 5), 'InvalidDeploymentConfigNameException'],
    ['with the prefix of AWS', 'CodeDeployDefault.Own', canary(10, 5), 'InvalidDeploymentConfigNameException'],
    [
      'for no platform',
      'own',
      { ...canary(10, 5), computePlatform: 'Mars' as 'ECS' },
      'InvalidComputePlatformException',
    ],
    ['that shifts everything at first', 'own', canary(100, 5), 'InvalidTrafficRoutingConfigurationException'],
    ['for instances without a minimum', 'own', {}, 'InvalidMinimumHealthyHostValueException'],
    ['with zones', 'own', { ...canary(10, 5), zonalConfig: {} }, 'InvalidZonalDeploymentConfigurationException'],
  ])('is refused %s', async (_, name, settings, code) => {
    await expect(create(name, settings)).rejects.toMatchObject({ code })
  })

  it('is never changed: the same name again is refused', async () => {
    await create('own', canary(10, 5))
    await expect(create('own', canary(50, 5))).rejects.toMatchObject({ code: 'DeploymentConfigAlreadyExistsException' })
  })

  it('is one of at most 200', async () => {
    for (let count = 0; count < 200; count++) await create(`own-${count}`)
    await expect(create('own-200')).rejects.toMatchObject({ code: 'DeploymentConfigLimitExceededException' })
  })

  it('can be deleted while no group uses it, and only if it is no predefined one', async () => {
    const remove = (deploymentConfigName: string) => rig.call('DeleteDeploymentConfig', { deploymentConfigName })
    await create('own')
    await rig.call('CreateApplication', { applicationName: 'web', computePlatform: 'ECS' })
    const listener = (name: string) => `arn:aws:elasticloadbalancing:eu-west-1:0:listener/app/web/1/${name}`
    const group = ecsGroup({ production: listener('a'), test: listener('b') }, { deploymentConfigName: 'own' })
    await rig.call('CreateDeploymentGroup', group)
    await expect(remove('own')).rejects.toMatchObject({ code: 'DeploymentConfigInUseException' })
    await rig.call('DeleteDeploymentGroup', { applicationName: 'web', deploymentGroupName: 'live' })
    await remove('own')
    await expect(rig.call('GetDeploymentConfig', { deploymentConfigName: 'own' })).rejects.toMatchObject({
      code: 'DeploymentConfigDoesNotExistException',
    })
    await expect(remove('CodeDeployDefault.AllAtOnce')).rejects.toMatchObject({ code: 'InvalidOperationException' })
  })
})
