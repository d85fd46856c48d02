import {
  DescribeTargetHealthCommand,
  type ElasticLoadBalancingV2Client,
  type TargetHealthDescription,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import { regionOf } from '../../domain/elb-arn.ts'
import { TransientError } from '../../domain/errors.ts'
import type { GroupHealth, TargetHealth } from '../../ports/target-health.ts'
import { callingAws } from '../aws-error.ts'
import { withDeadline } from '../deadline.ts'

/** Reasons that are worth a line each; a group may have a thousand targets. */
const maxReasons = 20

/**
 * Health of target groups as their load balancer sees it.
 *
 * @param clientFor - The client of a Region.
 * @param deadlineMs - Real milliseconds for one reading, retries included. Default 10,000.
 */
export function createAlbTargetHealth(
  clientFor: (region: string) => ElasticLoadBalancingV2Client,
  deadlineMs = 10_000,
): TargetHealth {
  return {
    async read(targetGroupArn) {
      const client = clientFor(regionOf(targetGroupArn))
      const command = new DescribeTargetHealthCommand({ TargetGroupArn: targetGroupArn })
      const answer = await callingAws({ tried: 'elasticloadbalancing:DescribeTargetHealth', on: targetGroupArn }, () =>
        withDeadline(deadlineMs, (abortSignal) => client.send(command, { abortSignal })),
      )
      return toGroupHealth(answer.TargetHealthDescriptions ?? [], targetGroupArn)
    },
  }
}

/**
 * @throws {TransientError} If the load balancer does not know the health of a target for reasons of its own: that is
 * neither healthy nor unhealthy.
 */
export function toGroupHealth(targets: readonly TargetHealthDescription[], targetGroupArn: string): GroupHealth {
  const registered = targets.filter(({ TargetHealth: health }) => health?.State !== 'draining')
  const lost = registered.find(({ TargetHealth: health }) => health?.State === 'unavailable' && !isUnchecked(health))
  if (lost)
    throw new TransientError(`the health of ${targetGroupArn} is not available now: ${toReason(lost)}; ask again later`)
  const sick = registered.filter(({ TargetHealth: health }) => health?.State !== 'healthy' && !isUnchecked(health))
  return {
    total: registered.length,
    healthy: registered.filter(({ TargetHealth: health }) => health?.State === 'healthy').length,
    unknown: registered.filter(({ TargetHealth: health }) => isUnchecked(health)).length,
    reasons: sick.slice(0, maxReasons).map(toReason),
    // One target may be out of use because its zone is not enabled; all of them are when the group is in no action.
    unused:
      registered.length > 0 && registered.every(({ TargetHealth: health }) => health?.Reason === 'Target.NotInUse'),
  }
}

function isUnchecked(health: TargetHealthDescription['TargetHealth']): boolean {
  return health?.Reason === 'Target.HealthCheckDisabled'
}

function toReason({ Target: target, TargetHealth: health }: TargetHealthDescription): string {
  const address = target?.Port === undefined ? (target?.Id ?? 'unnamed target') : `${target.Id}:${target.Port}`
  return [address, health?.State ?? 'without state', health?.Reason].filter(Boolean).join(' ')
}
