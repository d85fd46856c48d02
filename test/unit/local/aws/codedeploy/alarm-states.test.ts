import type { AlarmConfiguration } from '@aws-sdk/client-codedeploy'
import { describe, expect, it } from 'vitest'
import { judgeAlarms } from '../../../../../local/aws/codedeploy/alarm-states.ts'
import { AwsError } from '../../../../../local/aws/service.ts'

const watching = (...names: string[]): AlarmConfiguration => ({
  enabled: true,
  alarms: names.map((name) => ({ name })),
})
const states = (found: Record<string, string>) => ({ read: async () => found })
const failing = (error: Error) => ({
  read: async () => {
    throw error
  },
})

describe('the alarms of a deployment', () => {
  it.each<[string, AlarmConfiguration | undefined, Record<string, string>]>([
    ['there are none', undefined, {}],
    ['they are turned off', { ...watching('a'), enabled: false }, { a: 'ALARM' }],
    ['all are OK', watching('a', 'b'), { a: 'OK', b: 'OK' }],
    ['one has too few data', watching('a'), { a: 'INSUFFICIENT_DATA' }],
  ])('let it go on when %s', async (_, configuration, found) => {
    expect(await judgeAlarms(states(found), configuration)).toBeUndefined()
  })

  it('stop it when some are active, and name these', async () => {
    const verdict = await judgeAlarms(states({ a: 'ALARM', b: 'OK', c: 'ALARM' }), watching('a', 'b', 'c'))
    expect(verdict).toEqual({
      code: 'ALARM_ACTIVE',
      message:
        'One or more alarms have been activated according to the Amazon CloudWatch metrics you selected, and the ' +
        'affected deployments have been stopped. Activated alarms: <a> <c>',
    })
  })

  it.each([
    ['one does not exist', states({ a: 'OK' }), 'b'],
    ['CloudWatch refuses to tell', failing(new AwsError('Throttling', 'Rate exceeded')), 'Rate exceeded'],
  ])('stop it when %s, unless that is to be ignored', async (_, source, reason) => {
    const configuration = watching('a', 'b')
    expect(await judgeAlarms(source, configuration)).toMatchObject({ message: expect.stringContaining(reason) })
    expect(await judgeAlarms(source, { ...configuration, ignorePollAlarmFailure: true })).toBeUndefined()
  })

  it('stop it when one is active, whatever else is unknown', async () => {
    const ignoring = { ...watching('a', 'b'), ignorePollAlarmFailure: true }
    expect(await judgeAlarms(states({ a: 'ALARM' }), ignoring)).toMatchObject({ code: 'ALARM_ACTIVE' })
  })

  it('are no excuse for an error of our own', async () => {
    await expect(judgeAlarms(failing(new TypeError('x')), watching('a'))).rejects.toThrow(TypeError)
  })
})
