import { checkApplicationName, checkConfigName, checkDeploymentId, checkGroupName, refuse } from './check.ts'
import { type ConfigContent, predefinedConfigs } from './predefined-configs.ts'
import { type ApplicationRecord, type DeploymentRecord, type GroupRecord, isFinal } from './records.ts'
import type { RegionStore } from './store.ts'

/** @throws {AwsError} `ApplicationNameRequiredException`, `InvalidApplicationNameException`, `ApplicationDoesNotExistException` */
export function getApplication(store: RegionStore, name: string | undefined): ApplicationRecord {
  const checked = checkApplicationName(name)
  return (
    store.applications.get(checked) ??
    refuse('ApplicationDoesNotExistException', `No application found for name: ${checked}`)
  )
}

export function findGroup(store: RegionStore, applicationName: string, name: string): GroupRecord | undefined {
  return groupsOf(store, applicationName).find((group) => group.name === name)
}

/** In the order of their creation. */
export function groupsOf(store: RegionStore, applicationName: string): GroupRecord[] {
  return [...store.groups.values()].filter((group) => group.applicationName === applicationName)
}

/** @throws {AwsError} As `getApplication`; `DeploymentGroupNameRequiredException`, `InvalidDeploymentGroupNameException`, `DeploymentGroupDoesNotExistException` */
export function getGroup(
  store: RegionStore,
  applicationName: string | undefined,
  name: string | undefined,
): GroupRecord {
  const application = getApplication(store, applicationName)
  const checked = checkGroupName(name)
  return (
    findGroup(store, application.name, checked) ??
    refuse('DeploymentGroupDoesNotExistException', `No Deployment Group found for name: ${checked}`)
  )
}

/** @throws {AwsError} `InvalidDeploymentConfigNameException`, `DeploymentConfigDoesNotExistException` */
export function getConfig(store: RegionStore, name: string | undefined): ConfigContent {
  const checked = checkConfigName(name)
  const predefined = Object.hasOwn(predefinedConfigs, checked) ? predefinedConfigs[checked] : undefined
  return (
    predefined ??
    store.configs.get(checked) ??
    refuse('DeploymentConfigDoesNotExistException', `No Deployment Configuration found for name: ${checked}`)
  )
}

/** @throws {AwsError} `DeploymentIdRequiredException`, `InvalidDeploymentIdException`, `DeploymentDoesNotExistException` */
export function getDeployment(store: RegionStore, id: string | undefined): DeploymentRecord {
  const checked = checkDeploymentId(id)
  return (
    store.deployments.get(checked) ??
    refuse('DeploymentDoesNotExistException', `The deployment ${checked} could not be found`)
  )
}

/** Newest first. */
export function deploymentsOf(store: RegionStore, groupId: string): DeploymentRecord[] {
  return [...store.deployments.values()].filter((deployment) => deployment.groupId === groupId).reverse()
}

export function activeDeployment(store: RegionStore, groupId: string): DeploymentRecord | undefined {
  return deploymentsOf(store, groupId).find((deployment) => !isFinal(deployment))
}

export function lastSuccess(store: RegionStore, groupId: string): DeploymentRecord | undefined {
  return deploymentsOf(store, groupId).find(({ status }) => status === 'Succeeded')
}
