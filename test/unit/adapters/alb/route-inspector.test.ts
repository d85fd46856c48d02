import {
  DescribeListenersCommand,
  DescribeRulesCommand,
  DescribeTargetGroupAttributesCommand,
  DescribeTargetGroupsCommand,
  ElasticLoadBalancingV2Client,
  ElasticLoadBalancingV2ServiceException,
  RuleNotFoundException,
  TargetGroupNotFoundException,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import { mockClient } from 'aws-sdk-client-mock'
import { beforeEach, describe, expect, it } from 'vitest'
import { toRouteState } from '../../../../shared/adapters/alb/forward-action.ts'
import { createAlbRouteInspector } from '../../../../shared/adapters/alb/route-inspector.ts'
import { TransientError } from '../../../../shared/domain/errors.ts'
import { aForward, albArns } from '../../../support/alb.ts'
import { anAlbRoute } from '../../../support/builders.ts'

const { blue, green, rule, testRule, otherRule, listener, loadBalancer, other } = albArns
const secondListener = `${listener}2`
const client = new ElasticLoadBalancingV2Client({ region: 'eu-west-1' })
const elb = mockClient(client)
const inspector = createAlbRouteInspector(() => ({ reader: client, writer: client }))
const route = { ...anAlbRoute(), test: { ruleArn: testRule } }
const missing = { message: 'no such thing', $metadata: { httpStatusCode: 400 } }

/** A load balancer with two listeners; the second's default rule also sends traffic to green. */
beforeEach(() => {
  elb.reset()
  elb.onAnyCommand().rejects(new Error('unexpected command'))
  const aRule = (RuleArn: string, weights: Record<string, number>, stickySeconds?: number) => ({
    RuleArn,
    IsDefault: false,
    Actions: [aForward(weights, stickySeconds)],
  })
  const live = aRule(rule, { [blue]: 90, [green]: 10, [other]: 5 }, 60)
  const pointedAtBlue = aRule(testRule, { [blue]: 1 })
  elb.on(DescribeRulesCommand, { RuleArns: [rule] }).resolves({ Rules: [live] })
  elb.on(DescribeRulesCommand, { RuleArns: [testRule] }).resolves({ Rules: [pointedAtBlue] })
  elb
    .on(DescribeListenersCommand, { LoadBalancerArn: loadBalancer })
    .resolves({ Listeners: [{ ListenerArn: listener }], NextMarker: 'more' })
  elb
    .on(DescribeListenersCommand, { LoadBalancerArn: loadBalancer, Marker: 'more' })
    .resolves({ Listeners: [{ ListenerArn: secondListener }] })
  elb
    .on(DescribeRulesCommand, { ListenerArn: listener })
    .resolves({ Rules: [live, pointedAtBlue], NextMarker: 'page 2' })
  elb
    .on(DescribeRulesCommand, { ListenerArn: listener, Marker: 'page 2' })
    .resolves({ Rules: [aRule(otherRule, { [blue]: 0, [green]: 100 })] })
  elb.on(DescribeRulesCommand, { ListenerArn: secondListener }).resolves({
    Rules: [{ RuleArn: `${secondListener}/default`, IsDefault: true, Actions: [aForward({ [green]: 1 })] }],
  })
  for (const arn of [blue, green])
    elb.on(DescribeTargetGroupsCommand, { TargetGroupArns: [arn] }).resolves({
      TargetGroups: [
        { TargetGroupArn: arn, LoadBalancerArns: [loadBalancer], TargetType: 'ip', HealthCheckEnabled: true },
      ],
    })
  elb.on(DescribeTargetGroupAttributesCommand, { TargetGroupArn: blue }).resolves({ Attributes: [] })
  elb.on(DescribeTargetGroupAttributesCommand, { TargetGroupArn: green }).resolves({
    Attributes: [
      { Key: 'slow_start.duration_seconds', Value: '30' },
      { Key: 'stickiness.enabled', Value: 'true' },
    ],
  })
})

describe('inspecting a route', () => {
  it('tells everything that AWS says about it', async () => {
    const group = { loadBalancerArn: loadBalancer, targetType: 'ip', healthCheckEnabled: true }
    expect(await inspector.inspect(route)).toEqual({
      kind: 'alb',
      loadBalancerArn: loadBalancer,
      state: toRouteState([aForward({ [blue]: 90, [green]: 10, [other]: 5 }, 60)], route, rule),
      otherWeightedGroups: [other],
      groupStickinessSeconds: 60,
      groups: {
        blue: { arn: blue, ...group, slowStartSeconds: 0, targetStickiness: false, sharedWith: [] },
        green: {
          arn: green,
          ...group,
          slowStartSeconds: 30,
          targetStickiness: true,
          sharedWith: [otherRule, secondListener],
        },
      },
      test: { exists: true, loadBalancerArn: loadBalancer },
      notLookedAt: [],
    })
  })

  it('tells of what does not exist', async () => {
    elb.on(DescribeRulesCommand, { RuleArns: [rule] }).rejects(new RuleNotFoundException(missing))
    elb.on(DescribeRulesCommand, { RuleArns: [testRule] }).rejects(new RuleNotFoundException(missing))
    elb.on(DescribeTargetGroupsCommand).rejects(new TargetGroupNotFoundException(missing))
    expect(await inspector.inspect(route)).toEqual({
      kind: 'alb',
      loadBalancerArn: null,
      state: null,
      otherWeightedGroups: [],
      groupStickinessSeconds: null,
      groups: { blue: null, green: null },
      test: { exists: false, loadBalancerArn: null },
      notLookedAt: [],
    })
  })

  it('tells of a rule without a forward action', async () => {
    const fixed = { Type: 'fixed-response' as const, FixedResponseConfig: { StatusCode: '503' } }
    elb.on(DescribeRulesCommand, { RuleArns: [rule] }).resolves({ Rules: [{ RuleArn: rule, Actions: [fixed] }] })
    const facts = await inspector.inspect(route)
    expect([facts.loadBalancerArn, facts.state]).toEqual([loadBalancer, null])
  })

  it('does not take a refusal for absence, and says what it did not see', async () => {
    const denied = new ElasticLoadBalancingV2ServiceException({
      name: 'AccessDenied',
      $fault: 'client',
      $metadata: { httpStatusCode: 403 },
    })
    elb.on(DescribeListenersCommand).rejects(denied)
    elb.on(DescribeTargetGroupAttributesCommand, { TargetGroupArn: green }).rejects(denied)
    elb.on(DescribeTargetGroupsCommand, { TargetGroupArns: [blue] }).rejects(denied)
    elb.on(DescribeRulesCommand, { RuleArns: [testRule] }).rejects(denied)
    const facts = await inspector.inspect(route)
    expect(facts.notLookedAt).toHaveLength(4)
    expect(facts.groups.blue).toMatchObject({ arn: blue, loadBalancerArn: null, targetType: 'unknown' })
    expect(facts.test).toEqual({ exists: true, loadBalancerArn: loadBalancer })
    expect(facts.notLookedAt.join()).toMatch(/other rules of the load balancer/)
    expect(facts.notLookedAt.join()).toMatch(/attributes of .*web-green/)
    expect(facts.groups.green).toMatchObject({ arn: green, slowStartSeconds: 0, sharedWith: [] })
  })

  it('fails as a whole when AWS cannot be asked now', async () => {
    elb.on(DescribeTargetGroupsCommand).rejects(
      new ElasticLoadBalancingV2ServiceException({
        name: 'Throttling',
        $fault: 'client',
        $metadata: { httpStatusCode: 400 },
      }),
    )
    await expect(inspector.inspect(route)).rejects.toThrow(TransientError)
  })
})
