import {
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
  HealthUnavailableException,
  TargetGroupNotFoundException,
  type TargetHealthDescription,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import { mockClient } from 'aws-sdk-client-mock'
import { beforeEach, describe, expect, it } from 'vitest'
import { createAlbTargetHealth } from '../../../../shared/adapters/alb/target-health.ts'
import { NotFoundError, TransientError } from '../../../../shared/domain/errors.ts'
import { webArns } from '../../../support/builders.ts'

const client = new ElasticLoadBalancingV2Client({ region: 'eu-west-1' })
const elb = mockClient(client)
const regions: string[] = []
const health = createAlbTargetHealth((region) => {
  regions.push(region)
  return client
})

type Row = [state: string, reason?: string]

function targets(...rows: readonly Row[]): TargetHealthDescription[] {
  return rows.map(([State, Reason], index) => ({
    Target: { Id: `10.0.0.${index + 1}`, Port: 80 },
    TargetHealth: {
      State: State as NonNullable<TargetHealthDescription['TargetHealth']>['State'],
      ...(Reason ? { Reason: Reason as NonNullable<TargetHealthDescription['TargetHealth']>['Reason'] } : {}),
    },
  }))
}

beforeEach(() => {
  regions.length = 0
  elb.reset()
  elb.onAnyCommand().rejects(new Error('unexpected command'))
})

describe('health of a target group', () => {
  it.each([
    ['none registered', [], { total: 0, healthy: 0, unknown: 0, reasons: [], unused: false }],
    [
      'all healthy',
      [['healthy'], ['healthy']] satisfies Row[],
      { total: 2, healthy: 2, unknown: 0, reasons: [], unused: false },
    ],
    [
      'one starting, one failing',
      [['initial', 'Elb.InitialHealthChecking'], ['unhealthy', 'Target.Timeout'], ['healthy']] satisfies Row[],
      {
        total: 3,
        healthy: 1,
        unknown: 0,
        reasons: ['10.0.0.1:80 initial Elb.InitialHealthChecking', '10.0.0.2:80 unhealthy Target.Timeout'],
        unused: false,
      },
    ],
    [
      'draining ones as gone',
      [['draining', 'Target.DeregistrationInProgress'], ['healthy']] satisfies Row[],
      { total: 1, healthy: 1, unknown: 0, reasons: [], unused: false },
    ],
    [
      'a group in no action',
      [
        ['unused', 'Target.NotInUse'],
        ['unused', 'Target.NotInUse'],
      ] satisfies Row[],
      {
        total: 2,
        healthy: 0,
        unknown: 0,
        reasons: ['10.0.0.1:80 unused Target.NotInUse', '10.0.0.2:80 unused Target.NotInUse'],
        unused: true,
      },
    ],
    [
      'a target in a zone that is off',
      [['unused', 'Target.NotInUse'], ['healthy']] satisfies Row[],
      { total: 2, healthy: 1, unknown: 0, reasons: ['10.0.0.1:80 unused Target.NotInUse'], unused: false },
    ],
    [
      'targets that nobody checks',
      [['unavailable', 'Target.HealthCheckDisabled']] satisfies Row[],
      { total: 1, healthy: 0, unknown: 1, reasons: [], unused: false },
    ],
  ])('counts %s', async (_name, rows, expected) => {
    elb
      .on(DescribeTargetHealthCommand, { TargetGroupArn: webArns.green })
      .resolves({ TargetHealthDescriptions: targets(...rows) })
    expect(await health.read(webArns.green)).toEqual(expected)
    expect(regions).toEqual(['eu-west-1'])
  })

  it('names a Lambda target without a port', async () => {
    const Id = 'arn:aws:lambda:eu-west-1:123456789012:function:web'
    elb.on(DescribeTargetHealthCommand).resolves({
      TargetHealthDescriptions: [{ Target: { Id }, TargetHealth: { State: 'unhealthy', Reason: 'Target.Timeout' } }],
    })
    expect((await health.read(webArns.green)).reasons).toEqual([`${Id} unhealthy Target.Timeout`])
  })

  it('gives at most 20 reasons', async () => {
    const many = Array.from({ length: 30 }, (): Row => ['unhealthy', 'Target.Timeout'])
    elb.on(DescribeTargetHealthCommand).resolves({ TargetHealthDescriptions: targets(...many) })
    const read = await health.read(webArns.green)
    expect([read.total, read.reasons.length]).toEqual([30, 20])
  })

  it('never takes unavailable health for unhealthy', async () => {
    const metadata = { message: 'later', $metadata: { httpStatusCode: 500 } }
    elb.on(DescribeTargetHealthCommand).rejectsOnce(new HealthUnavailableException(metadata))
    await expect(health.read(webArns.green)).rejects.toThrow(TransientError)
    elb
      .on(DescribeTargetHealthCommand)
      .resolves({ TargetHealthDescriptions: targets(['healthy'], ['unavailable', 'Elb.InternalError']) })
    await expect(health.read(webArns.green)).rejects.toThrow(TransientError)
  })

  it('tells of a group that does not exist', async () => {
    elb.on(DescribeTargetHealthCommand).rejects(new TargetGroupNotFoundException({ message: 'no', $metadata: {} }))
    await expect(health.read(webArns.green)).rejects.toThrow(NotFoundError)
  })
})
