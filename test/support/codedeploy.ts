import type * as sdk from '@aws-sdk/client-codedeploy'
import { createCloudWatch } from '../../local/aws/cloudwatch/cloudwatch.ts'
import { type AliasWeight, createMemoryAliasWeights } from '../../local/aws/codedeploy/alias-weights.ts'
import { createHookFunctions } from '../../local/aws/codedeploy/hook-functions.ts'
import { type CodeDeploy, createCodeDeploy } from '../../local/aws/codedeploy/service.ts'
import { createElasticLoadBalancing } from '../../local/aws/elastic-load-balancing-v2/service.ts'
import type { LambdaFunction } from '../../local/aws/lambda/function.ts'
import type { AwsService } from '../../local/aws/service.ts'
import { createManualClock, type ManualClock } from '../../local/clock.ts'
import { aListener, aLoadBalancer, aTargetGroup, type CallLoadBalancing, forwardTo } from './elastic-load-balancing.ts'
import { createFakeDataPlane } from './fake-data-plane.ts'

const region = 'eu-west-1'

/** Inputs and outputs of the operations that tests call, by name. */
interface Operations {
  CreateApplication: [sdk.CreateApplicationInput, sdk.CreateApplicationOutput]
  GetApplication: [sdk.GetApplicationInput, sdk.GetApplicationOutput]
  BatchGetApplications: [sdk.BatchGetApplicationsInput, sdk.BatchGetApplicationsOutput]
  ListApplications: [sdk.ListApplicationsInput, sdk.ListApplicationsOutput]
  DeleteApplication: [sdk.DeleteApplicationInput, object]
  CreateDeploymentConfig: [sdk.CreateDeploymentConfigInput, sdk.CreateDeploymentConfigOutput]
  GetDeploymentConfig: [sdk.GetDeploymentConfigInput, sdk.GetDeploymentConfigOutput]
  ListDeploymentConfigs: [sdk.ListDeploymentConfigsInput, sdk.ListDeploymentConfigsOutput]
  DeleteDeploymentConfig: [sdk.DeleteDeploymentConfigInput, object]
  CreateDeploymentGroup: [sdk.CreateDeploymentGroupInput, sdk.CreateDeploymentGroupOutput]
  UpdateDeploymentGroup: [sdk.UpdateDeploymentGroupInput, sdk.UpdateDeploymentGroupOutput]
  GetDeploymentGroup: [sdk.GetDeploymentGroupInput, sdk.GetDeploymentGroupOutput]
  BatchGetDeploymentGroups: [sdk.BatchGetDeploymentGroupsInput, sdk.BatchGetDeploymentGroupsOutput]
  ListDeploymentGroups: [sdk.ListDeploymentGroupsInput, sdk.ListDeploymentGroupsOutput]
  DeleteDeploymentGroup: [sdk.DeleteDeploymentGroupInput, sdk.DeleteDeploymentGroupOutput]
  CreateDeployment: [sdk.CreateDeploymentInput, sdk.CreateDeploymentOutput]
  GetDeployment: [sdk.GetDeploymentInput, sdk.GetDeploymentOutput]
  BatchGetDeployments: [sdk.BatchGetDeploymentsInput, sdk.BatchGetDeploymentsOutput]
  ListDeployments: [sdk.ListDeploymentsInput, sdk.ListDeploymentsOutput]
  ContinueDeployment: [sdk.ContinueDeploymentInput, object]
  StopDeployment: [sdk.StopDeploymentInput, sdk.StopDeploymentOutput]
  ListDeploymentTargets: [sdk.ListDeploymentTargetsInput, sdk.ListDeploymentTargetsOutput]
  GetDeploymentTarget: [sdk.GetDeploymentTargetInput, sdk.GetDeploymentTargetOutput]
  BatchGetDeploymentTargets: [sdk.BatchGetDeploymentTargetsInput, sdk.BatchGetDeploymentTargetsOutput]
  PutLifecycleEventHookExecutionStatus: [
    sdk.PutLifecycleEventHookExecutionStatusInput,
    sdk.PutLifecycleEventHookExecutionStatusOutput,
  ]
  RegisterOnPremisesInstance: [sdk.RegisterOnPremisesInstanceInput, object]
  AddTagsToOnPremisesInstances: [sdk.AddTagsToOnPremisesInstancesInput, object]
  TagResource: [sdk.TagResourceInput, object]
  UntagResource: [sdk.UntagResourceInput, object]
  ListTagsForResource: [sdk.ListTagsForResourceInput, sdk.ListTagsForResourceOutput]
  GetOnPremisesInstance: [sdk.GetOnPremisesInstanceInput, sdk.GetOnPremisesInstanceOutput]
}

export type CallCodeDeploy = <Name extends keyof Operations>(
  name: Name,
  input: Operations[Name][0],
  region?: string,
) => Promise<Operations[Name][1]>

export interface CodeDeployRig {
  readonly clock: ManualClock
  readonly call: CallCodeDeploy
  readonly elb: CallLoadBalancing
  /** ARNs of target groups whose targets are unhealthy. */
  readonly unhealthy: Set<string>
  readonly functions: Record<string, LambdaFunction>
  readonly aliases: () => Readonly<Record<string, AliasWeight>>
  readonly errors: unknown[]
  /** The load balancers and CodeDeploy, for an endpoint to serve. */
  readonly services: () => readonly AwsService[]
  /** Creates the alarm if it is not there, and sets its state. */
  setAlarm(name: string, state: 'OK' | 'ALARM'): Promise<void>
  /** The state now. */
  save(): unknown
  /** The state as the engine saved it last; what calls change is not in it. */
  onDisk(): unknown
  /** The process dies; another one starts with this state, beside the same load balancers. */
  restart(saved: unknown): Promise<void>
  reset(): Promise<void>
}

/** CodeDeploy beside the other services on a manual clock and a fake data plane, called without HTTP. */
export function aCodeDeploy(aliases: Readonly<Record<string, AliasWeight>> = {}): CodeDeployRig {
  const clock = createManualClock()
  const unhealthy = new Set<string>()
  const fake = createFakeDataPlane()
  const dataPlane: typeof fake = {
    ...fake,
    targetHealth: (arn, asked) =>
      fake
        .targetHealth(arn, asked)
        .map((each) => (unhealthy.has(arn) ? { ...each, TargetHealth: { State: 'unhealthy' } } : each)),
  }
  const balancing = createElasticLoadBalancing({
    ...{ dataPlane, clock },
    addresses: { next: async () => '127.0.0.1' },
  })
  const cloudWatch = createCloudWatch({ clock })
  const memory = createMemoryAliasWeights(aliases)
  const functions: Record<string, LambdaFunction> = {}
  const errors: unknown[] = []
  const reportError = (error: unknown) => void errors.push(error)
  const disk: { saved: unknown } = { saved: {} }
  const start = (): CodeDeploy =>
    createCodeDeploy({
      ...{
        clock,
        elasticLoadBalancing: balancing,
        cloudWatch: cloudWatch.forServices,
        aliasesIn: () => memory,
        reportError,
      },
      saveBalancers: async () => undefined,
      hooks: createHookFunctions({
        functions,
        clock,
        reportError,
        arnOf: (name) => `arn:aws:lambda:::function:${name}`,
      }),
      save: async () => {
        // A disk takes its time.
        await new Promise((resolve) => setImmediate(resolve))
        disk.saved = JSON.parse(JSON.stringify(codeDeploy.service.state.save()))
      },
    })
  let codeDeploy: CodeDeploy = start()

  async function callService(service: AwsService, name: string, input: unknown, where: string): Promise<unknown> {
    const operation = service.operations[name]
    if (!operation) throw new Error(`there is no ${name}`)
    return operation.handle(input, { requestId: 'r', region: where })
  }
  return {
    ...{ clock, unhealthy, functions, errors },
    aliases: memory.all,
    services: () => [balancing, codeDeploy.service],
    call: async (name, input, where = region) =>
      (await callService(codeDeploy.service, name, input, where)) as Operations[typeof name][1],
    elb: async (name, input) => (await callService(balancing, name, input, region)) as never,
    async setAlarm(name, state) {
      await callService(cloudWatch.service, 'PutMetricAlarm', alarm(name), region)
      const input = { AlarmName: name, StateValue: state, StateReason: 'test' }
      await callService(cloudWatch.service, 'SetAlarmState', input, region)
    },
    save: () => JSON.parse(JSON.stringify(codeDeploy.service.state.save())),
    onDisk: () => disk.saved,
    async restart(saved) {
      await codeDeploy.close()
      codeDeploy = start()
      await codeDeploy.service.state.load(saved)
    },
    reset: async () => codeDeploy.service.state.reset(),
  }
}

const alarm = (AlarmName: string) => ({
  ...{ AlarmName, Namespace: 'Own', MetricName: 'errors', Statistic: 'Sum', Period: 60, EvaluationPeriods: 1 },
  ...{ Threshold: 1, ComparisonOperator: 'GreaterThanThreshold', TreatMissingData: 'ignore' },
})

export const serviceRoleArn = 'arn:aws:iam::000000000000:role/codedeploy'

/** An AppSpec for ECS. @param hooks - Functions by event. */
export function ecsRevision(hooks: Readonly<Record<string, string>> = {}, taskRevision = 2): sdk.RevisionLocation {
  const TaskDefinition = `arn:aws:ecs:eu-west-1:000000000000:task-definition/web:${taskRevision}`
  const Properties = { TaskDefinition, LoadBalancerInfo: { ContainerName: 'web', ContainerPort: 8080 } }
  const content = JSON.stringify({
    version: 0,
    Resources: [{ TargetService: { Type: 'AWS::ECS::Service', Properties } }],
    Hooks: Object.entries(hooks).map(([event, name]) => ({ [event]: name })),
  })
  return { revisionType: 'AppSpecContent', appSpecContent: { content } }
}

/** An AppSpec that moves `pay:live` from one version to another. */
export function lambdaRevision(from: string, to: string, hooks: Readonly<Record<string, string>> = {}) {
  const properties = { name: 'pay', alias: 'live', currentversion: from, targetversion: to }
  const content = JSON.stringify({
    version: 0,
    resources: [{ pay: { type: 'AWS::Lambda::Function', properties } }],
    hooks: Object.entries(hooks).map(([event, name]) => ({ [event]: name })),
  })
  return { revisionType: 'AppSpecContent', appSpecContent: { content } } as const
}

export interface EcsStack {
  readonly blue: string
  readonly green: string
  readonly production: string
  readonly test: string
  /** Weights of a listener's default action by target group, `blue/green`. */
  weights(listener?: string): Promise<string>
}

/** A load balancer with two listeners on `web-blue`, and one target in each group. */
export async function anEcsStack(rig: Pick<CodeDeployRig, 'elb'>): Promise<EcsStack> {
  const { elb } = rig
  const balancer = await aLoadBalancer(elb)
  const blue = await aTargetGroup(elb, 'web-blue')
  const green = await aTargetGroup(elb, 'web-green')
  await elb('RegisterTargets', { TargetGroupArn: blue, Targets: [{ Id: '127.0.0.1', Port: 9001 }] })
  await elb('RegisterTargets', { TargetGroupArn: green, Targets: [{ Id: '127.0.0.1', Port: 9002 }] })
  const DefaultActions = [forwardTo([[blue, 1]])]
  const production = await aListener(elb, balancer, { DefaultActions, Port: 8080 })
  const test = await aListener(elb, balancer, { DefaultActions, Port: 8081 })
  return {
    ...{ blue, green, production, test },
    async weights(listener = production) {
      const { Listeners } = await elb('DescribeListeners', { ListenerArns: [listener] })
      const groups = Listeners?.[0]?.DefaultActions?.[0]?.ForwardConfig?.TargetGroups ?? []
      const of = (arn: string) => groups.find(({ TargetGroupArn }) => TargetGroupArn === arn)?.Weight ?? '-'
      return `${of(blue)}/${of(green)}`
    },
  }
}

/** Settings of the ECS group `live` of `web`. */
export function ecsGroup(
  stack: Pick<EcsStack, 'production' | 'test'>,
  settings: Partial<sdk.CreateDeploymentGroupInput> = {},
): sdk.CreateDeploymentGroupInput {
  return {
    applicationName: 'web',
    deploymentGroupName: 'live',
    serviceRoleArn,
    deploymentStyle: { deploymentType: 'BLUE_GREEN', deploymentOption: 'WITH_TRAFFIC_CONTROL' },
    ecsServices: [{ clusterName: 'main', serviceName: 'web' }],
    loadBalancerInfo: {
      targetGroupPairInfoList: [
        {
          targetGroups: [{ name: 'web-blue' }, { name: 'web-green' }],
          prodTrafficRoute: { listenerArns: [stack.production] },
          testTrafficRoute: { listenerArns: [stack.test] },
        },
      ],
    },
    blueGreenDeploymentConfiguration: {
      deploymentReadyOption: { actionOnTimeout: 'CONTINUE_DEPLOYMENT', waitTimeInMinutes: 0 },
      terminateBlueInstancesOnDeploymentSuccess: { action: 'TERMINATE', terminationWaitTimeInMinutes: 0 },
    },
    ...settings,
  }
}

const everything = ['DEPLOYMENT_FAILURE', 'DEPLOYMENT_STOP_ON_ALARM', 'DEPLOYMENT_STOP_ON_REQUEST'] as const
/** Rolls back whatever goes wrong. */
export const rollBackAlways: sdk.AutoRollbackConfiguration = { enabled: true, events: [...everything] }

export async function info(rig: Pick<CodeDeployRig, 'call'>, deploymentId: string): Promise<sdk.DeploymentInfo> {
  return (await rig.call('GetDeployment', { deploymentId })).deploymentInfo ?? {}
}

/** Lifecycle events with their statuses, as `BeforeInstall Succeeded`. */
export async function eventsOf(rig: Pick<CodeDeployRig, 'call'>, deploymentId: string, targetId = 'main:web') {
  const { deploymentTarget } = await rig.call('GetDeploymentTarget', { deploymentId, targetId })
  const target = deploymentTarget?.ecsTarget ?? deploymentTarget?.lambdaTarget ?? deploymentTarget?.instanceTarget
  return target?.lifecycleEvents?.map(({ lifecycleEventName, status }) => `${lifecycleEventName} ${status}`) ?? []
}
