import type { ComputePlatform, MinimumHealthyHosts, TrafficRoutingConfig } from '@aws-sdk/client-codedeploy'
import { checkOneOf, checkWhole, refuse } from './check.ts'
import type { HealthyHosts } from './predefined-configs.ts'
import { stepsOf } from './traffic-steps.ts'

/** Minutes from the first shift of traffic to the last. @see CodeDeploy user guide, "Limits" */
const LONGEST_SHIFT_MINUTES = 2880

const INVALID = 'InvalidTrafficRoutingConfigurationException'

/**
 * Checks how a custom configuration routes traffic.
 *
 * @throws {AwsError} `InvalidTrafficRoutingConfigurationException`: not for this platform, a part that is missing or of
 *   another type, a percentage outside 1–99, an interval that is no whole minute, over 2880 minutes in all.
 */
export function checkRouting(
  platform: ComputePlatform,
  routing: TrafficRoutingConfig | undefined,
): TrafficRoutingConfig | undefined {
  if (platform === 'Server') {
    return routing && refuse(INVALID, 'Traffic routing cannot be configured for the Server compute platform')
  }
  if (!routing) return refuse(INVALID, `Traffic routing must be configured for the ${platform} compute platform`)
  const checked = checkType(routing)
  const last = stepsOf(checked).at(-1)?.atMinutes ?? 0
  if (last > LONGEST_SHIFT_MINUTES) {
    refuse(INVALID, `Traffic must be shifted within ${LONGEST_SHIFT_MINUTES} minutes, not ${last}`)
  }
  return checked
}

function checkType({ type, timeBasedCanary, timeBasedLinear }: TrafficRoutingConfig): TrafficRoutingConfig {
  const word = checkOneOf(INVALID, 'type', type, ['AllAtOnce', 'TimeBasedCanary', 'TimeBasedLinear'])
  if (word !== 'TimeBasedCanary' && timeBasedCanary) refuse(INVALID, `timeBasedCanary does not go with ${word}`)
  if (word !== 'TimeBasedLinear' && timeBasedLinear) refuse(INVALID, `timeBasedLinear does not go with ${word}`)
  switch (word) {
    case 'AllAtOnce':
      return { type: word }
    case 'TimeBasedCanary':
      return {
        type: word,
        timeBasedCanary: {
          canaryPercentage: checkPercentage('canaryPercentage', timeBasedCanary?.canaryPercentage),
          canaryInterval: checkInterval('canaryInterval', timeBasedCanary?.canaryInterval),
        },
      }
    case 'TimeBasedLinear':
      return {
        type: word,
        timeBasedLinear: {
          linearPercentage: checkPercentage('linearPercentage', timeBasedLinear?.linearPercentage),
          linearInterval: checkInterval('linearInterval', timeBasedLinear?.linearInterval),
        },
      }
  }
}

const checkPercentage = (member: string, value: number | undefined) => checkWhole(INVALID, member, value, [1, 99])
const checkInterval = (member: string, value: number | undefined) =>
  checkWhole(INVALID, member, value, [1, LONGEST_SHIFT_MINUTES])

/**
 * Checks how many instances must stay healthy.
 *
 * @throws {AwsError} `InvalidMinimumHealthyHostValueException`: missing for Server, given for another platform, a type
 *   that does not exist, a negative count, a percentage outside 0–99.
 */
export function checkHealthyHosts(
  platform: ComputePlatform,
  hosts: MinimumHealthyHosts | undefined,
): HealthyHosts | undefined {
  const code = 'InvalidMinimumHealthyHostValueException'
  if (platform !== 'Server') {
    return hosts && refuse(code, `minimumHealthyHosts cannot be configured for the ${platform} compute platform`)
  }
  if (!hosts) return refuse(code, 'minimumHealthyHosts must be configured for the Server compute platform')
  const type = checkOneOf(code, 'type', hosts.type, ['HOST_COUNT', 'FLEET_PERCENT'])
  const most = type === 'FLEET_PERCENT' ? 99 : Number.MAX_SAFE_INTEGER
  return { type, value: checkWhole(code, 'value', hosts.value, [0, most]) }
}
