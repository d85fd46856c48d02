import type { Tag } from '@aws-sdk/client-codedeploy'
import { beforeEach, describe, expect, it } from 'vitest'
import { addTags } from '../../../../../local/aws/codedeploy/tags.ts'
import { aCodeDeploy, type CodeDeployRig, serviceRoleArn } from '../../../../support/codedeploy.ts'

const arn = (resource: string) => `arn:aws:codedeploy:eu-west-1:000000000000:${resource}`
const team = (Value: string) => ({ Key: 'team', Value })
let rig: CodeDeployRig

beforeEach(async () => {
  rig = aCodeDeploy()
  await rig.call('CreateApplication', { applicationName: 'api', tags: [team('a')] })
  const names = { applicationName: 'api', deploymentGroupName: 'all', serviceRoleArn }
  await rig.call('CreateDeploymentGroup', { ...names, tags: [team('b')] })
})

const list = async (ResourceArn: string) => (await rig.call('ListTagsForResource', { ResourceArn })).Tags

describe('the tags of an application or a group', () => {
  it.each(['application:api', 'deploymentgroup:api/all'])('of %s are shown, replaced and removed', async (resource) => {
    const ResourceArn = arn(resource)
    expect(await list(ResourceArn)).toEqual([team(resource === 'application:api' ? 'a' : 'b')])
    await rig.call('TagResource', { ResourceArn, Tags: [team('c'), { Key: 'stage' }] })
    expect(await list(ResourceArn)).toEqual([team('c'), { Key: 'stage', Value: '' }])
    await rig.call('UntagResource', { ResourceArn, TagKeys: ['team', 'none'] })
    expect(await list(ResourceArn)).toEqual([{ Key: 'stage', Value: '' }])
  })

  it('outlive an update of the group', async () => {
    await rig.call('UpdateDeploymentGroup', { applicationName: 'api', currentDeploymentGroupName: 'all' })
    expect(await list(arn('deploymentgroup:api/all'))).toEqual([team('b')])
  })

  it.each([
    ['', 'ResourceArnRequiredException'],
    ['api', 'InvalidArnException'],
    [arn('deploymentconfig:own'), 'ArnNotSupportedException'],
    [arn('application:none'), 'ApplicationDoesNotExistException'],
    [arn('deploymentgroup:api/none'), 'DeploymentGroupDoesNotExistException'],
  ])('of "%s" are refused', async (ResourceArn, code) => {
    await expect(list(ResourceArn)).rejects.toMatchObject({ code })
  })

  it('are asked for by name', async () => {
    const ResourceArn = arn('application:api')
    const refused = { code: 'TagRequiredException' }
    await expect(rig.call('TagResource', { ResourceArn, Tags: [] })).rejects.toMatchObject(refused)
    await expect(rig.call('UntagResource', { ResourceArn, TagKeys: [] })).rejects.toMatchObject(refused)
  })

  it.each<[string, Tag[]]>([
    ['without key', [{ Value: 'a' }]],
    ['with a key that is too long', [{ Key: 'k'.repeat(129) }]],
    ["with AWS's prefix", [{ Key: 'aws:a' }]],
    ['with a value that is too long', [{ Key: 'k', Value: 'v'.repeat(257) }]],
    ['given twice', [team('a'), team('b')]],
    ['that are too many', Array.from({ length: 51 }, (_, index) => ({ Key: `k${index}` }))],
  ])('%s are refused', (_, tags) => {
    expect(() => addTags([], tags)).toThrow(expect.objectContaining({ code: 'InvalidTagsToAddException' }))
  })
})
