import { hookEvents } from './app-spec-rules.ts'
import type { AppSpec } from './codedeploy-revision.ts'

export { readAppSpec } from './read-app-spec.ts'

/** Lambda functions by lifecycle event. */
export type Hooks = Readonly<Record<string, string>>

/** What an AppSpec for ECS says. */
export interface EcsAppSpec {
  readonly platform: 'ECS'
  /** ARN with its revision. */
  readonly taskDefinition: string
  readonly containerName: string
  readonly containerPort: number
  readonly hooks: Hooks
  readonly platformVersion?: string
  readonly capacityProviderStrategy?: readonly CapacityProvider[]
  readonly networkConfiguration?: NetworkConfiguration
}

export interface CapacityProvider {
  readonly capacityProvider: string
  readonly base?: number
  readonly weight?: number
}

/** Where tasks with a network interface of their own run. */
export interface NetworkConfiguration {
  readonly subnets: readonly string[]
  readonly securityGroups?: readonly string[]
  readonly assignPublicIp?: string
}

/** What an AppSpec for a Lambda alias says. */
export interface LambdaAppSpec {
  readonly platform: 'Lambda'
  readonly functionName: string
  readonly alias: string
  readonly currentVersion: string
  readonly targetVersion: string
  readonly hooks: Hooks
}

export type AppSpecFields = EcsAppSpec | LambdaAppSpec

/** The AppSpec that says `fields`, with the keys of CodeDeploy's reference; `readAppSpec` reads the same back. */
export function buildAppSpec(fields: AppSpecFields): AppSpec {
  const [name, resource] = fields.platform === 'ECS' ? ecsResource(fields) : lambdaResource(fields)
  const hooks = hookEvents[fields.platform].flatMap((event) => {
    const hook = Object.hasOwn(fields.hooks, event) ? fields.hooks[event] : undefined
    return hook === undefined ? [] : [{ [event]: hook }]
  })
  return { version: 0, Resources: [{ [name]: resource }], ...(hooks.length > 0 && { Hooks: hooks }) }
}

function ecsResource(fields: EcsAppSpec) {
  const { taskDefinition, containerName, containerPort, platformVersion } = fields
  const { capacityProviderStrategy: capacity, networkConfiguration: network } = fields
  const properties = {
    TaskDefinition: taskDefinition,
    LoadBalancerInfo: { ContainerName: containerName, ContainerPort: containerPort },
    ...(platformVersion !== undefined && { PlatformVersion: platformVersion }),
    ...(network && { NetworkConfiguration: { AwsvpcConfiguration: toAwsvpc(network) } }),
    ...(capacity && { CapacityProviderStrategy: capacity.map(toStrategyItem) }),
  }
  return ['TargetService', { Type: 'AWS::ECS::Service', Properties: properties }] as const
}

function toAwsvpc({ subnets, securityGroups, assignPublicIp }: NetworkConfiguration) {
  return {
    Subnets: subnets,
    ...(securityGroups && { SecurityGroups: securityGroups }),
    ...(assignPublicIp !== undefined && { AssignPublicIp: assignPublicIp }),
  }
}

function toStrategyItem({ capacityProvider, base, weight }: CapacityProvider) {
  return {
    CapacityProvider: capacityProvider,
    ...(base !== undefined && { Base: base }),
    ...(weight !== undefined && { Weight: weight }),
  }
}

function lambdaResource({ functionName, alias, currentVersion, targetVersion }: LambdaAppSpec) {
  const properties = {
    Name: functionName,
    Alias: alias,
    CurrentVersion: currentVersion,
    TargetVersion: targetVersion,
  }
  return ['TargetFunction', { Type: 'AWS::Lambda::Function', Properties: properties }] as const
}
