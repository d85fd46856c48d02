import type { BlueGreenDeploymentConfiguration, ComputePlatform, DeploymentStyle } from '@aws-sdk/client-codedeploy'
import { checkOneOf, checkWhole, refuse } from './check.ts'

/**
 * Checks how a group deploys; in place and without traffic control by default.
 * @throws {AwsError} `InvalidDeploymentStyleException`
 */
export function checkStyle(platform: ComputePlatform, given: DeploymentStyle | undefined): DeploymentStyle {
  const code = 'InvalidDeploymentStyleException'
  const deploymentType = checkOneOf(code, 'deploymentType', given?.deploymentType ?? 'IN_PLACE', [
    'IN_PLACE',
    'BLUE_GREEN',
  ])
  const options = ['WITHOUT_TRAFFIC_CONTROL', 'WITH_TRAFFIC_CONTROL'] as const
  const deploymentOption = checkOneOf(code, 'deploymentOption', given?.deploymentOption ?? options[0], options)
  const isBlueGreen = deploymentType === 'BLUE_GREEN' && deploymentOption === 'WITH_TRAFFIC_CONTROL'
  if (platform !== 'Server' && !isBlueGreen) {
    refuse(code, `Deployments to ${platform} must be BLUE_GREEN and WITH_TRAFFIC_CONTROL`)
  }
  if (platform === 'Server' && deploymentType === 'BLUE_GREEN') {
    refuse(code, 'The local endpoint has no instances to provision: Server groups are IN_PLACE here')
  }
  return { deploymentType, deploymentOption }
}

/**
 * Checks the waits of an ECS group.
 *
 * @throws {AwsError} `InvalidBlueGreenDeploymentConfigurationException`
 * @see API reference, DeploymentReadyOption, BlueInstanceTerminationOption
 */
export function checkBlueGreen(given: BlueGreenDeploymentConfiguration | undefined): BlueGreenDeploymentConfiguration {
  const code = 'InvalidBlueGreenDeploymentConfigurationException'
  const { deploymentReadyOption: ready, terminateBlueInstancesOnDeploymentSuccess: blue } = given ?? {}
  if (!ready || !blue) {
    return refuse(
      code,
      'ECS deployments need deploymentReadyOption and terminateBlueInstancesOnDeploymentSuccess in blueGreenDeploymentConfiguration',
    )
  }
  const actions = ['CONTINUE_DEPLOYMENT', 'STOP_DEPLOYMENT'] as const
  const actionOnTimeout = checkOneOf(code, 'actionOnTimeout', ready.actionOnTimeout, actions)
  // Up to the 120 hours that a deployment may take from its revision to the shift of traffic.
  const range = actionOnTimeout === 'STOP_DEPLOYMENT' ? ([1, 7200] as const) : ([0, 0] as const)
  const waitTimeInMinutes = checkWhole(code, 'waitTimeInMinutes', ready.waitTimeInMinutes ?? 0, range)
  return {
    deploymentReadyOption: { actionOnTimeout, waitTimeInMinutes },
    terminateBlueInstancesOnDeploymentSuccess: {
      action: checkOneOf(code, 'action', blue.action ?? 'TERMINATE', ['TERMINATE', 'KEEP_ALIVE'] as const),
      terminationWaitTimeInMinutes: checkWhole(
        code,
        'terminationWaitTimeInMinutes',
        blue.terminationWaitTimeInMinutes ?? 0,
        [0, 2880],
      ),
    },
  }
}
