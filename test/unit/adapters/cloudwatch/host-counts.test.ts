import type { MetricDataQuery, MetricDataResult } from '@aws-sdk/client-cloudwatch'
import { describe, expect, it } from 'vitest'
import { createHostCounts } from '../../../../shared/adapters/cloudwatch/host-counts.ts'
import type { TimeRange } from '../../../../shared/adapters/cloudwatch/time-range.ts'
import { albArns } from '../../../support/alb.ts'

const minute = 60_000
const now = Date.UTC(2026, 0, 1, 12, 0, 30)
/** When the minute began that began so many minutes before the running one. */
const begun = (minutesAgo: number) => Date.UTC(2026, 0, 1, 12, 0) - minutesAgo * minute
const group = { targetGroupArn: albArns.green, loadBalancerArn: albArns.loadBalancer }

/** Counts by how many minutes ago their minute began. */
type Counts = Readonly<Record<number, number>>

/** What is made of these counts, and what was asked for. */
async function count(healthy: Counts, unhealthy: Counts) {
  const asked: { region: string; queries: readonly MetricDataQuery[]; range: TimeRange }[] = []
  const result = (Id: string, counts: Counts): MetricDataResult => ({
    Id,
    StatusCode: 'Complete',
    Timestamps: Object.keys(counts).map((ago) => new Date(begun(Number(ago)))),
    Values: Object.values(counts),
  })
  const countsOf = createHostCounts(
    async (region, queries, range) => {
      asked.push({ region, queries, range })
      const within = (counts: Counts): Counts =>
        Object.fromEntries(Object.entries(counts).filter(([ago]) => begun(Number(ago)) >= range.startMs))
      return [result('healthy', within(healthy)), result('unhealthy', within(unhealthy))]
    },
    { now: () => now },
  )
  return { counts: await countsOf(group), asked }
}

describe('hosts of a target group', () => {
  it('are asked for at their worst, under both dimensions, of the last four minutes', async () => {
    const { asked } = await count({}, {})
    const Dimensions = [
      { Name: 'LoadBalancer', Value: 'app/shop/50dc6c495c0c9188' },
      { Name: 'TargetGroup', Value: 'targetgroup/web-green/943f017f100becff' },
    ]
    const query = (Id: string, MetricName: string, Stat: string) => ({
      Id,
      MetricStat: { Metric: { Namespace: 'AWS/ApplicationELB', MetricName, Dimensions }, Period: 60, Stat },
      ReturnData: true,
    })
    expect(asked).toEqual([
      {
        region: 'eu-west-1',
        queries: [query('healthy', 'HealthyHostCount', 'Minimum'), query('unhealthy', 'UnHealthyHostCount', 'Maximum')],
        range: { startMs: begun(4), endMs: begun(0) },
      },
    ])
  })

  it('are not those of a group whose last target was deregistered over four minutes ago', async () => {
    // CloudWatch hears of a group only while something is registered in it.
    const left = { 6: 3, 5: 3 }
    expect((await count(left, { 6: 0, 5: 0 })).counts).toBeNull()
  })

  it.each([
    ['the newest whole minute', { 4: 9, 3: 2 }, { 4: 9, 3: 0 }, { healthy: 2, unhealthy: 0, startMs: begun(3) }],
    [
      'the worse of a younger minute',
      { 3: 2, 2: 1, 1: 2 },
      { 3: 0, 2: 1, 1: 0 },
      { healthy: 1, unhealthy: 1, startMs: begun(3) },
    ],
    [
      'an older minute where the newest has one count only',
      { 4: 3, 3: 2 },
      { 4: 0 },
      { healthy: 3, unhealthy: 0, startMs: begun(4) },
    ],
    ['nothing without data', {}, {}, null],
    ['nothing where the youngest minutes are all there is: they may get worse', { 2: 2, 1: 2 }, { 2: 0, 1: 0 }, null],
    ['nothing where one of the metrics is missing', { 3: 2 }, {}, null],
  ])('give %s', async (_what, healthy, unhealthy, expected) => {
    expect((await count(healthy, unhealthy)).counts).toEqual(expected)
  })
})
