import {
  CloudWatchClient,
  PutCompositeAlarmCommand,
  PutMetricAlarmCommand,
  SetAlarmStateCommand,
} from '@aws-sdk/client-cloudwatch'
import { DescribeExecutionCommand, SFNClient, StartExecutionCommand, StopExecutionCommand } from '@aws-sdk/client-sfn'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createLocalClock } from '../../local/clock.ts'
import { createDataDir } from '../../local/data-dir.ts'
import { createRehearsalCloud, type RehearsalCloud } from '../../local/rehearsal-cloud.ts'
import { until } from '../support/until.ts'

const wait = { Type: 'Wait', Seconds: 3600, End: true }
const endings = {
  SUCCEEDED: { StartAt: 'End', States: { End: { Type: 'Succeed' } } },
  FAILED: { StartAt: 'End', States: { End: { Type: 'Fail', Error: 'Broken' } } },
  TIMED_OUT: { StartAt: 'Wait', TimeoutSeconds: 1, States: { Wait: wait } },
  ABORTED: { StartAt: 'Wait', States: { Wait: wait } },
}

describe('what calls the rollback check in local mode at once', () => {
  let cloud: RehearsalCloud
  let cloudWatch: CloudWatchClient
  let stepFunctions: SFNClient
  let calls: number

  beforeEach(async () => {
    cloud = createRehearsalCloud({
      clock: createLocalClock({ speed: 60 }),
      dataDir: createDataDir(undefined),
      afterReset: async () => undefined,
      reportError: (error) => {
        throw error
      },
    })
    await cloud.listen({ aws: 0, dns: 0 })
    const settings = {
      endpoint: cloud.url,
      region: 'eu-west-1',
      credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    }
    cloudWatch = new CloudWatchClient(settings)
    stepFunctions = new SFNClient(settings)
    calls = 0
    cloud.onEvent(() => void calls++)
  })
  afterEach(async () => {
    cloudWatch.destroy()
    stepFunctions.destroy()
    await cloud.close()
  })

  const setState = (StateValue: 'ALARM' | 'OK') =>
    cloudWatch.send(new SetAlarmStateCommand({ AlarmName: 'errors', StateValue, StateReason: 'by the test' }))

  it('is a metric alarm that goes to ALARM, and a composite alarm that follows; nothing on the way back', async () => {
    await cloudWatch.send(
      new PutMetricAlarmCommand({
        ...{ AlarmName: 'errors', Namespace: 'Shop', MetricName: 'Errors', Statistic: 'Sum', Threshold: 0 },
        ...{ Period: 3600, EvaluationPeriods: 1, ComparisonOperator: 'GreaterThanThreshold' },
        TreatMissingData: 'ignore',
      }),
    )
    await setState('OK')
    expect(calls).toBe(0)
    await setState('ALARM')
    expect(calls).toBe(1)
    await setState('OK')
    await cloudWatch.send(new PutCompositeAlarmCommand({ AlarmName: 'bad', AlarmRule: 'ALARM("errors")' }))
    expect(calls).toBe(1)
    await setState('ALARM')
    // One event of each: the checks that they ask for become one.
    expect(calls).toBe(3)
  })

  const start = async (status: keyof typeof endings) => {
    const stateMachineArn = cloud.deploy(endings[status])
    const { executionArn } = await stepFunctions.send(new StartExecutionCommand({ stateMachineArn, name: 'one' }))
    return executionArn
  }

  it.each(['FAILED', 'TIMED_OUT', 'ABORTED'] as const)('is an execution that ends %s', async (status) => {
    const executionArn = await start(status)
    if (status === 'ABORTED') await stepFunctions.send(new StopExecutionCommand({ executionArn }))
    expect(await until('the call', () => (calls > 0 ? calls : undefined))).toBe(1)
  })

  it('is not an execution that succeeds', async () => {
    const executionArn = await start('SUCCEEDED')
    await until('the end', async () => {
      const { status } = await stepFunctions.send(new DescribeExecutionCommand({ executionArn }))
      return status === 'SUCCEEDED' ? status : undefined
    })
    expect(calls).toBe(0)
  })
})
