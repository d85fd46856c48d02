import type { CreateDeploymentGroupInput } from '@aws-sdk/client-codedeploy'
import { beforeEach, describe, expect, it } from 'vitest'
import {
  aCodeDeploy,
  type CodeDeployRig,
  ecsGroup,
  ecsRevision,
  serviceRoleArn,
} from '../../../../support/codedeploy.ts'

const arn = (name: string) => `arn:aws:elasticloadbalancing:eu-west-1:000000000000:listener/app/web/1/${name}`
const listeners = { production: arn('a'), test: arn('b') }
let rig: CodeDeployRig

beforeEach(async () => {
  rig = aCodeDeploy()
  await rig.call('CreateApplication', { applicationName: 'web', computePlatform: 'ECS' })
  await rig.call('CreateApplication', { applicationName: 'pay', computePlatform: 'Lambda' })
  await rig.call('CreateApplication', { applicationName: 'api' })
})

const create = (settings: Partial<CreateDeploymentGroupInput> = {}) =>
  rig.call('CreateDeploymentGroup', ecsGroup(listeners, settings))
const blueGreen = { deploymentType: 'BLUE_GREEN', deploymentOption: 'WITH_TRAFFIC_CONTROL' } as const
const pairOf = (...names: string[]) => names.map((name) => ({ name }))
const balancer = (pair: object) => ({
  loadBalancerInfo: {
    targetGroupPairInfoList: [
      { targetGroups: pairOf('web-blue', 'web-green'), prodTrafficRoute: { listenerArns: [arn('a')] }, ...pair },
    ],
  },
})
const ready = (deploymentReadyOption: object, terminate: object = {}) => ({
  blueGreenDeploymentConfiguration: {
    deploymentReadyOption,
    terminateBlueInstancesOnDeploymentSuccess: { action: 'TERMINATE' as const, ...terminate },
  },
})
const alarms = (count: number) => Array.from({ length: count }, (_, index) => ({ name: `alarm-${index}` }))

describe('an application', () => {
  it('is shown with its platform, Server by default', async () => {
    expect((await rig.call('GetApplication', { applicationName: 'api' })).application).toEqual({
      ...{ applicationId: expect.any(String), applicationName: 'api', computePlatform: 'Server' },
      ...{ linkedToGitHub: false, createTime: new Date(rig.clock.now()) },
    })
    expect(await rig.call('ListApplications', {})).toEqual({ applications: ['web', 'pay', 'api'] })
  })

  it('is another one in another Region', async () => {
    expect(await rig.call('ListApplications', {}, 'us-east-1')).toEqual({ applications: [] })
    await rig.call('CreateApplication', { applicationName: 'web' }, 'us-east-1')
    expect((await rig.call('GetApplication', { applicationName: 'web' })).application?.computePlatform).toBe('ECS')
  })

  it('takes its groups along when it is deleted, and can be deleted again', async () => {
    await create()
    await rig.call('DeleteApplication', { applicationName: 'web' })
    await rig.call('DeleteApplication', { applicationName: 'web' })
    await rig.call('CreateApplication', { applicationName: 'web', computePlatform: 'ECS' })
    expect(await rig.call('ListDeploymentGroups', { applicationName: 'web' })).toMatchObject({ deploymentGroups: [] })
  })

  it.each([
    ['', 'ApplicationNameRequiredException'],
    ['a b', 'InvalidApplicationNameException'],
    ['a'.repeat(101), 'InvalidApplicationNameException'],
    ['web', 'ApplicationAlreadyExistsException'],
  ])('is refused with the name "%s"', async (applicationName, code) => {
    await expect(rig.call('CreateApplication', { applicationName })).rejects.toMatchObject({ code })
  })
})

describe('a deployment group', () => {
  it('is shown as it was given, with the defaults of its platform', async () => {
    const { deploymentGroupId } = await create()
    const { deploymentGroupInfo } = await rig.call('GetDeploymentGroup', {
      applicationName: 'web',
      deploymentGroupName: 'live',
    })
    const { applicationName, deploymentGroupName, ...given } = ecsGroup(listeners)
    expect(deploymentGroupInfo).toEqual({
      ...{ applicationName, deploymentGroupName, deploymentGroupId, ...given },
      deploymentConfigName: 'CodeDeployDefault.ECSAllAtOnce',
      computePlatform: 'ECS',
      ...{ ec2TagFilters: [], onPremisesInstanceTagFilters: [], autoScalingGroups: [], triggerConfigurations: [] },
      ...{ outdatedInstancesStrategy: 'UPDATE', terminationHookEnabled: false },
    })
  })

  it.each<[string, Partial<CreateDeploymentGroupInput>, string]>([
    ['has no role', { serviceRoleArn: '' }, 'RoleRequiredException'],
    ['has a wrong role', { serviceRoleArn: 'codedeploy' }, 'InvalidRoleException'],
    ['has no name', { deploymentGroupName: '' }, 'DeploymentGroupNameRequiredException'],
    ['has a wrong name', { deploymentGroupName: 'a/b' }, 'InvalidDeploymentGroupNameException'],
    ['is in no application', { applicationName: 'none' }, 'ApplicationDoesNotExistException'],
    ['has no such configuration', { deploymentConfigName: 'none' }, 'DeploymentConfigDoesNotExistException'],
    [
      'has the configuration of another platform',
      { deploymentConfigName: 'CodeDeployDefault.LambdaAllAtOnce' },
      'InvalidTrafficRoutingConfigurationException',
    ],
    ['is in place', { deploymentStyle: { deploymentType: 'IN_PLACE' } }, 'InvalidDeploymentStyleException'],
    ['has no service', { ecsServices: [] }, 'InvalidECSServiceException'],
    ['has a service without cluster', { ecsServices: [{ serviceName: 'web' }] }, 'InvalidECSServiceException'],
    ['has no load balancer', { loadBalancerInfo: {} }, 'InvalidLoadBalancerInfoException'],
    ['has one target group', balancer({ targetGroups: pairOf('web-blue') }), 'InvalidTargetGroupPairException'],
    ['has one target group twice', balancer({ targetGroups: pairOf('a', 'a') }), 'InvalidTargetGroupPairException'],
    ['has no production listener', balancer({ prodTrafficRoute: {} }), 'InvalidTargetGroupPairException'],
    [
      'has two production listeners',
      balancer({ prodTrafficRoute: { listenerArns: [arn('a'), arn('b')] } }),
      'InvalidTargetGroupPairException',
    ],
    [
      'tests on the production listener',
      balancer({ testTrafficRoute: { listenerArns: [arn('a')] } }),
      'InvalidTargetGroupPairException',
    ],
    [
      'has no blue/green configuration',
      { blueGreenDeploymentConfiguration: {} },
      'InvalidBlueGreenDeploymentConfigurationException',
    ],
    [
      'waits without end',
      ready({ actionOnTimeout: 'STOP_DEPLOYMENT' }),
      'InvalidBlueGreenDeploymentConfigurationException',
    ],
    [
      'waits and continues',
      ready({ actionOnTimeout: 'CONTINUE_DEPLOYMENT', waitTimeInMinutes: 5 }),
      'InvalidBlueGreenDeploymentConfigurationException',
    ],
    [
      'terminates after more than two days',
      ready({ actionOnTimeout: 'CONTINUE_DEPLOYMENT' }, { terminationWaitTimeInMinutes: 2881 }),
      'InvalidBlueGreenDeploymentConfigurationException',
    ],
    ['has tags of instances', { ec2TagFilters: [{ Key: 'a' }] }, 'InvalidInputException'],
    ['has eleven alarms', { alarmConfiguration: { alarms: alarms(11) } }, 'AlarmsLimitExceededException'],
    ['has its alarms on, and none', { alarmConfiguration: { enabled: true } }, 'InvalidAlarmConfigException'],
    [
      'has an alarm twice',
      { alarmConfiguration: { alarms: [...alarms(1), ...alarms(1)] } },
      'InvalidAlarmConfigException',
    ],
    ['rolls back on nothing', { autoRollbackConfiguration: { enabled: true } }, 'InvalidAutoRollbackConfigException'],
    [
      'rolls back on something else',
      { autoRollbackConfiguration: { enabled: true, events: ['FULL_MOON' as 'DEPLOYMENT_FAILURE'] } },
      'InvalidAutoRollbackConfigException',
    ],
  ])('is refused when it %s', async (_, settings, code) => {
    await expect(create(settings)).rejects.toMatchObject({ code })
  })

  it('has its service and its name for itself', async () => {
    await create()
    await expect(create()).rejects.toMatchObject({ code: 'DeploymentGroupAlreadyExistsException' })
    await expect(create({ deploymentGroupName: 'other' })).rejects.toMatchObject({
      code: 'ECSServiceMappingLimitExceededException',
    })
  })

  it('for Lambda has neither service nor load balancer', async () => {
    const names = { applicationName: 'pay', deploymentGroupName: 'live', serviceRoleArn }
    const refused = rig.call('CreateDeploymentGroup', { ...ecsGroup(listeners), applicationName: 'pay' })
    await expect(refused).rejects.toMatchObject({ code: 'InvalidInputException' })
    await rig.call('CreateDeploymentGroup', { ...names, deploymentStyle: blueGreen })
    const { deploymentGroupInfo } = await rig.call('GetDeploymentGroup', names)
    expect(deploymentGroupInfo?.deploymentConfigName).toBe('CodeDeployDefault.LambdaAllAtOnce')
  })

  it('for instances has one kind of tags', async () => {
    const names = { applicationName: 'api', deploymentGroupName: 'all', serviceRoleArn }
    const tags = [{ Key: 'a', Value: 'b', Type: 'KEY_AND_VALUE' as const }]
    const both = { ...names, onPremisesInstanceTagFilters: tags, onPremisesTagSet: { onPremisesTagSetList: [tags] } }
    await expect(rig.call('CreateDeploymentGroup', both)).rejects.toMatchObject({
      code: 'InvalidOnPremisesTagCombinationException',
    })
  })

  it('changes what an update gives, and keeps the rest', async () => {
    await create()
    const update = (change: object) =>
      rig.call('UpdateDeploymentGroup', { applicationName: 'web', currentDeploymentGroupName: 'live', ...change })
    await update({ newDeploymentGroupName: 'main', alarmConfiguration: { enabled: true, alarms: alarms(1) } })
    const names = { applicationName: 'web', deploymentGroupName: 'main' }
    expect((await rig.call('GetDeploymentGroup', names)).deploymentGroupInfo).toMatchObject({
      alarmConfiguration: { enabled: true, ignorePollAlarmFailure: false, alarms: alarms(1) },
      ecsServices: [{ clusterName: 'main', serviceName: 'web' }],
    })
    await expect(update({})).rejects.toMatchObject({ code: 'DeploymentGroupDoesNotExistException' })
  })

  it('is found in a batch, and named when it is missing', async () => {
    await create()
    const { deploymentGroupsInfo, errorMessage } = await rig.call('BatchGetDeploymentGroups', {
      applicationName: 'web',
      deploymentGroupNames: ['live', 'none'],
    })
    expect(deploymentGroupsInfo?.map(({ deploymentGroupName }) => deploymentGroupName)).toEqual(['live'])
    expect(errorMessage).toContain('none')
  })

  it('shows its last deployments', async () => {
    await create()
    const names = { applicationName: 'web', deploymentGroupName: 'live' }
    const { deploymentId } = await rig.call('CreateDeployment', { ...names, revision: ecsRevision() })
    await rig.clock.advance(60_000)
    const { deploymentGroupInfo } = await rig.call('GetDeploymentGroup', names)
    expect(deploymentGroupInfo?.lastAttemptedDeployment).toMatchObject({ deploymentId, status: 'Failed' })
    expect(deploymentGroupInfo?.lastSuccessfulDeployment).toBeUndefined()
  })
})
