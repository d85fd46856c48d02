import { CloudWatchClient, DescribeAlarmsCommand, GetMetricDataCommand } from '@aws-sdk/client-cloudwatch'
import { mockClient } from 'aws-sdk-client-mock'
import { describe, expect, it } from 'vitest'
import { watchAlarm, watchMetric } from '../../../bench/rescue/breach.ts'
import { findMissed } from '../../../bench/rescue/report.ts'
import type { Rescue } from '../../../bench/rescue/round.ts'
import { loadBalancerArnOf } from '../../../shared/domain/elb-arn.ts'
import { webArns } from '../../support/builders.ts'

const aRescue = (rescue: Partial<Rescue>): Rescue => ({
  ...{ rescuer: 'minute check', phase: 'rolled-back', cause: 'errors: too many', seconds: 30, lagMs: 12, faults: [] },
  ...rescue,
})

describe('the goals of a rescue', () => {
  it.each([
    [aRescue({ seconds: 64.9 }), []],
    [aRescue({ seconds: 65 }), ['minute check: 65.00 s, goal 65 s']],
    [aRescue({ rescuer: 'alarm event', seconds: 5.5 }), ['alarm event: 5.50 s, goal 5 s']],
    // The breach was never seen, so nothing was measured.
    [aRescue({ seconds: Number.NaN }), ['minute check: NaN s, goal 65 s']],
    [aRescue({ faults: ['ended "halted"'] }), ['minute check: ended "halted"']],
  ])('%#: of one rescue', (rescue, missed) => {
    expect(findMissed([rescue], [])).toEqual(missed)
  })

  it('count successors that begin late', () => {
    expect(findMissed([], [0.8, 7])).toEqual(['a successor began after 7.00 s, goal 5 s'])
  })
})

describe('CloudWatch showing a breach', () => {
  const client = new CloudWatchClient({ region: 'eu-west-1' })

  it('is the look before the one that shows the first bad minute whole', async () => {
    const shown = [undefined, 40, 100, 100]
    let at = 90_000
    let looks = 0
    mockClient(client)
      .on(GetMetricDataCommand)
      .callsFake(() => {
        const value = shown[looks++]
        return { MetricDataResults: [{ Id: 'errors', Values: value === undefined ? [] : [value] }] }
      })
    const group = { targetGroupArn: webArns.green, loadBalancerArn: loadBalancerArnOf(webArns.rule) }
    const look = watchMetric(client, { group, badFromMs: 61_000, now: () => at })
    const seen: (number | null)[] = []
    for (; looks < shown.length; at += 1000) seen.push(await look())
    expect(seen).toEqual([null, 90_000, 91_000, 91_000])
  })

  it('is the instant of the change to ALARM', async () => {
    const at = new Date('2026-01-01T00:00:07.250Z')
    const cloudWatch = mockClient(client).on(DescribeAlarmsCommand)
    cloudWatch.resolves({ MetricAlarms: [{ AlarmName: 'web', StateValue: 'OK', StateTransitionedTimestamp: at }] })
    expect(await watchAlarm(client, 'web')()).toBeNull()
    cloudWatch.resolves({
      CompositeAlarms: [{ AlarmName: 'web', StateValue: 'ALARM', StateTransitionedTimestamp: at }],
    })
    expect(await watchAlarm(client, 'web')()).toBe(at.getTime())
  })
})
