import { beforeEach, describe, expect, it } from 'vitest'
import {
  aCodeDeploy,
  anEcsStack,
  type CodeDeployRig,
  eventsOf,
  info,
  serviceRoleArn,
} from '../../../../support/codedeploy.ts'

const minute = 60_000
const names = { applicationName: 'api', deploymentGroupName: 'all' }
const s3 = (key: string) => ({
  revisionType: 'S3' as const,
  s3Location: { bucket: 'b', key, bundleType: 'zip' as const },
})
const tags = { onPremisesInstanceTagFilters: [{ Key: 'app', Value: 'api', Type: 'KEY_AND_VALUE' as const }] }
const inPlace = [
  'ApplicationStop',
  'DownloadBundle',
  'BeforeInstall',
  'Install',
  'AfterInstall',
  'ApplicationStart',
  'ValidateService',
]
let rig: CodeDeployRig

beforeEach(async () => {
  rig = aCodeDeploy()
  await rig.call('CreateApplication', { applicationName: 'api' })
})

async function anInstance(instanceName: string, Value = 'api'): Promise<void> {
  const iamUserArn = `arn:aws:iam::000000000000:user/${instanceName}`
  await rig.call('RegisterOnPremisesInstance', { instanceName, iamUserArn })
  await rig.call('AddTagsToOnPremisesInstances', { instanceNames: [instanceName], tags: [{ Key: 'app', Value }] })
}

async function start(key = 'one.zip'): Promise<string> {
  return (await rig.call('CreateDeployment', { ...names, revision: s3(key) })).deploymentId ?? ''
}

describe('a deployment to instances', () => {
  it('goes through the events of each instance with the tag, one after the other', async () => {
    for (const name of ['one', 'two']) await anInstance(name)
    await anInstance('three', 'other')
    await rig.call('CreateDeploymentGroup', { ...names, serviceRoleArn, ...tags })
    const id = await start()
    await rig.clock.advance(10_000)
    expect((await info(rig, id)).deploymentOverview).toMatchObject({ Succeeded: 1, InProgress: 1, Pending: 0 })
    await rig.clock.advance(minute)
    expect(await info(rig, id)).toMatchObject({
      ...{ status: 'Succeeded', revision: s3('one.zip'), deploymentConfigName: 'CodeDeployDefault.OneAtATime' },
      deploymentOverview: { Succeeded: 2, InProgress: 0, Pending: 0, Failed: 0, Skipped: 0, Ready: 0 },
    })
    expect(await rig.call('ListDeploymentTargets', { deploymentId: id })).toEqual({ targetIds: ['one', 'two'] })
    expect(await eventsOf(rig, id, 'two')).toEqual(inPlace.map((name) => `${name} Succeeded`))
  })

  it('fails when no instance has the tag', async () => {
    await rig.call('CreateDeploymentGroup', { ...names, serviceRoleArn, ...tags })
    const id = await start()
    await rig.clock.advance(minute)
    expect(await info(rig, id)).toMatchObject({ status: 'Failed', errorInformation: { code: 'NO_INSTANCES' } })
  })

  it('stalls in AllowTraffic while a target of its load balancer is unhealthy, and fails after an hour', async () => {
    await anInstance('one')
    const { blue } = await anEcsStack(rig)
    await rig.call('CreateDeploymentGroup', {
      ...{ ...names, ...tags, serviceRoleArn },
      deploymentStyle: { deploymentType: 'IN_PLACE', deploymentOption: 'WITH_TRAFFIC_CONTROL' },
      loadBalancerInfo: { targetGroupInfoList: [{ name: 'web-blue' }] },
    })
    rig.unhealthy.add(blue)
    const id = await start()
    await rig.clock.advance(50 * minute)
    expect((await eventsOf(rig, id, 'one')).slice(-2)).toEqual(['AllowTraffic InProgress', 'AfterAllowTraffic Pending'])
    await rig.clock.advance(20 * minute)
    expect(await info(rig, id)).toMatchObject({ status: 'Failed', errorInformation: { code: 'HEALTH_CONSTRAINTS' } })
  })

  it('is rolled back to the last revision that succeeded, if there is one', async () => {
    await anInstance('one')
    await rig.call('CreateDeploymentGroup', { ...names, serviceRoleArn, ...tags })
    const stopped = async (key: string) => {
      const id = await start(key)
      await rig.clock.advance(5_000)
      await rig.call('StopDeployment', { deploymentId: id, autoRollbackEnabled: true })
      await rig.clock.advance(minute)
      return info(rig, id)
    }
    expect((await stopped('one.zip')).rollbackInfo?.rollbackMessage).toContain('not possible')
    await start('two.zip')
    await rig.clock.advance(minute)
    const { rollbackInfo } = await stopped('three.zip')
    expect(await info(rig, rollbackInfo?.rollbackDeploymentId ?? '')).toMatchObject({
      ...{ status: 'Succeeded', creator: 'codeDeployRollback', revision: s3('two.zip') },
    })
  })
})
