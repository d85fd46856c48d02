import { beforeEach, describe, expect, it } from 'vitest'
import {
  aListener,
  aLoadBalancer,
  aLoadBalancing,
  aRule,
  aTargetGroup,
  forwardTo,
  notFound,
} from '../../../../support/elastic-load-balancing.ts'

let elb: ReturnType<typeof aLoadBalancing>
let listener: string

beforeEach(async () => {
  elb = aLoadBalancing()
  listener = await aListener(elb.call, await aLoadBalancer(elb.call))
})

const refusedWith = (code: string, message = '') =>
  expect.objectContaining({ name: 'AwsError', code, message: expect.stringContaining(message) })

describe('the default rule', () => {
  const defaultRule = async () =>
    (await elb.call('DescribeRules', { ListenerArn: listener })).Rules?.find(({ IsDefault }) => IsDefault)

  it('is listed last, with priority default and without conditions', async () => {
    await aRule(elb.call, listener, { Priority: 50_000 })
    const { Rules } = await elb.call('DescribeRules', { ListenerArn: listener })
    expect(Rules?.map(({ Priority, IsDefault }) => [Priority, IsDefault])).toEqual([
      ['50000', false],
      ['default', true],
    ])
    expect(Rules?.at(-1)).toMatchObject({ Conditions: [], Actions: [notFound] })
  })

  it('is refused by ModifyRule, DeleteRule and SetRulePriorities', async () => {
    const { RuleArn = '' } = (await defaultRule()) ?? {}
    const refused = refusedWith('OperationNotPermitted', `efault rule '${RuleArn}' cannot be`)
    await expect(elb.call('ModifyRule', { RuleArn, Actions: [notFound] })).rejects.toEqual(refused)
    await expect(elb.call('DeleteRule', { RuleArn })).rejects.toEqual(refused)
    await expect(elb.call('SetRulePriorities', { RulePriorities: [{ RuleArn, Priority: 1 }] })).rejects.toEqual(refused)
  })
})

describe('CreateRule', () => {
  it('refuses a priority that is in use, and one out of range', async () => {
    await aRule(elb.call, listener, { Priority: 10 })
    await expect(aRule(elb.call, listener, { Priority: 10 })).rejects.toEqual(refusedWith('PriorityInUse', "'10'"))
    await expect(aRule(elb.call, listener, { Priority: 0 })).rejects.toEqual(refusedWith('ValidationError', 'Priority'))
    await expect(aRule(elb.call, listener, { Priority: 50_001 })).rejects.toEqual(refusedWith('ValidationError'))
  })

  it('refuses a listener, a target group that is not there', async () => {
    await expect(aRule(elb.call, 'none')).rejects.toEqual(refusedWith('ListenerNotFound', "'none'"))
    const lost = aRule(elb.call, listener, { Actions: [forwardTo([['gone']])] })
    await expect(lost).rejects.toEqual(refusedWith('TargetGroupNotFound', "'gone'"))
    expect((await elb.call('DescribeRules', { ListenerArn: listener })).Rules).toHaveLength(1)
  })

  it('refuses the 101st rule of a load balancer', async () => {
    for (let priority = 1; priority <= 100; priority++) await aRule(elb.call, listener, { Priority: priority })
    await expect(aRule(elb.call, listener, { Priority: 101 })).rejects.toEqual(refusedWith('TooManyRules', '100'))
  })

  it('refuses a target group that another load balancer uses, until it no longer does', async () => {
    const group = await aTargetGroup(elb.call, 'blue')
    const other = await aListener(elb.call, await aLoadBalancer(elb.call, 'other'))
    const rule = await aRule(elb.call, listener, { Actions: [forwardTo([[group]])] })
    const taken = () => aRule(elb.call, other, { Actions: [forwardTo([[group]])] })
    await expect(taken()).rejects.toEqual(refusedWith('TargetGroupAssociationLimit', group))
    await elb.call('DeleteRule', { RuleArn: rule })
    await expect(taken()).resolves.toMatch(/listener-rule/)
  })

  it('refuses groups with target stickiness in one rule without group stickiness', async () => {
    const blue = await aTargetGroup(elb.call, 'blue')
    const green = await aTargetGroup(elb.call, 'green')
    await elb.call('ModifyTargetGroupAttributes', {
      TargetGroupArn: green,
      Attributes: [{ Key: 'stickiness.enabled', Value: 'true' }],
    })
    const both = forwardTo([
      [blue, 1],
      [green, 1],
    ])
    await expect(aRule(elb.call, listener, { Actions: [both] })).rejects.toEqual(
      refusedWith('InvalidLoadBalancerAction', 'group stickiness'),
    )
    const TargetGroupStickinessConfig = { Enabled: true, DurationSeconds: 60 }
    const sticky = { ...both, ForwardConfig: { ...both.ForwardConfig, TargetGroupStickinessConfig } }
    await expect(aRule(elb.call, listener, { Actions: [sticky] })).resolves.toMatch(/listener-rule/)
    await expect(aRule(elb.call, listener, { Priority: 11, Actions: [forwardTo([[green]])] })).resolves.toBeDefined()
  })

  it('refuses the 101st target group of a load balancer', async () => {
    for (let index = 0; index < 20; index++) {
      const groups = [0, 1, 2, 3, 4].map((part) => aTargetGroup(elb.call, `g${index}-${part}`))
      const weights = (await Promise.all(groups)).map((arn): [string, number] => [arn, 1])
      await aRule(elb.call, listener, { Priority: index + 1, Actions: [forwardTo(weights)] })
    }
    const oneMore = await aTargetGroup(elb.call, 'one-more')
    await expect(aRule(elb.call, listener, { Priority: 50, Actions: [forwardTo([[oneMore]])] })).rejects.toEqual(
      refusedWith('TooManyUniqueTargetGroupsPerLoadBalancer', '100'),
    )
  })
})

describe('ModifyRule', () => {
  it('keeps conditions and transforms that are not given', async () => {
    const Transforms = [
      { Type: 'url-rewrite' as const, UrlRewriteConfig: { Rewrites: [{ Regex: '^/a', Replace: '/b' }] } },
    ]
    const rule = await aRule(elb.call, listener, { Transforms })
    const before = (await elb.call('DescribeRules', { RuleArns: [rule] })).Rules?.[0]
    const Actions = [{ Type: 'fixed-response' as const, FixedResponseConfig: { StatusCode: '503' } }]
    await elb.call('ModifyRule', { RuleArn: rule, Actions })
    const { Rules } = await elb.call('DescribeRules', { RuleArns: [rule] })
    expect(Rules).toEqual([{ ...before, Actions }])
    expect(before?.Transforms).toEqual(Transforms)
    const reset = await elb.call('ModifyRule', { RuleArn: rule, ResetTransforms: true })
    expect(reset.Rules).toEqual([{ ...before, Actions, Transforms: [] }])
    await expect(elb.call('ModifyRule', { RuleArn: rule, ResetTransforms: true, Transforms })).rejects.toEqual(
      refusedWith('ValidationError', 'ResetTransforms'),
    )
  })

  it('gives the data plane all rules in order, the default rule last', async () => {
    const late = await aRule(elb.call, listener, { Priority: 20 })
    const early = await aRule(elb.call, listener, { Priority: 5 })
    const blue = await aTargetGroup(elb.call, 'blue')
    await elb.call('ModifyRule', { RuleArn: late, Actions: [forwardTo([[blue, 7]])] })
    const carried = elb.dataPlane.listeners.get(listener)?.rules ?? []
    expect(carried.map(({ arn }) => arn).slice(0, 2)).toEqual([early, late])
    expect(carried.map(({ actions }) => actions[0]?.Type)).toEqual(['fixed-response', 'forward', 'fixed-response'])
    expect(carried[2]?.conditions).toEqual([])
  })

  it('changes nothing when it is refused', async () => {
    const rule = await aRule(elb.call, listener)
    const before = await elb.call('DescribeRules', { ListenerArn: listener })
    const carried = elb.dataPlane.listeners.get(listener)
    await expect(elb.call('ModifyRule', { RuleArn: rule, Actions: [forwardTo([['gone']])] })).rejects.toThrow()
    expect(await elb.call('DescribeRules', { ListenerArn: listener })).toEqual(before)
    expect(elb.dataPlane.listeners.get(listener)).toBe(carried)
  })

  it('lets the last of two writers win, without a word', async () => {
    const rule = await aRule(elb.call, listener)
    const blue = await aTargetGroup(elb.call, 'blue')
    const green = await aTargetGroup(elb.call, 'green')
    await Promise.all([
      elb.call('ModifyRule', {
        RuleArn: rule,
        Actions: [
          forwardTo([
            [blue, 90],
            [green, 10],
          ]),
        ],
      }),
      elb.call('ModifyRule', {
        RuleArn: rule,
        Actions: [
          forwardTo([
            [blue, 0],
            [green, 100],
          ]),
        ],
      }),
    ])
    const { Rules } = await elb.call('DescribeRules', { RuleArns: [rule] })
    expect(Rules?.[0]?.Actions?.[0]?.ForwardConfig?.TargetGroups?.map(({ Weight }) => Weight)).toEqual([100, 0])
  })
})

describe('SetRulePriorities', () => {
  it('swaps two rules in one call', async () => {
    const first = await aRule(elb.call, listener, { Priority: 1 })
    const second = await aRule(elb.call, listener, { Priority: 2 })
    await elb.call('SetRulePriorities', {
      RulePriorities: [
        { RuleArn: first, Priority: 2 },
        { RuleArn: second, Priority: 1 },
      ],
    })
    const { Rules } = await elb.call('DescribeRules', { ListenerArn: listener })
    expect(Rules?.map(({ RuleArn }) => RuleArn).slice(0, 2)).toEqual([second, first])
  })

  it('refuses a priority that a third rule has', async () => {
    const first = await aRule(elb.call, listener, { Priority: 1 })
    await aRule(elb.call, listener, { Priority: 2 })
    const RulePriorities = [{ RuleArn: first, Priority: 2 }]
    await expect(elb.call('SetRulePriorities', { RulePriorities })).rejects.toEqual(refusedWith('PriorityInUse', "'2'"))
  })
})

describe('DescribeRules', () => {
  it('takes a listener or rules, not both and not neither', async () => {
    const rule = await aRule(elb.call, listener)
    const refused = refusedWith('ValidationError', 'either listener ARN or rule ARNs')
    await expect(elb.call('DescribeRules', {})).rejects.toEqual(refused)
    await expect(elb.call('DescribeRules', { ListenerArn: listener, RuleArns: [rule] })).rejects.toEqual(refused)
    await expect(elb.call('DescribeRules', { RuleArns: [`${rule}0`] })).rejects.toEqual(refusedWith('RuleNotFound'))
  })

  it('gives page after page, the last without marker, through a change in between', async () => {
    const arns: string[] = []
    for (const priority of [1, 2, 3]) arns.push(await aRule(elb.call, listener, { Priority: priority }))
    const first = await elb.call('DescribeRules', { ListenerArn: listener, PageSize: 2 })
    expect(first.Rules?.map(({ RuleArn }) => RuleArn)).toEqual(arns.slice(0, 2))
    await elb.call('DeleteRule', { RuleArn: arns[0] })
    const Marker = first.NextMarker
    const second = await elb.call('DescribeRules', { ListenerArn: listener, PageSize: 2, Marker })
    expect(second.Rules?.map(({ Priority }) => Priority)).toEqual(['3', 'default'])
    expect(second.NextMarker).toBeUndefined()
    await expect(elb.call('DescribeRules', { ListenerArn: listener, Marker: 'x' })).rejects.toEqual(
      refusedWith('ValidationError', "Marker 'x'"),
    )
    await expect(elb.call('DescribeRules', { ListenerArn: listener, PageSize: 401 })).rejects.toEqual(
      refusedWith('ValidationError', 'PageSize'),
    )
  })
})
