import {
  DescribeListenersCommand,
  DescribeRulesCommand,
  DescribeTargetGroupsCommand,
  ElasticLoadBalancingV2Client,
  ElasticLoadBalancingV2ServiceException,
  RuleNotFoundException,
  TargetGroupNotFoundException,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import { mockClient } from 'aws-sdk-client-mock'
import { beforeEach, describe, expect, it } from 'vitest'
import { createSharedAlbReads } from '../../../../shared/adapters/alb/shared-reads.ts'
import { NotFoundError, TransientError, UpstreamError } from '../../../../shared/domain/errors.ts'
import { aForward, albArns } from '../../../support/alb.ts'

const client = new ElasticLoadBalancingV2Client({ region: 'eu-west-1', maxAttempts: 1 })
const elb = mockClient(client)
let paced: number
let regions: Set<string>

const reads = () =>
  createSharedAlbReads({
    readerFor: (region) => {
      regions.add(region)
      return client
    },
    rate: (call) => {
      paced++
      return call()
    },
    deadlineMs: 1000,
    quietMs: 5,
    quietMsEach: 1,
    mostQuietMs: 20,
  })

const ruleArn = (n: number) => albArns.rule.replace(/[0-9a-f]{16}$/, n.toString(16).padStart(16, '0'))
const actions = [aForward({ [albArns.blue]: 90, [albArns.green]: 10 })]
const asked = () => elb.commandCalls(DescribeRulesCommand).map(({ args }) => args[0].input.RuleArns ?? [])
const $metadata = { httpStatusCode: 400 }

/** Rules that are there; AWS answers for all that it is asked about or for none. */
function standing(isThere: (arn: string) => boolean): void {
  elb.on(DescribeRulesCommand).callsFake(({ RuleArns = [] }: { RuleArns?: string[] }) => {
    if (!RuleArns.every(isThere)) throw new RuleNotFoundException({ message: 'One or more rules not found', $metadata })
    return { Rules: RuleArns.map((RuleArn) => ({ RuleArn, IsDefault: false, Actions: actions })) }
  })
}

beforeEach(() => {
  paced = 0
  regions = new Set()
  elb.reset()
  elb.onAnyCommand().rejects(new Error('unexpected command'))
})

describe('rules of several callers', () => {
  it('are read in one call, each once', async () => {
    standing(() => true)
    const { actionsOf } = reads()
    const read = await Promise.all([1, 2, 1].map((n) => actionsOf({ ruleArn: ruleArn(n) })))
    expect(read).toEqual([actions, actions, actions])
    expect(asked()).toEqual([[ruleArn(1), ruleArn(2)]])
    expect(paced).toBe(1)
  })

  it('are read twenty in a call, at the rate that was given', async () => {
    standing(() => true)
    const { actionsOf } = reads()
    await Promise.all(Array.from({ length: 45 }, (_, n) => actionsOf({ ruleArn: ruleArn(n) })))
    expect(asked().map(({ length }) => length)).toEqual([20, 20, 5])
    expect(paced).toBe(3)
  })

  it('are read by halves where AWS takes one for no ARN at all: only whoever asked for that one is told', async () => {
    elb.on(DescribeRulesCommand).callsFake(({ RuleArns = [] }: { RuleArns?: string[] }) => {
      if (RuleArns.includes(ruleArn(3)))
        throw new ElasticLoadBalancingV2ServiceException({
          ...{ name: 'ValidationError', $fault: 'client', $metadata },
          message: `'${ruleArn(3)}' is not a valid listener rule ARN`,
        })
      return { Rules: RuleArns.map((RuleArn) => ({ RuleArn, IsDefault: false, Actions: actions })) }
    })
    const { actionsOf } = reads()
    const read = await Promise.allSettled([1, 2, 3, 4].map((n) => actionsOf({ ruleArn: ruleArn(n) })))
    expect(read.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled'])
    expect(read[2]).toMatchObject({ reason: expect.any(UpstreamError) })
  })

  it('are read apart by Region', async () => {
    standing(() => true)
    const { actionsOf } = reads()
    const elsewhere = ruleArn(1).replace('eu-west-1', 'us-east-2')
    await Promise.all([actionsOf({ ruleArn: ruleArn(1) }), actionsOf({ ruleArn: elsewhere })])
    expect(asked().sort()).toEqual([[ruleArn(1)], [elsewhere]])
    expect([...regions].sort()).toEqual(['eu-west-1', 'us-east-2'])
  })

  it('are gone for those alone whose rule is', async () => {
    standing((arn) => arn !== ruleArn(7))
    const { actionsOf } = reads()
    const ended = await Promise.allSettled(Array.from({ length: 20 }, (_, n) => actionsOf({ ruleArn: ruleArn(n) })))
    expect(ended.flatMap(({ status }, n) => (status === 'rejected' ? [n] : []))).toEqual([7])
    expect(ended[7]).toMatchObject({ reason: expect.any(NotFoundError) })
  })

  it('have errors of their own: a default rule, and one that is not in the answer', async () => {
    elb.on(DescribeRulesCommand).resolves({ Rules: [{ RuleArn: ruleArn(1), IsDefault: true, Actions: actions }] })
    const { actionsOf } = reads()
    const ended = await Promise.allSettled([1, 2].map((n) => actionsOf({ ruleArn: ruleArn(n) })))
    expect(ended).toMatchObject([{ reason: expect.any(UpstreamError) }, { reason: expect.any(NotFoundError) }])
  })

  it('all fail where the call was throttled, and it is not repeated in halves', async () => {
    elb.on(DescribeRulesCommand).rejects(
      new ElasticLoadBalancingV2ServiceException({
        name: 'Throttling',
        $fault: 'client',
        message: 'Rate exceeded',
        $metadata,
      }),
    )
    const { actionsOf } = reads()
    const ended = await Promise.allSettled([1, 2].map((n) => actionsOf({ ruleArn: ruleArn(n) })))
    expect(ended).toMatchObject([{ reason: expect.any(TransientError) }, { reason: expect.any(TransientError) }])
    expect(asked().length).toBe(1)
  })
})

it('reads the default actions of several listeners in one call', async () => {
  const other = albArns.listener.replace(/[0-9a-f]{16}$/, '1111111111111111')
  elb.on(DescribeListenersCommand, { ListenerArns: [albArns.listener, other] }).resolves({
    Listeners: [
      { ListenerArn: other, DefaultActions: [] },
      { ListenerArn: albArns.listener, DefaultActions: actions },
    ],
  })
  const { actionsOf } = reads()
  const owners = [albArns.listener, other].map((listenerArn) => ({ listenerArn }))
  expect(await Promise.all(owners.map(actionsOf))).toEqual([actions, []])
})

describe('where target groups hang', () => {
  it('is asked for together, and kept for those that hang somewhere', async () => {
    elb.on(DescribeTargetGroupsCommand).callsFake(({ TargetGroupArns = [] }: { TargetGroupArns?: string[] }) => ({
      TargetGroups: TargetGroupArns.map((TargetGroupArn) => ({
        TargetGroupArn,
        LoadBalancerArns: TargetGroupArn === albArns.blue ? [albArns.loadBalancer] : [],
      })),
    }))
    const { targetGroups } = reads()
    const ask = () => Promise.all([albArns.blue, albArns.green].map(targetGroups.loadBalancerOf))
    expect(await ask()).toEqual([albArns.loadBalancer, null])
    expect(await ask()).toEqual([albArns.loadBalancer, null])
    const inputs = elb.commandCalls(DescribeTargetGroupsCommand).map(({ args }) => args[0].input.TargetGroupArns)
    expect(inputs).toEqual([[albArns.blue, albArns.green], [albArns.green]])
  })

  it('is nowhere for a group that is gone, and known for the others', async () => {
    elb.on(DescribeTargetGroupsCommand).callsFake(({ TargetGroupArns = [] }: { TargetGroupArns?: string[] }) => {
      if (TargetGroupArns.includes(albArns.green))
        throw new TargetGroupNotFoundException({ message: 'gone', $metadata })
      return { TargetGroups: [{ TargetGroupArn: albArns.blue, LoadBalancerArns: [albArns.loadBalancer] }] }
    })
    const { targetGroups } = reads()
    const found = await Promise.all([albArns.green, albArns.blue].map(targetGroups.loadBalancerOf))
    expect(found).toEqual([null, albArns.loadBalancer])
  })
})
