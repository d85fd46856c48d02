import type { CodeDeploy } from '../../../local/aws/codedeploy/service.ts'
import type { FunctionRecord, VersionRecord } from '../../../local/aws/lambda/records.ts'
import type { UserFunctions } from '../../../local/aws/lambda/user-functions.ts'
import type { AwsService } from '../../../local/aws/service.ts'
import type { CodeDeployRevision } from '../../../shared/domain/codedeploy-revision.ts'
import { type CodeDeployRoute, resourceOf } from '../../../shared/domain/service.ts'
import { webArns } from '../../support/builders.ts'
import { aLambdaRevision, anEcsRevision } from '../../support/driven.ts'
import { routes } from '../cloud.ts'
import {
  aliasVersions,
  byHand,
  type CrashDriver,
  type GroupSettings,
  greenOf,
  groupNames,
  groupOf,
  isLambda,
  lambdaAlarm,
  toTarget,
} from '../driver-cloud.ts'

const region = 'eu-west-1'
const at = '2026-01-01T00:00:00.000Z'

/** Calls an operation as somebody else would: at once, and without a request in our log. */
export async function callAsStranger({ operations }: Pick<AwsService, 'operations'>, name: string, input: object) {
  const operation = operations[name]
  if (!operation) throw new Error(`there is no ${name}`)
  return operation.handle(input, { requestId: 'stranger', region })
}

interface SavedDeployments {
  readonly [region: string]: { readonly deployments: readonly (readonly [string, SavedDeployment])[] }
}
interface SavedDeployment {
  readonly id: string
  readonly groupName: string
  readonly description?: string
  readonly creator: string
  readonly status: string
  readonly rollback?: { readonly rollbackTriggeringDeploymentId?: string }
}

/** Puts an application with an ECS group, which moves the rule of the web routes, and one with a Lambda group there. */
export async function furnishGroupsOf({ service }: CodeDeploy): Promise<CrashDriver> {
  const call = (name: string, input: object) => callAsStranger(service, name, input)
  const saved = () => (service.state.save() as SavedDeployments)[region]?.deployments.map(([, one]) => one) ?? []
  const running = ({ deploymentGroupName }: CodeDeployRoute) =>
    saved().filter((one) => one.groupName === deploymentGroupName && !ended.has(one.status))
  for (const name of groupNames) {
    const { applicationName } = groupOf(name)
    await call('CreateApplication', { applicationName, computePlatform: isLambda(groupOf(name)) ? 'Lambda' : 'ECS' })
    await call('CreateDeploymentGroup', { ...toGroup(groupOf(name), {}), serviceRoleArn: role })
  }
  return {
    deployments: () =>
      saved().map(({ id, groupName, description, creator, status, rollback }) => ({
        ...{ id, resource: resourceOf(groupOf(groupName)), isRunning: !ended.has(status) },
        tag: description ?? `rollback of ${rollback?.rollbackTriggeringDeploymentId}`,
        isRollback: creator === 'codeDeployRollback',
      })),
    async configure(route, settings) {
      const { deploymentGroupName: currentDeploymentGroupName, ...rest } = toGroup(route, settings)
      await call('UpdateDeploymentGroup', { ...rest, currentDeploymentGroupName })
    },
    failAt: () => {
      throw new Error('the local CodeDeploy fails only for a reason')
    },
    async start(route, deploymentConfigName) {
      if (running(route).length > 0) return
      const { applicationName, deploymentGroupName } = route
      const revision = toRevision(isLambda(route) ? aLambdaRevision : anEcsRevision)
      const input = { applicationName, deploymentGroupName, revision, deploymentConfigName, description: byHand }
      await call('CreateDeployment', input)
    },
    stop(route) {
      for (const { id } of running(route))
        void call('StopDeployment', { deploymentId: id, autoRollbackEnabled: true }).catch(() => undefined)
    },
    letGoOn(route) {
      for (const { id } of running(route))
        for (const deploymentWaitType of ['READY_WAIT', 'TERMINATION_WAIT'])
          void call('ContinueDeployment', { deploymentId: id, deploymentWaitType }).catch(() => undefined)
    },
  }
}

const role = 'arn:aws:iam::000000000000:role/codedeploy'
const ended: ReadonlySet<string> = new Set(['Succeeded', 'Failed', 'Stopped'])

function toRevision(revision: CodeDeployRevision) {
  if (revision.type !== 'app-spec') throw new Error('scenarios deploy AppSpecs')
  return { revisionType: 'AppSpecContent', appSpecContent: { content: JSON.stringify(revision.appSpec) } }
}

function toGroup(
  route: CodeDeployRoute,
  { readyWaitMinutes, terminationWaitMinutes = 0, autoRollback }: GroupSettings,
) {
  const { applicationName, deploymentGroupName } = route
  const common = {
    ...{ applicationName, deploymentGroupName },
    deploymentStyle: { deploymentType: 'BLUE_GREEN', deploymentOption: 'WITH_TRAFFIC_CONTROL' },
    autoRollbackConfiguration: autoRollback ?? { enabled: false, events: [] },
  }
  if (isLambda(route)) return common
  const nameOf = (arn: string) => ({ name: arn.split('/')[1] })
  const listener = webArns.rule.replace(':listener-rule/', ':listener/').replace(/\/[^/]*$/, '')
  const pair = {
    targetGroups: [nameOf(webArns.blue), nameOf(webArns.green)],
    prodTrafficRoute: { listenerArns: [listener] },
  }
  return {
    ...common,
    ecsServices: [{ clusterName: 'main', serviceName: 'web' }],
    loadBalancerInfo: { targetGroupPairInfoList: [pair] },
    blueGreenDeploymentConfiguration: {
      deploymentReadyOption:
        readyWaitMinutes == null
          ? { actionOnTimeout: 'CONTINUE_DEPLOYMENT', waitTimeInMinutes: 0 }
          : { actionOnTimeout: 'STOP_DEPLOYMENT', waitTimeInMinutes: readyWaitMinutes },
      terminateBlueInstancesOnDeploymentSuccess: {
        ...{ action: 'TERMINATE', terminationWaitTimeInMinutes: terminationWaitMinutes },
      },
    },
  }
}

/** The function of the alias routes, as a state that was saved. */
export interface CrashAlias {
  greenPercent(): number | null
  shift(green: number): void
}

export async function furnishAlias({ service, aliasesIn }: UserFunctions): Promise<CrashAlias> {
  const { functionName: name, alias } = routes.alias
  await service.state.load({ functions: [aFunction(name, alias)] })
  const aliases = aliasesIn(region, async () => undefined)
  return {
    greenPercent() {
      const { functions } = service.state.save() as { readonly functions: readonly FunctionRecord[] }
      const record = functions.find((one) => one.name === name)?.aliases.find((one) => one.name === alias)
      return greenOf(record ? { version: record.version, additional: record.additional ?? null } : null)
    },
    shift(green) {
      const { version, additional } = toTarget(green)
      void aliases.set(name, alias, { version, ...(additional && { additional }) })
    },
  }
}

function aFunction(name: string, alias: string): FunctionRecord {
  return {
    ...{ region, name, latest: aVersion('$LATEST'), published: Object.values(aliasVersions).map(aVersion) },
    ...{
      nextVersion: 8,
      aliases: [{ name: alias, description: '', version: aliasVersions.blue, revisionId: 'first' }],
    },
  }
}

function aVersion(version: string): VersionRecord {
  const settings: VersionRecord['settings'] = {
    ...{ role, description: '', runtime: 'nodejs20.x', handler: 'index.handler', packageType: 'Zip' },
    ...{ architectures: ['x86_64'], timeoutSeconds: 3, memoryMegabytes: 128, variables: {} },
    ...{ codeSha256: 'c2hh', codeBytes: 1 },
  }
  return { version, settings, modifiedAt: at, revisionId: `of ${version}` }
}

/** An alarm that nothing but a scenario sets off. */
export async function furnishAlarm(cloudWatch: Pick<AwsService, 'operations'>) {
  await callAsStranger(cloudWatch, 'PutMetricAlarm', {
    ...{ AlarmName: lambdaAlarm, Namespace: 'Own', MetricName: 'errors', Statistic: 'Sum', Period: 60 },
    ...{ EvaluationPeriods: 1, Threshold: 1, ComparisonOperator: 'GreaterThanThreshold', TreatMissingData: 'ignore' },
  })
  const set = async (StateValue: 'OK' | 'ALARM') =>
    callAsStranger(cloudWatch, 'SetAlarmState', { AlarmName: lambdaAlarm, StateValue, StateReason: 'scenario' })
  await set('OK')
  return set
}
