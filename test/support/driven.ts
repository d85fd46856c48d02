import { buildAppSpec } from '../../shared/domain/app-spec.ts'
import type { CodeDeployRevision } from '../../shared/domain/codedeploy-revision.ts'
import type {
  AliasFacts,
  DeploymentGroupFacts,
  DriverFacts,
  RunningDeployment,
} from '../../shared/domain/route-facts.ts'
import type { CodeDeployRoute, LambdaAliasRoute } from '../../shared/domain/service.ts'
import { anAlbRoute } from './builders.ts'

/** The deployment group `prod` of the application `web`. */
export function aDrivenRoute(overrides: Partial<CodeDeployRoute> = {}): CodeDeployRoute {
  return {
    ...{ kind: 'codedeploy', applicationName: 'web', deploymentGroupName: 'prod' },
    ...{ onForeignDeployment: 'refuse', wave: 1 },
    ...overrides,
  }
}

/** The alias `live` of the function `checkout`. */
export function anAliasRoute(overrides: Partial<LambdaAliasRoute> = {}): LambdaAliasRoute {
  return { kind: 'lambda-alias', functionName: 'checkout', alias: 'live', wave: 1, ...overrides }
}

/** An AppSpec for revision 7 of the task definition `web`. */
export const anEcsRevision: CodeDeployRevision = {
  type: 'app-spec',
  appSpec: buildAppSpec({
    platform: 'ECS',
    taskDefinition: 'arn:aws:ecs:eu-west-1:123456789012:task-definition/web:7',
    containerName: 'web',
    containerPort: 8080,
    hooks: {},
  }),
}

/** An AppSpec that takes `live` of `checkout` from version 6 to 7. */
export const aLambdaRevision: CodeDeployRevision = {
  type: 'app-spec',
  appSpec: buildAppSpec({
    ...{ platform: 'Lambda', functionName: 'checkout', alias: 'live', currentVersion: '6', targetVersion: '7' },
    hooks: {},
  }),
}

export const aBundle: CodeDeployRevision = { type: 's3', bucket: 'builds', key: 'web.zip', bundleType: 'zip' }

/** An ECS group that shifts the rule of `web`, with everything in order and nothing running. */
export function aDeploymentGroup(overrides: Partial<DeploymentGroupFacts> = {}): DeploymentGroupFacts {
  return {
    platform: 'ECS',
    deploymentConfigName: 'CodeDeployDefault.ECSAllAtOnce',
    moves: anAlbRoute(),
    testListenerArn: null,
    alarms: { enabled: false, names: [] },
    autoRollback: { enabled: true, events: ['DEPLOYMENT_FAILURE'] },
    readyWaitMinutes: null,
    terminationWaitMinutes: 60,
    running: [],
    ...overrides,
  }
}

export function someDriverFacts(group: Partial<DeploymentGroupFacts> | null = {}): DriverFacts {
  return {
    kind: 'codedeploy',
    state: null,
    groups: { blue: null, green: null },
    notLookedAt: [],
    group: group && aDeploymentGroup(group),
  }
}

/** The alias serves version 6, and 7 is published. */
export function someAliasFacts(overrides: Partial<AliasFacts> = {}): AliasFacts {
  return {
    kind: 'lambda-alias',
    state: null,
    groups: { blue: null, green: null },
    notLookedAt: [],
    alias: { version: '6', additional: null },
    newestVersion: '7',
    published: { blue: true, green: true },
    ...overrides,
  }
}

export function aRunningDeployment(overrides: Partial<RunningDeployment> = {}): RunningDeployment {
  return {
    ...{ deploymentId: 'd-A1B2C3D4E', description: 'from the console', creator: 'user' },
    createdAt: '2026-01-01T00:00:00.000Z',
    ...overrides,
  }
}
