import { CloudWatchClient, CloudWatchServiceException, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch'
import { mockClient } from 'aws-sdk-client-mock'
import { beforeEach, expect, it } from 'vitest'
import { createDescribeAlarms } from '../../../../shared/adapters/cloudwatch/alarm-source.ts'
import { createSharedDescribeAlarms } from '../../../../shared/adapters/cloudwatch/shared-alarms.ts'
import { UpstreamError } from '../../../../shared/domain/errors.ts'

const client = new CloudWatchClient({ region: 'eu-west-1' })
const cloudWatch = mockClient(client)
let paced: number

const describeTogether = () =>
  createSharedDescribeAlarms(
    createDescribeAlarms(client, 1000),
    (call) => {
      paced++
      return call()
    },
    { quietMs: 5, quietMsEach: 1, mostQuietMs: 20 },
  )

const asked = () => cloudWatch.commandCalls(DescribeAlarmsCommand).map(({ args }) => args[0].input.AlarmNames ?? [])

beforeEach(() => {
  paced = 0
  cloudWatch.reset()
  cloudWatch.onAnyCommand().rejects(new Error('unexpected command'))
  cloudWatch.on(DescribeAlarmsCommand).callsFake(({ AlarmNames = [] }: { AlarmNames?: string[] }) => ({
    MetricAlarms: AlarmNames.filter((name) => name !== 'gone').map((AlarmName) => ({ AlarmName, StateValue: 'OK' })),
  }))
})

it('asks for the alarms of several callers in one call, each name once, and tells each of his own', async () => {
  const describe = describeTogether()
  const [first, second] = await Promise.all([describe(['a', 'b', 'gone']), describe(['b', 'c'])])
  expect([...first.keys()]).toEqual(['a', 'b'])
  expect([...second.values()]).toEqual([
    { AlarmName: 'b', StateValue: 'OK' },
    { AlarmName: 'c', StateValue: 'OK' },
  ])
  expect(asked()).toEqual([['a', 'b', 'gone', 'c']])
  expect(paced).toBe(1)
})

it('asks for a hundred in a call at most, at the rate it is given', async () => {
  const describe = describeTogether()
  const names = Array.from({ length: 250 }, (_, n) => `alarm-${n}`)
  const found = await Promise.all(names.map((name) => describe([name])))
  expect(found.flatMap((alarms) => [...alarms.keys()])).toEqual(names)
  expect(asked().map(({ length }) => length)).toEqual([100, 100, 50])
  expect(paced).toBe(3)
})

it('lets a name that CloudWatch refuses cost nobody else his answer', async () => {
  cloudWatch.on(DescribeAlarmsCommand).callsFake(({ AlarmNames = [] }: { AlarmNames?: string[] }) => {
    if (AlarmNames.includes('bad')) {
      const $metadata = { httpStatusCode: 400 }
      throw new CloudWatchServiceException({ name: 'ValidationError', $fault: 'client', message: 'bad', $metadata })
    }
    return { MetricAlarms: AlarmNames.map((AlarmName) => ({ AlarmName })) }
  })
  const describe = describeTogether()
  const [good, bad] = await Promise.allSettled([describe(['a']), describe(['bad'])])
  expect(good).toEqual({ status: 'fulfilled', value: new Map([['a', { AlarmName: 'a' }]]) })
  expect(bad).toMatchObject({ status: 'rejected', reason: expect.any(UpstreamError) })
})
