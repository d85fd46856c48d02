import type { ComputePlatform, TrafficRoutingConfig } from '@aws-sdk/client-codedeploy'

/** How many instances stay healthy; the SDK's type leaves `MOST_CONCURRENCY` out. */
export interface HealthyHosts {
  readonly type: 'HOST_COUNT' | 'FLEET_PERCENT' | 'MOST_CONCURRENCY'
  readonly value: number
}

/** What a deployment configuration says, predefined or not. */
export interface ConfigContent {
  readonly platform: ComputePlatform
  readonly routing?: TrafficRoutingConfig
  readonly minimumHealthyHosts?: HealthyHosts
}

export const PREDEFINED_PREFIX = 'CodeDeployDefault.'

const canary = (percent: number, minutes: number): TrafficRoutingConfig => ({
  type: 'TimeBasedCanary',
  timeBasedCanary: { canaryPercentage: percent, canaryInterval: minutes },
})
const linear = (percent: number, minutes: number): TrafficRoutingConfig => ({
  type: 'TimeBasedLinear',
  timeBasedLinear: { linearPercentage: percent, linearInterval: minutes },
})
const allAtOnce: TrafficRoutingConfig = { type: 'AllAtOnce' }
/** MOST_CONCURRENCY is what GetDeploymentConfig shows of OneAtATime; nobody else may use it. */
const hosts = (type: HealthyHosts['type'], value: number): ConfigContent => ({
  platform: 'Server',
  minimumHealthyHosts: { type, value },
})
const ecs = (routing: TrafficRoutingConfig): ConfigContent => ({ platform: 'ECS', routing })
const lambda = (routing: TrafficRoutingConfig): ConfigContent => ({ platform: 'Lambda', routing })

/**
 * Every configuration that AWS has in each account, by name. ECS says `1Minutes` where Lambda says `1Minute`.
 * @see CodeDeploy user guide, "Working with deployment configurations"
 */
export const predefinedConfigs: Readonly<Record<string, ConfigContent>> = {
  'CodeDeployDefault.AllAtOnce': hosts('HOST_COUNT', 0),
  'CodeDeployDefault.HalfAtATime': hosts('FLEET_PERCENT', 50),
  'CodeDeployDefault.OneAtATime': hosts('MOST_CONCURRENCY', 1),
  'CodeDeployDefault.ECSAllAtOnce': ecs(allAtOnce),
  'CodeDeployDefault.ECSCanary10Percent5Minutes': ecs(canary(10, 5)),
  'CodeDeployDefault.ECSCanary10Percent15Minutes': ecs(canary(10, 15)),
  'CodeDeployDefault.ECSLinear10PercentEvery1Minutes': ecs(linear(10, 1)),
  'CodeDeployDefault.ECSLinear10PercentEvery3Minutes': ecs(linear(10, 3)),
  'CodeDeployDefault.LambdaAllAtOnce': lambda(allAtOnce),
  'CodeDeployDefault.LambdaCanary10Percent5Minutes': lambda(canary(10, 5)),
  'CodeDeployDefault.LambdaCanary10Percent10Minutes': lambda(canary(10, 10)),
  'CodeDeployDefault.LambdaCanary10Percent15Minutes': lambda(canary(10, 15)),
  'CodeDeployDefault.LambdaCanary10Percent30Minutes': lambda(canary(10, 30)),
  'CodeDeployDefault.LambdaLinear10PercentEvery1Minute': lambda(linear(10, 1)),
  'CodeDeployDefault.LambdaLinear10PercentEvery2Minutes': lambda(linear(10, 2)),
  'CodeDeployDefault.LambdaLinear10PercentEvery3Minutes': lambda(linear(10, 3)),
  'CodeDeployDefault.LambdaLinear10PercentEvery10Minutes': lambda(linear(10, 10)),
}

/** The configuration of a group that names none, and of every rollback. */
export const defaultConfigOf: Readonly<Record<ComputePlatform, string>> = {
  Server: 'CodeDeployDefault.OneAtATime',
  ECS: 'CodeDeployDefault.ECSAllAtOnce',
  Lambda: 'CodeDeployDefault.LambdaAllAtOnce',
}
