import {
  DescribeTargetGroupsCommand,
  type ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import { regionOf } from '../../domain/elb-arn.ts'
import { NotFoundError } from '../../domain/errors.ts'
import type { TargetGroups } from '../../ports/target-groups.ts'
import { callingAws } from '../aws-error.ts'
import { withDeadline } from '../deadline.ts'
import { albDeadlineMs } from './clients.ts'

/**
 * Asks once for each group: what hangs on a load balancer stays there until it leaves its last action, and a deployment
 * does not take it out while it is measured.
 *
 * @param readerFor - The client of a Region.
 * @param deadlineMs - Real milliseconds for each call, retries included. Default 3000.
 */
export function createAlbTargetGroups(
  readerFor: (region: string) => ElasticLoadBalancingV2Client,
  deadlineMs = albDeadlineMs,
): TargetGroups {
  const known = new Map<string, string>()
  return {
    async loadBalancerOf(targetGroupArn) {
      const found = known.get(targetGroupArn) ?? (await ask(readerFor, targetGroupArn, deadlineMs))
      if (found !== null) known.set(targetGroupArn, found)
      return found
    },
  }
}

async function ask(
  readerFor: (region: string) => ElasticLoadBalancingV2Client,
  targetGroupArn: string,
  deadlineMs: number,
): Promise<string | null> {
  const client = readerFor(regionOf(targetGroupArn))
  const command = new DescribeTargetGroupsCommand({ TargetGroupArns: [targetGroupArn] })
  const attempt = { tried: 'elasticloadbalancing:DescribeTargetGroups', on: targetGroupArn }
  try {
    const answer = await callingAws(attempt, () =>
      withDeadline(deadlineMs, (abortSignal) => client.send(command, { abortSignal })),
    )
    return answer.TargetGroups?.[0]?.LoadBalancerArns?.[0] ?? null
  } catch (error) {
    if (error instanceof NotFoundError) return null
    throw error
  }
}
