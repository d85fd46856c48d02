import { createHash } from 'node:crypto'
import type { CreateDeploymentInput, ListDeploymentsInput } from '@aws-sdk/client-codedeploy'
import { beforeEach, describe, expect, it } from 'vitest'
import {
  aCodeDeploy,
  anEcsStack,
  type CodeDeployRig,
  ecsGroup,
  ecsRevision,
  info,
} from '../../../../support/codedeploy.ts'

const minute = 60_000
const names = { applicationName: 'web', deploymentGroupName: 'live' }
let rig: CodeDeployRig

beforeEach(async () => {
  rig = aCodeDeploy()
  await rig.call('CreateApplication', { applicationName: 'web', computePlatform: 'ECS' })
  await rig.call('CreateDeploymentGroup', ecsGroup(await anEcsStack(rig)))
})

async function create(input: Partial<CreateDeploymentInput> = {}): Promise<string> {
  return (await rig.call('CreateDeployment', { ...names, revision: ecsRevision(), ...input })).deploymentId ?? ''
}

const content = 'version: 0.0'
const sha256 = createHash('sha256').update(content).digest('hex')

describe('CreateDeployment', () => {
  it('takes a description of 256 characters, and the SHA-256 of the revision', async () => {
    const revision = { revisionType: 'AppSpecContent' as const, appSpecContent: { content, sha256 } }
    const id = await create({ description: 'd'.repeat(256), revision })
    expect(id).toMatch(/^d-[A-Z0-9]{9}$/)
    expect(await info(rig, id)).toMatchObject({ description: 'd'.repeat(256), revision })
  })

  it.each<[string, Partial<CreateDeploymentInput>, string]>([
    ['a description that is too long', { description: 'd'.repeat(257) }, 'DescriptionTooLongException'],
    ['no revision', { revision: undefined }, 'RevisionRequiredException'],
    [
      'a revision of another platform',
      { revision: { revisionType: 'GitHub', gitHubLocation: { repository: 'a/b', commitId: 'c' } } },
      'InvalidRevisionException',
    ],
    ['a revision without content', { revision: { revisionType: 'AppSpecContent' } }, 'InvalidRevisionException'],
    [
      'the SHA-256 of something else',
      { revision: { revisionType: 'AppSpecContent', appSpecContent: { content: 'version: 0', sha256 } } },
      'InvalidRevisionException',
    ],
    ['a group that is not there', { deploymentGroupName: 'none' }, 'DeploymentGroupDoesNotExistException'],
    ['no group', { deploymentGroupName: undefined }, 'DeploymentGroupNameRequiredException'],
    ['an application that is not there', { applicationName: 'none' }, 'ApplicationDoesNotExistException'],
    [
      'a configuration of another platform',
      { deploymentConfigName: 'CodeDeployDefault.OneAtATime' },
      'InvalidTrafficRoutingConfigurationException',
    ],
    [
      'a behaviour that does not exist',
      { fileExistsBehavior: 'GUESS' as 'RETAIN' },
      'InvalidFileExistsBehaviorException',
    ],
    ['a restart, which is for instances', { deploymentMode: 'RESTART', revision: undefined }, 'InvalidInputException'],
    [
      'updateOutdatedInstancesOnly, which is for instances',
      { updateOutdatedInstancesOnly: true },
      'InvalidUpdateOutdatedInstancesOnlyValueException',
    ],
  ])('refuses %s', async (_, input, code) => {
    await expect(create(input)).rejects.toMatchObject({ code })
    expect(await rig.call('ListDeployments', names)).toEqual({ deployments: [] })
  })

  it('says of a revision in S3 that there is no S3 here, when the deployment has begun', async () => {
    const revision = { revisionType: 'S3' as const, s3Location: { bucket: 'b', key: 'k', bundleType: 'YAML' as const } }
    const id = await create({ revision })
    await rig.clock.advance(minute)
    expect(await info(rig, id)).toMatchObject({ status: 'Failed', errorInformation: { code: 'REVISION_MISSING' } })
  })

  it('knows no client token: the same call again is refused while the first is active, and then another deployment', async () => {
    const first = await create({ description: 'same' })
    await expect(create({ description: 'same' })).rejects.toMatchObject({ code: 'DeploymentLimitExceededException' })
    await rig.clock.advance(minute)
    expect(await create({ description: 'same' })).not.toBe(first)
  })

  it('shows the revision that was deployed before', async () => {
    await create()
    await rig.clock.advance(minute)
    const id = await create({ revision: ecsRevision({}, 3) })
    expect(await info(rig, id)).toMatchObject({ previousRevision: ecsRevision({}, 2), revision: ecsRevision({}, 3) })
  })
})

describe('ListDeployments', () => {
  it('filters by group, status and time, newest first', async () => {
    const first = await create()
    await rig.clock.advance(minute)
    const between = new Date(rig.clock.now())
    await rig.clock.advance(minute)
    const second = await create()
    const list = async (input: ListDeploymentsInput) => (await rig.call('ListDeployments', input)).deployments
    expect(await list({})).toEqual([second, first])
    expect(await list(names)).toEqual([second, first])
    expect(await list({ includeOnlyStatuses: ['Created', 'Queued', 'InProgress'] })).toEqual([second])
    expect(await list({ createTimeRange: { end: between } })).toEqual([first])
    expect(await list({ createTimeRange: { start: between } })).toEqual([second])
    expect(await list({ ...names, includeOnlyStatuses: ['Failed'] })).toEqual([])
  })

  it.each<[string, ListDeploymentsInput, string]>([
    ['an application alone', { applicationName: 'web' }, 'DeploymentGroupNameRequiredException'],
    ['a group alone', { deploymentGroupName: 'live' }, 'ApplicationNameRequiredException'],
    ['a status that does not exist', { includeOnlyStatuses: ['Done' as 'Ready'] }, 'InvalidDeploymentStatusException'],
    [
      'a time range that ends before it begins',
      { createTimeRange: { start: new Date(2), end: new Date(1) } },
      'InvalidTimeRangeException',
    ],
    ['a token that no list gave', { nextToken: 'x' }, 'InvalidNextTokenException'],
  ])('refuses %s', async (_, input, code) => {
    await expect(rig.call('ListDeployments', input)).rejects.toMatchObject({ code })
  })
})

describe('a deployment by its id', () => {
  it('is found in a batch of at most 25, without those that do not exist', async () => {
    const id = await create()
    const get = (deploymentIds: string[]) => rig.call('BatchGetDeployments', { deploymentIds })
    const { deploymentsInfo } = await get([id, 'd-000000000'])
    expect(deploymentsInfo?.map(({ deploymentId }) => deploymentId)).toEqual([id])
    await expect(get([])).rejects.toMatchObject({ code: 'DeploymentIdRequiredException' })
    await expect(get(['x'])).rejects.toMatchObject({ code: 'InvalidDeploymentIdException' })
    await expect(get(Array.from({ length: 26 }, () => id))).rejects.toMatchObject({
      code: 'BatchLimitExceededException',
    })
  })

  it.each(['GetDeployment', 'StopDeployment', 'ContinueDeployment', 'ListDeploymentTargets'] as const)(
    'is refused by %s when it is missing, wrong or not there',
    async (name) => {
      await expect(rig.call(name, { deploymentId: '' })).rejects.toMatchObject({
        code: 'DeploymentIdRequiredException',
      })
      await expect(rig.call(name, { deploymentId: 'd-1' })).rejects.toMatchObject({
        code: 'InvalidDeploymentIdException',
      })
      await expect(rig.call(name, { deploymentId: 'd-ABCDEFGHI' })).rejects.toMatchObject({
        code: 'DeploymentDoesNotExistException',
      })
      const id = await create()
      await expect(rig.call(name, { deploymentId: id }, 'us-east-1')).rejects.toMatchObject({
        code: 'DeploymentDoesNotExistException',
      })
    },
  )

  it('shows only the targets that it has', async () => {
    const deploymentId = await create()
    await rig.clock.advance(5_000)
    const get = (targetIds: string[]) => rig.call('BatchGetDeploymentTargets', { deploymentId, targetIds })
    await expect(get(['none'])).rejects.toMatchObject({ code: 'DeploymentTargetDoesNotExistException' })
    await expect(get([])).rejects.toMatchObject({ code: 'DeploymentTargetIdRequiredException' })
    await expect(get(Array.from({ length: 26 }, () => 'main:web'))).rejects.toMatchObject({
      code: 'DeploymentTargetListSizeExceededException',
    })
    const list = async (targetFilters: Record<string, string[]>) =>
      (await rig.call('ListDeploymentTargets', { deploymentId, targetFilters })).targetIds
    expect(await list({ TargetStatus: ['InProgress'] })).toEqual(['main:web'])
    expect(await list({ TargetStatus: ['Succeeded'] })).toEqual([])
    await expect(list({ Colour: ['Blue'] })).rejects.toMatchObject({ code: 'InvalidTargetFilterNameException' })
  })
})
