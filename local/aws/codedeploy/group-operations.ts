import { randomUUID } from 'node:crypto'
import * as sdk from '@aws-sdk/client-codedeploy'
import { type AwsOperation, operation } from '../service.ts'
import { checkGroupName, refuse } from './check.ts'
import type { Control } from './control.ts'
import { checkGroupSettings } from './group-settings.ts'
import { findGroup, getApplication, getConfig, getGroup, groupsOf } from './lookup.ts'
import { toPage } from './pages.ts'
import { showGroup } from './present-group.ts'
import type { GroupRecord, GroupSettings } from './records.ts'
import type { RegionStore } from './store.ts'
import { addTags } from './tags.ts'

/** @see CodeDeploy user guide, "Limits": deployment groups of an application */
const MOST_GROUPS = 1000

export function createGroupOperations({ store }: Control): Record<string, AwsOperation> {
  return {
    CreateDeploymentGroup: operation<sdk.CreateDeploymentGroupCommandInput, sdk.CreateDeploymentGroupCommandOutput>(
      sdk.CreateDeploymentGroup$,
      true,
      (input, { region }) => {
        const group = buildGroup(store.in(region), input)
        store.in(region).groups.set(group.id, group)
        return { deploymentGroupId: group.id }
      },
    ),
    UpdateDeploymentGroup: operation<sdk.UpdateDeploymentGroupCommandInput, sdk.UpdateDeploymentGroupCommandOutput>(
      sdk.UpdateDeploymentGroup$,
      true,
      (input, { region }) => {
        const group = changeGroup(store.in(region), input)
        store.in(region).groups.set(group.id, group)
        return { hooksNotCleanedUp: [] }
      },
    ),
    GetDeploymentGroup: operation<sdk.GetDeploymentGroupCommandInput, sdk.GetDeploymentGroupCommandOutput>(
      sdk.GetDeploymentGroup$,
      false,
      (input, { region }) => {
        const regional = store.in(region)
        const group = getGroup(regional, input.applicationName, input.deploymentGroupName)
        return { deploymentGroupInfo: showGroup(regional, group) }
      },
    ),
    BatchGetDeploymentGroups: operation<
      sdk.BatchGetDeploymentGroupsCommandInput,
      sdk.BatchGetDeploymentGroupsCommandOutput
    >(sdk.BatchGetDeploymentGroups$, false, (input, { region }) => batchGet(store.in(region), input)),
    ListDeploymentGroups: operation<sdk.ListDeploymentGroupsCommandInput, sdk.ListDeploymentGroupsCommandOutput>(
      sdk.ListDeploymentGroups$,
      false,
      (input, { region }) => {
        const { name } = getApplication(store.in(region), input.applicationName)
        const page = toPage(
          groupsOf(store.in(region), name).map((group) => group.name),
          (group) => group,
          input.nextToken,
        )
        return {
          applicationName: name,
          deploymentGroups: page.items,
          ...(page.nextToken && { nextToken: page.nextToken }),
        }
      },
    ),
    // A group that is not there is deleted, as on AWS; its application must be there.
    DeleteDeploymentGroup: operation<sdk.DeleteDeploymentGroupCommandInput, sdk.DeleteDeploymentGroupCommandOutput>(
      sdk.DeleteDeploymentGroup$,
      true,
      (input, { region }) => {
        const { name } = getApplication(store.in(region), input.applicationName)
        const group = findGroup(store.in(region), name, checkGroupName(input.deploymentGroupName))
        if (group) store.in(region).groups.delete(group.id)
        return { hooksNotCleanedUp: [] }
      },
    ),
  }
}

function buildGroup(store: RegionStore, input: sdk.CreateDeploymentGroupInput): GroupRecord {
  const application = getApplication(store, input.applicationName)
  const name = checkGroupName(input.deploymentGroupName)
  const { applicationName: _application, deploymentGroupName: _group, tags: asked = [], ...given } = input
  const settings = checkGroupSettings(application.platform, given, (config) => getConfig(store, config))
  refuseTaken(store, application.name, name)
  if (groupsOf(store, application.name).length >= MOST_GROUPS) {
    refuse('DeploymentGroupLimitExceededException', `An application can have at most ${MOST_GROUPS} deployment groups`)
  }
  const tags = addTags([], asked)
  const { name: applicationName, platform } = application
  const group = { id: randomUUID(), applicationName, name, platform, settings, tags }
  refuseSharedService(store, group)
  return group
}

/** What is not given stays. A deployment that is under way keeps the settings that it began with. */
function changeGroup(store: RegionStore, input: sdk.UpdateDeploymentGroupInput): GroupRecord {
  const group = getGroup(store, input.applicationName, input.currentDeploymentGroupName)
  const {
    applicationName: _application,
    currentDeploymentGroupName: _current,
    newDeploymentGroupName,
    ...given
  } = input
  const name = newDeploymentGroupName === undefined ? group.name : checkGroupName(newDeploymentGroupName)
  if (name !== group.name) refuseTaken(store, group.applicationName, name)
  const merged = { ...group.settings, ...definedMembers(given) }
  const settings = checkGroupSettings(group.platform, merged, (config) => getConfig(store, config))
  const changed = { ...group, name, settings }
  refuseSharedService(store, changed)
  return changed
}

function definedMembers(given: object): Partial<GroupSettings> {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
}

function refuseTaken(store: RegionStore, applicationName: string, name: string): void {
  if (!findGroup(store, applicationName, name)) return
  refuse('DeploymentGroupAlreadyExistsException', `Deployment Group already exists with name: ${name}`)
}

/** An ECS service belongs to one group. @throws {AwsError} `ECSServiceMappingLimitExceededException` */
function refuseSharedService(store: RegionStore, group: Pick<GroupRecord, 'id' | 'settings'>): void {
  const key = ({ settings }: Pick<GroupRecord, 'settings'>) => {
    const [service] = settings.ecsServices ?? []
    return service && `${service.clusterName}:${service.serviceName}`
  }
  const service = key(group)
  const other = [...store.groups.values()].find(({ id, settings }) => id !== group.id && key({ settings }) === service)
  if (service === undefined || !other) return
  refuse('ECSServiceMappingLimitExceededException', `The ECS service ${service} belongs to the group ${other.name}`)
}

function batchGet(store: RegionStore, input: sdk.BatchGetDeploymentGroupsInput) {
  const { name } = getApplication(store, input.applicationName)
  const names = (input.deploymentGroupNames ?? []).map(checkGroupName)
  if (names.length === 0) checkGroupName(undefined)
  if (names.length > 100) refuse('BatchLimitExceededException', 'At most 100 names can be given')
  const found = names.flatMap((each) => findGroup(store, name, each) ?? [])
  const missing = names.filter((each) => !found.some((group) => group.name === each))
  return {
    deploymentGroupsInfo: found.map((group) => showGroup(store, group)),
    ...(missing.length > 0 && { errorMessage: `No Deployment Group found for name: ${missing.join(', ')}` }),
  }
}
