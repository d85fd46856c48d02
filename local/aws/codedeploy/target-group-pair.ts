import type { LoadBalancerInfo, TrafficRoute } from '@aws-sdk/client-codedeploy'
import { refuse } from './check.ts'

/**
 * Checks the load balancer of an ECS group: one pair of target groups, one listener for production, at most one for tests.
 *
 * @throws {AwsError} `InvalidLoadBalancerInfoException`, `InvalidTargetGroupPairException`
 * @see API reference, TargetGroupPairInfo, TrafficRoute
 */
export function checkTargetGroupPair(info: LoadBalancerInfo | undefined): LoadBalancerInfo {
  const pairs = info?.targetGroupPairInfoList ?? []
  const others = [...(info?.elbInfoList ?? []), ...(info?.targetGroupInfoList ?? [])]
  if (pairs.length === 0 || others.length > 0) {
    refuse('InvalidLoadBalancerInfoException', 'ECS deployments need targetGroupPairInfoList, and nothing beside it')
  }
  const invalid = (message: string): never => refuse('InvalidTargetGroupPairException', message)
  const [pair] = pairs
  if (!pair || pairs.length > 1) return invalid('Exactly one pair of target groups must be given')
  const names = (pair.targetGroups ?? []).map(({ name }) => name ?? '')
  if (names.length !== 2 || names.includes('') || names[0] === names[1]) {
    invalid('A pair has two target groups of different names')
  }
  const production = listenerOf(pair.prodTrafficRoute)
  if (production === undefined) return invalid('prodTrafficRoute must name exactly one listener')
  const { testTrafficRoute: test } = pair
  if (test && (listenerOf(test) === undefined || listenerOf(test) === production)) {
    invalid('testTrafficRoute must name exactly one listener, another one than prodTrafficRoute')
  }
  return { targetGroupPairInfoList: [pair] }
}

function listenerOf(route: TrafficRoute | undefined): string | undefined {
  const arns = route?.listenerArns ?? []
  const [arn] = arns
  return arns.length === 1 && arn !== undefined && /^arn:aws[\w-]*:elasticloadbalancing:.*:listener\//.test(arn)
    ? arn
    : undefined
}
