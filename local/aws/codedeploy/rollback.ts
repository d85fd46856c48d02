import type { AutoRollbackEvent } from '@aws-sdk/client-codedeploy'
import { defaultConfigOf } from './predefined-configs.ts'
import type { DeploymentRecord, Route } from './records.ts'

/** Whether the end of a deployment asks for a rollback. A rollback that fails is not rolled back. */
export function wantsRollback(deployment: DeploymentRecord, cause: AutoRollbackEvent): boolean {
  if (deployment.creator !== 'user') return false
  const asked = cause === 'DEPLOYMENT_STOP_ON_REQUEST' ? deployment.stop?.autoRollbackEnabled : undefined
  const { enabled = false, events = [] } = deployment.autoRollback ?? {}
  return asked ?? (enabled && events.includes(cause))
}

/**
 * Whether there is something to go back from, and to. Until the BeforeInstall hook of an ECS deployment is over there is
 * not; instances need an earlier revision.
 *
 * @see CodeDeploy user guide, "List of lifecycle event hooks for an Amazon ECS deployment"
 */
export function canRollBack(deployment: DeploymentRecord): boolean {
  const [target] = deployment.targets
  if (!target) return false
  switch (deployment.platform) {
    case 'ECS':
      return target.events.some(({ name, startedAt }) => name === 'Install' && startedAt !== undefined)
    case 'Lambda':
      return true
    case 'Server':
      return deployment.previousRevision !== undefined
  }
}

/** The deployment that takes the traffic of `failed` back: all at once, without hooks, alarms or waits. */
export function buildRollback(failed: DeploymentRecord, id: string, now: number): DeploymentRecord {
  const { region, applicationName, groupId, groupName, platform, settings, spec, route, previousRevision } = failed
  return {
    ...{ id, region, applicationName, groupId, groupName, platform, settings },
    ...(spec && { spec }),
    ...(route && { route: reversed(route) }),
    ...(previousRevision && { revision: previousRevision, previousRevision }),
    configName: defaultConfigOf[platform],
    steps: [{ atMinutes: 0, percent: 100 }],
    creator: 'codeDeployRollback',
    options: {},
    status: 'Created',
    createdAt: now,
    rollback: {
      rollbackTriggeringDeploymentId: failed.id,
      rollbackMessage: `Deployment ${id} is triggered to roll back deployment ${failed.id}.`,
    },
    percent: 100 - failed.percent,
    targets: [],
    released: [],
  }
}

function reversed(route: Route): Route {
  switch (route.platform) {
    case 'ECS':
      return { ...route, blue: route.green, green: route.blue }
    case 'Lambda':
      return { ...route, currentVersion: route.targetVersion, targetVersion: route.currentVersion }
  }
}
