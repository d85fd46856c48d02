import type * as sdk from '@aws-sdk/client-elastic-load-balancing-v2'
import { createElasticLoadBalancing } from '../../local/aws/elastic-load-balancing-v2/service.ts'
import { createManualClock } from '../../local/clock.ts'
import { createFakeDataPlane } from './fake-data-plane.ts'

/** Inputs and outputs of the operations that tests call, by name. */
interface Operations {
  CreateLoadBalancer: [sdk.CreateLoadBalancerInput, sdk.CreateLoadBalancerOutput]
  DescribeLoadBalancers: [sdk.DescribeLoadBalancersInput, sdk.DescribeLoadBalancersOutput]
  DeleteLoadBalancer: [sdk.DeleteLoadBalancerInput, sdk.DeleteLoadBalancerOutput]
  ModifyLoadBalancerAttributes: [sdk.ModifyLoadBalancerAttributesInput, sdk.ModifyLoadBalancerAttributesOutput]
  SetSubnets: [sdk.SetSubnetsInput, sdk.SetSubnetsOutput]
  CreateTargetGroup: [sdk.CreateTargetGroupInput, sdk.CreateTargetGroupOutput]
  DescribeTargetGroups: [sdk.DescribeTargetGroupsInput, sdk.DescribeTargetGroupsOutput]
  ModifyTargetGroup: [sdk.ModifyTargetGroupInput, sdk.ModifyTargetGroupOutput]
  DeleteTargetGroup: [sdk.DeleteTargetGroupInput, sdk.DeleteTargetGroupOutput]
  ModifyTargetGroupAttributes: [sdk.ModifyTargetGroupAttributesInput, sdk.ModifyTargetGroupAttributesOutput]
  RegisterTargets: [sdk.RegisterTargetsInput, sdk.RegisterTargetsOutput]
  DeregisterTargets: [sdk.DeregisterTargetsInput, sdk.DeregisterTargetsOutput]
  DescribeTargetHealth: [sdk.DescribeTargetHealthInput, sdk.DescribeTargetHealthOutput]
  CreateListener: [sdk.CreateListenerInput, sdk.CreateListenerOutput]
  DescribeListeners: [sdk.DescribeListenersInput, sdk.DescribeListenersOutput]
  ModifyListener: [sdk.ModifyListenerInput, sdk.ModifyListenerOutput]
  DeleteListener: [sdk.DeleteListenerInput, sdk.DeleteListenerOutput]
  CreateRule: [sdk.CreateRuleInput, sdk.CreateRuleOutput]
  DescribeRules: [sdk.DescribeRulesInput, sdk.DescribeRulesOutput]
  ModifyRule: [sdk.ModifyRuleInput, sdk.ModifyRuleOutput]
  DeleteRule: [sdk.DeleteRuleInput, sdk.DeleteRuleOutput]
  SetRulePriorities: [sdk.SetRulePrioritiesInput, sdk.SetRulePrioritiesOutput]
  AddTags: [sdk.AddTagsInput, sdk.AddTagsOutput]
  RemoveTags: [sdk.RemoveTagsInput, sdk.RemoveTagsOutput]
  DescribeTags: [sdk.DescribeTagsInput, sdk.DescribeTagsOutput]
}

export type CallLoadBalancing = <Name extends keyof Operations>(
  name: Name,
  input: Operations[Name][0],
  region?: string,
) => Promise<Operations[Name][1]>

/** The load balancing service on a fake data plane, called without HTTP. */
export function aLoadBalancing() {
  const dataPlane = createFakeDataPlane()
  const clock = createManualClock()
  const addresses = {
    next: async (taken: Iterable<string>) => {
      const used = [...taken]
      return ['127.0.0.2', '127.0.0.3', '127.0.0.4'].find((address) => !used.includes(address)) ?? '127.0.0.1'
    },
  }
  const service = createElasticLoadBalancing({ dataPlane, clock, addresses })
  const call: CallLoadBalancing = async (name, input, region = 'eu-west-1') => {
    const output = await service.operations[name]?.handle(input, { requestId: 'r', region })
    return output as Operations[typeof name][1]
  }
  return { service, dataPlane, clock, call }
}

/** Creates one and returns its ARN. */
export async function aLoadBalancer(call: CallLoadBalancing, name = 'web'): Promise<string> {
  const { LoadBalancers } = await call('CreateLoadBalancer', { Name: name })
  return LoadBalancers?.[0]?.LoadBalancerArn ?? ''
}

/** Creates one of type `ip` and returns its ARN. */
export async function aTargetGroup(
  call: CallLoadBalancing,
  name: string,
  settings: Partial<sdk.CreateTargetGroupInput> = {},
): Promise<string> {
  const input = { Name: name, Protocol: 'HTTP', Port: 8081, VpcId: 'vpc-1', TargetType: 'ip', ...settings } as const
  const { TargetGroups } = await call('CreateTargetGroup', input)
  return TargetGroups?.[0]?.TargetGroupArn ?? ''
}

export const notFound: sdk.Action = { Type: 'fixed-response', FixedResponseConfig: { StatusCode: '404' } }

/** Creates one that answers 404 unless told otherwise, and returns its ARN. */
export async function aListener(
  call: CallLoadBalancing,
  loadBalancerArn: string,
  settings: Partial<sdk.CreateListenerInput> = {},
): Promise<string> {
  const input = { LoadBalancerArn: loadBalancerArn, Protocol: 'HTTP', Port: 8080, DefaultActions: [notFound] } as const
  const { Listeners } = await call('CreateListener', { ...input, DefaultActions: [notFound], ...settings })
  return Listeners?.[0]?.ListenerArn ?? ''
}

/** Creates one for `/p<priority>/*` and returns its ARN. */
export async function aRule(
  call: CallLoadBalancing,
  listenerArn: string,
  settings: Partial<sdk.CreateRuleInput> = {},
): Promise<string> {
  const { Priority = 10 } = settings
  const { Rules } = await call('CreateRule', {
    ListenerArn: listenerArn,
    Priority,
    Conditions: [{ Field: 'path-pattern', Values: [`/p${Priority}/*`] }],
    Actions: [notFound],
    ...settings,
  })
  return Rules?.[0]?.RuleArn ?? ''
}

/** A forward action; weights by target group ARN. */
export function forwardTo(weights: readonly (readonly [arn: string, weight?: number])[]): sdk.Action {
  return {
    Type: 'forward',
    ForwardConfig: {
      TargetGroups: weights.map(([TargetGroupArn, Weight]) => ({
        TargetGroupArn,
        ...(Weight !== undefined && { Weight }),
      })),
    },
  }
}
