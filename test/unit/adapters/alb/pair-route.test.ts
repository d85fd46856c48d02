import {
  DescribeRulesCommand,
  DescribeTargetGroupsCommand,
  ElasticLoadBalancingV2Client,
  ListenerNotFoundException,
  type Rule,
  TargetGroupNotFoundException,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import { mockClient } from 'aws-sdk-client-mock'
import { beforeEach, describe, expect, it } from 'vitest'
import { createPairFinder } from '../../../../shared/adapters/alb/pair-route.ts'
import { UpstreamError } from '../../../../shared/domain/errors.ts'
import { aForward, albArns, anOidcAction } from '../../../support/alb.ts'

const { blue, green, other, listener, rule, otherRule } = albArns
const client = new ElasticLoadBalancingV2Client({ region: 'eu-west-1' })
const elb = mockClient(client)
const find = () =>
  createPairFinder(() => ({ reader: client, writer: client }))({
    ...{ region: 'eu-west-1', listenerArn: listener, groupNames: ['web-blue', 'web-green'], wave: 2 },
  })

const missing = { message: 'no', $metadata: { httpStatusCode: 400 } }
const byDefault = (weights: Record<string, number>): Rule => ({
  ...{ RuleArn: `${rule}0`, IsDefault: true, Priority: 'default', Actions: [aForward(weights)] },
})
const byRule = (RuleArn: string, weights: Record<string, number>): Rule => ({
  ...{ RuleArn, IsDefault: false, Priority: '10', Actions: [anOidcAction(1), aForward(weights, undefined, 2)] },
})
/** The first lists the pair without sending anything to it. */
const twoRules = [byRule(otherRule, { [blue]: 0, [other]: 1 }), byRule(rule, { [green]: 1 })]
const pair = { kind: 'alb', blue, green, wave: 2 }

beforeEach(() => {
  elb.reset()
  elb.onAnyCommand().rejects(new Error('unexpected command'))
  for (const [name, TargetGroupArn] of [['web-blue', blue] as const, ['web-green', green] as const])
    elb.on(DescribeTargetGroupsCommand, { Names: [name] }).resolves({ TargetGroups: [{ TargetGroupArn }] })
})

describe('the search for a pair of target groups', () => {
  it.each<[string, Rule[], object | null]>([
    ['the default action', [byDefault({ [blue]: 1 })], { ...pair, listenerArn: listener }],
    ['a rule', [byDefault({ [other]: 1 }), byRule(rule, { [blue]: 1 })], { ...pair, ruleArn: rule }],
    ['a rule that serves from green', [byRule(rule, { [green]: 100, [blue]: 0 })], { ...pair, ruleArn: rule }],
    ['the one of two rules that sends traffic', twoRules, { ...pair, ruleArn: rule }],
    ['a rule that sends it nothing yet', [byRule(rule, { [blue]: 0, [other]: 1 })], { ...pair, ruleArn: rule }],
    ['nothing', [byDefault({ [other]: 1 })], null],
    ['no rules', [], null],
  ])('finds %s', async (_, Rules, expected) => {
    elb.on(DescribeRulesCommand, { ListenerArn: listener }).resolves({ Rules })
    expect(await find()).toEqual(expected)
  })

  it('looks at every page of rules', async () => {
    elb
      .on(DescribeRulesCommand)
      .resolvesOnce({ Rules: [byDefault({ [other]: 1 })], NextMarker: 'more' })
      .resolves({ Rules: [byRule(rule, { [blue]: 1 })] })
    expect(await find()).toEqual({ ...pair, ruleArn: rule })
    expect(elb.commandCalls(DescribeRulesCommand).map(({ args }) => args[0].input)).toEqual([
      { ListenerArn: listener },
      { ListenerArn: listener, Marker: 'more' },
    ])
  })

  it('finds nothing where a group or the listener is gone', async () => {
    elb.on(DescribeRulesCommand).rejects(new ListenerNotFoundException(missing))
    expect(await find()).toBeNull()
    elb.on(DescribeTargetGroupsCommand, { Names: ['web-green'] }).rejects(new TargetGroupNotFoundException(missing))
    expect(await find()).toBeNull()
  })

  it('fails where it may not look', async () => {
    elb.on(DescribeRulesCommand).rejects(Object.assign(new Error('no'), { name: 'AccessDenied' }))
    await expect(find()).rejects.toThrow(UpstreamError)
  })
})
