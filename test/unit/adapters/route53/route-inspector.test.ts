import {
  DescribeTargetGroupAttributesCommand,
  DescribeTargetGroupsCommand,
  ElasticLoadBalancingV2Client,
  ElasticLoadBalancingV2ServiceException,
  TargetGroupNotFoundException,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import { mockClient } from 'aws-sdk-client-mock'
import { beforeEach, describe, expect, it } from 'vitest'
import { createAlbRouteInspector } from '../../../../shared/adapters/alb/route-inspector.ts'
import { createMemoryCloud, type MemoryCloud } from '../../../../shared/adapters/memory/cloud.ts'
import type { CloudCall } from '../../../../shared/adapters/memory/faults.ts'
import { createRoute53RouteInspector } from '../../../../shared/adapters/route53/route-inspector.ts'
import { createRoute53TrafficRouter } from '../../../../shared/adapters/route53/traffic-router.ts'
import { TransientError, UpstreamError } from '../../../../shared/domain/errors.ts'
import type { Route53Route } from '../../../../shared/domain/service.ts'
import { albArns } from '../../../support/alb.ts'
import {
  aMeasuredRoute53Route,
  aRecordSet,
  aRoute53Route,
  aSimpleRecord,
  aWeightedRecord,
  hostedZoneId,
  zoneName,
} from '../../../support/route53.ts'

const { blue, green, loadBalancer } = albArns
const client = new ElasticLoadBalancingV2Client({ region: 'eu-west-1' })
const elb = mockClient(client)
const alb = createAlbRouteInspector(() => ({ reader: client, writer: client }))
let lanes: string[]
const pace = {
  budget: {
    async tryTake(lane: string) {
      lanes.push(lane)
      return 0
    },
    noteThrottled: async () => undefined,
  },
  clock: { realNow: () => 0, sleep: async () => undefined },
}
const pair = [aWeightedRecord('blue', 100), aWeightedRecord('green', 0)]
let cloud: MemoryCloud

const inspect = (route: Route53Route) =>
  createRoute53RouteInspector(cloud.hostedZones, pace, alb.inspectGroup).inspect(route)

function failing(action: CloudCall['action'], thrown: Error): void {
  cloud.inject({
    before: (call) => {
      if (call.action === action) throw thrown
    },
  })
}

beforeEach(() => {
  elb.reset()
  elb.onAnyCommand().rejects(new Error('unexpected command'))
  lanes = []
  cloud = createMemoryCloud({ now: () => 0 })
  cloud.hostedZones.addZone(hostedZoneId, { name: zoneName, isPrivate: true })
  for (const record of [...pair, aSimpleRecord(`a.${zoneName}`)]) cloud.hostedZones.set(hostedZoneId, record)
})

describe('what a route of records names', () => {
  it('is its zone, its records and how they divide traffic, for two requests', async () => {
    const route = aRoute53Route()
    const facts = await inspect(route)
    expect(lanes).toEqual(['plan', 'plan'])
    expect(facts).toEqual({
      kind: 'route53',
      zone: { name: zoneName, isPrivate: true },
      records: pair.map(aRecordSet),
      state: await createRoute53TrafficRouter(cloud.hostedZones, pace, route).read(),
      groups: { blue: null, green: null },
      notLookedAt: [],
    })
  })

  it.each([
    ['there is no such zone', aRoute53Route({ hostedZoneId: 'Z0MISSING' }), { zone: null, records: [] }],
    ['there are no such records', aRoute53Route({ name: `none.${zoneName}` }), { records: [] }],
    ['one of them is missing', aRoute53Route({ green: 'other' }), { records: pair.map(aRecordSet) }],
    [
      'a simple record stands there',
      aRoute53Route({ name: `a.${zoneName}` }),
      { records: [aRecordSet(aSimpleRecord(`a.${zoneName}`))] },
    ],
  ])('divides no traffic where %s, which is a fact', async (_name, route, expected) => {
    expect(await inspect(route)).toMatchObject({ ...expected, state: null, notLookedAt: [] })
  })

  it.each([
    [
      'zones.zone',
      /^hosted zone Z0EXAMPLEZONE could not be looked at: denied/,
      { zone: null, records: pair.map(aRecordSet) },
    ],
    [
      'zones.page',
      /^the records of web.shop.example A in Z0EXAMPLEZONE could not be looked at: denied/,
      { zone: { name: zoneName, isPrivate: true }, records: [], state: null },
    ],
  ] as const)('is noted where %s is refused', async (action, sentence, expected) => {
    failing(action, new UpstreamError('denied'))
    expect(await inspect(aRoute53Route())).toMatchObject({
      ...expected,
      notLookedAt: [expect.stringMatching(sentence)],
    })
  })

  it.each(['zones.zone', 'zones.page'] as const)('is not known while %s cannot be asked', async (action) => {
    failing(action, new TransientError('later'))
    await expect(inspect(aRoute53Route())).rejects.toThrow(TransientError)
  })
})

describe('the target groups that measure a route of records', () => {
  it('are looked up, or do not exist', async () => {
    elb.on(DescribeTargetGroupsCommand, { TargetGroupArns: [blue] }).resolves({
      TargetGroups: [
        { TargetGroupArn: blue, LoadBalancerArns: [loadBalancer], TargetType: 'ip', HealthCheckEnabled: true },
      ],
    })
    elb
      .on(DescribeTargetGroupsCommand, { TargetGroupArns: [green] })
      .rejects(new TargetGroupNotFoundException({ message: 'none', $metadata: {} }))
    const Attributes = [{ Key: 'slow_start.duration_seconds', Value: '30' }]
    elb.on(DescribeTargetGroupAttributesCommand, { TargetGroupArn: blue }).resolves({ Attributes })
    const { groups, notLookedAt } = await inspect(aMeasuredRoute53Route())
    expect(groups).toEqual({
      blue: {
        ...{ arn: blue, loadBalancerArn: loadBalancer, targetType: 'ip', healthCheckEnabled: true },
        ...{ slowStartSeconds: 30, targetStickiness: false, sharedWith: [] },
      },
      green: null,
    })
    expect(notLookedAt).toEqual([])
  })

  it('are noted where they are refused, and not taken for missing', async () => {
    elb.onAnyCommand().rejects(
      new ElasticLoadBalancingV2ServiceException({
        ...{ name: 'AccessDenied', $fault: 'client', message: 'no', $metadata: { httpStatusCode: 403 } },
      }),
    )
    const { groups, notLookedAt, state } = await inspect(aMeasuredRoute53Route())
    expect(groups).toMatchObject({ blue: { arn: blue, targetType: 'unknown' }, green: { arn: green } })
    expect(notLookedAt).toEqual([expect.stringContaining(blue), expect.stringContaining(green)])
    expect(state?.weights).toEqual({ blue: 100, green: 0 })
  })
})
