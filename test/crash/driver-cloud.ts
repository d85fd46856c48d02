import type { MemoryCloud } from '../../shared/adapters/memory/cloud.ts'
import type { MemoryDeploymentGroup } from '../../shared/adapters/memory/codedeploy.ts'
import { hasEnded } from '../../shared/domain/driver-progress.ts'
import type { AliasTarget } from '../../shared/domain/route-facts.ts'
import { type CodeDeployRoute, resourceOf } from '../../shared/domain/service.ts'
import type { DriverWait } from '../../shared/ports/deployment-driver.ts'
import { anAlbRoute } from '../support/builders.ts'
import { aLambdaRevision, anEcsRevision } from '../support/driven.ts'

/** The versions that an alias has in its slots; those of the AppSpec. */
export const aliasVersions = { blue: '6', green: '7' } as const
/** Goes off when the canary of a function is bad. */
export const lambdaAlarm = 'checkout-errors'

/** What a scenario says of its deployment group. */
export type GroupSettings = Pick<MemoryDeploymentGroup, 'autoRollback' | 'readyWaitMinutes' | 'terminationWaitMinutes'>

/** One deployment of CodeDeploy that was ever created. */
export interface DrivenDeployment {
  readonly id: string
  /** Of its group. */
  readonly resource: string
  readonly tag: string
  readonly isRunning: boolean
  /** True where CodeDeploy itself created it, to take another one back. */
  readonly isRollback: boolean
}

/** CodeDeploy, as people see it who know nothing of us. */
export interface CrashDriver {
  /** Oldest first. */
  deployments(): readonly DrivenDeployment[]
  configure(route: CodeDeployRoute, settings: GroupSettings): unknown
  /** What is deployed in the group from now on fails in this lifecycle event. */
  failAt(route: CodeDeployRoute, event: string): void
  /** Somebody starts a deployment in the group. Nothing happens where one runs. @param configName - One of CodeDeploy's own. */
  start(route: CodeDeployRoute, configName: string): Promise<void>
  /** Somebody stops whatever runs in the group, with a rollback. */
  stop(route: CodeDeployRoute): void
  /** Somebody lets whatever runs in the group go on from its wait. */
  letGoOn(route: CodeDeployRoute): void
}

/** What people call the deployments that they start. */
export const byHand = 'by hand'
/** One of CodeDeploy's own, for each kind of group. */
export const allAtOnceIn = ({ deploymentGroupName }: Pick<CodeDeployRoute, 'deploymentGroupName'>): string =>
  `CodeDeployDefault.${deploymentGroupName === 'lambda' ? 'Lambda' : 'ECS'}AllAtOnce`

const waits: readonly DriverWait[] = ['ready', 'termination']
const failure = { code: 'HEALTH_CONSTRAINTS', message: 'The replacement never became healthy.' }

/** Puts an ECS group, which moves the rule of the web routes, and a Lambda group into a cloud in memory. */
export function furnishGroups(cloud: MemoryCloud): CrashDriver {
  const { codedeploy } = cloud
  const isOf = (route: CodeDeployRoute) => {
    const { applicationName, deploymentGroupName } = route
    return (one: { readonly applicationName: string; readonly deploymentGroupName: string }) =>
      one.applicationName === applicationName && one.deploymentGroupName === deploymentGroupName
  }
  const running = (route: CodeDeployRoute) =>
    codedeploy.deployments().filter((one) => isOf(route)(one) && !hasEnded(one))
  const configure: CrashDriver['configure'] = (route, settings) =>
    codedeploy.setGroup(
      route,
      isLambda(route) ? { platform: 'Lambda', ...settings } : { platform: 'ECS', moves: anAlbRoute(), ...settings },
    )
  for (const deploymentGroupName of groupNames) configure(groupOf(deploymentGroupName), {})
  return {
    configure,
    deployments: () =>
      codedeploy.deployments().map((one) => ({
        ...{ id: one.deploymentId, resource: resourceOf(groupOf(one.deploymentGroupName)) },
        ...{ tag: one.description, isRunning: !hasEnded(one), isRollback: one.creator === 'codeDeployRollback' },
      })),
    failAt: (route, event) => codedeploy.failAt(route, { event, error: failure }),
    async start(route, name) {
      if (running(route).length > 0) return
      const [platform, revision] = isLambda(route)
        ? (['Lambda', aLambdaRevision] as const)
        : (['ECS', anEcsRevision] as const)
      codedeploy.start(route, { tag: byHand, revision, platform, strategy: { type: 'preset', name } })
    },
    // As a call of somebody else: no fault of ours befalls it.
    stop: (route) => void running(route).map((one) => cloud.driverFor(route).stop(one.deploymentId)),
    letGoOn: (route) =>
      void running(route).flatMap((one) =>
        waits.map((wait) => cloud.driverFor(route).continue(one.deploymentId, wait)),
      ),
  }
}

export const groupNames = ['ecs', 'lambda'] as const

export function isLambda({ deploymentGroupName }: Pick<CodeDeployRoute, 'deploymentGroupName'>): boolean {
  return deploymentGroupName === 'lambda'
}

/** The route of a group; an application has groups of one platform only. */
export function groupOf(deploymentGroupName: string): CodeDeployRoute {
  const applicationName = isLambda({ deploymentGroupName }) ? 'checkout' : 'web'
  return { kind: 'codedeploy', applicationName, deploymentGroupName, onForeignDeployment: 'refuse', wave: 1 }
}

/** An alias that gives green so much, percent. */
export function toTarget(green: number): AliasTarget {
  if (green === 100) return { version: aliasVersions.green, additional: null }
  const additional = green === 0 ? null : { version: aliasVersions.green, weight: green / 100 }
  return { version: aliasVersions.blue, additional }
}

/** What an alias gives to green, percent; null: it is not there. */
export function greenOf(target: AliasTarget | null): number | null {
  if (target === null) return null
  const share = (target.additional?.weight ?? 0) * 100
  return target.version === aliasVersions.green ? 100 - share : share
}
