import type {
  ComputePlatform,
  CreateDeploymentGroupInput,
  ECSService,
  LoadBalancerInfo,
} from '@aws-sdk/client-codedeploy'
import { checkAlarms, checkAutoRollback } from './alarm-settings.ts'
import { checkBlueGreen, checkStyle } from './blue-green.ts'
import { refuse } from './check.ts'
import { type ConfigContent, defaultConfigOf } from './predefined-configs.ts'
import type { GroupSettings } from './records.ts'
import { checkTargetGroupPair } from './target-group-pair.ts'

/** What a call gives of a group's settings; what is absent takes its default. */
export type GivenSettings = Partial<
  Omit<CreateDeploymentGroupInput, 'applicationName' | 'deploymentGroupName' | 'tags'>
>

/**
 * Checks the settings of a deployment group for its platform, and fills in the defaults.
 *
 * @param configOf - Finds a configuration by its name, or refuses it.
 * @throws {AwsError} In the words of CreateDeploymentGroup's errors, naming the member.
 */
export function checkGroupSettings(
  platform: ComputePlatform,
  given: GivenSettings,
  configOf: (name: string) => ConfigContent,
): GroupSettings {
  const serviceRoleArn = checkRole(given.serviceRoleArn)
  const deploymentConfigName = given.deploymentConfigName ?? defaultConfigOf[platform]
  checkConfigFits(platform, configOf(deploymentConfigName), deploymentConfigName)
  const deploymentStyle = checkStyle(platform, given.deploymentStyle)
  const { alarmConfiguration: alarms, autoRollbackConfiguration: rollback } = given
  return {
    ...given,
    serviceRoleArn,
    deploymentConfigName,
    deploymentStyle,
    ...(alarms && { alarmConfiguration: checkAlarms(alarms) }),
    ...(rollback && { autoRollbackConfiguration: checkAutoRollback(rollback) }),
    ...checkPlatformMembers(platform, given),
  }
}

/** @throws {AwsError} `InvalidTrafficRoutingConfigurationException` for a configuration of another platform. */
export function checkConfigFits(platform: ComputePlatform, config: ConfigContent, name: string): void {
  if (config.platform === platform) return
  refuse(
    'InvalidTrafficRoutingConfigurationException',
    `The deployment configuration ${name} is for ${config.platform}, not for ${platform}`,
  )
}

function checkRole(arn: string | undefined): string {
  if (!arn) return refuse('RoleRequiredException', 'Role ARN is missing')
  return /^arn:aws[\w-]*:iam::\d{12}:role\/.+/.test(arn) ? arn : refuse('InvalidRoleException', `${arn} is no role ARN`)
}

function checkPlatformMembers(platform: ComputePlatform, given: GivenSettings): Partial<GroupSettings> {
  switch (platform) {
    case 'ECS':
      refuseMembers(platform, given, serverMembers)
      return {
        ecsServices: checkService(given.ecsServices),
        loadBalancerInfo: checkTargetGroupPair(given.loadBalancerInfo),
        blueGreenDeploymentConfiguration: checkBlueGreen(given.blueGreenDeploymentConfiguration),
      }
    case 'Lambda':
      refuseMembers(platform, given, [
        ...serverMembers,
        'ecsServices',
        'loadBalancerInfo',
        'blueGreenDeploymentConfiguration',
      ])
      return {}
    case 'Server':
      refuseMembers(platform, given, ['ecsServices'])
      checkServerMembers(given)
      return {}
  }
}

const serverMembers = [
  ...(['ec2TagFilters', 'ec2TagSet', 'onPremisesInstanceTagFilters', 'onPremisesTagSet'] as const),
  ...(['autoScalingGroups', 'outdatedInstancesStrategy', 'terminationHookEnabled'] as const),
]

function refuseMembers(
  platform: ComputePlatform,
  given: GivenSettings,
  members: readonly (keyof GivenSettings)[],
): void {
  const foreign = members.find((member) => isGiven(given[member]))
  if (foreign) refuse('InvalidInputException', `${foreign} cannot be given for the ${platform} compute platform`)
}

/** The CLI and IaC tools send empty lists and false where nothing is meant. */
function isGiven(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : value !== undefined && value !== false
}

function checkServerMembers(given: GivenSettings): void {
  if (isGiven(given.ec2TagFilters) && given.ec2TagSet) {
    refuse('InvalidEC2TagCombinationException', 'ec2TagFilters and ec2TagSet cannot be given together')
  }
  if (isGiven(given.onPremisesInstanceTagFilters) && given.onPremisesTagSet) {
    refuse(
      'InvalidOnPremisesTagCombinationException',
      'onPremisesInstanceTagFilters and onPremisesTagSet cannot be given together',
    )
  }
  if (given.deploymentStyle?.deploymentOption === 'WITH_TRAFFIC_CONTROL' && !hasBalancer(given.loadBalancerInfo)) {
    refuse('InvalidLoadBalancerInfoException', 'WITH_TRAFFIC_CONTROL needs a target group in targetGroupInfoList')
  }
}

const hasBalancer = (info: LoadBalancerInfo | undefined) => (info?.targetGroupInfoList ?? []).length > 0

function checkService(services: readonly ECSService[] | undefined): ECSService[] {
  const [service] = services ?? []
  if (services?.length !== 1 || !service?.serviceName || !service.clusterName) {
    return refuse(
      'InvalidECSServiceException',
      'Exactly one ECS service must be given, with serviceName and clusterName',
    )
  }
  return [service]
}
