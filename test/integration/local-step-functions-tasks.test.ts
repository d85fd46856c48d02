import {
  SendTaskFailureCommand,
  SendTaskHeartbeatCommand,
  SendTaskSuccessCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn'
import { describe, expect, it } from 'vitest'
import { until } from '../support/until.ts'
import { tokenKeeper, useStepFunctions, wait, work } from '../support/use-step-functions.ts'

const cloud = useStepFunctions()
const { begin, describeExecution, ended, typesOf } = cloud

describe('a Task that waits for a callback', () => {
  const waiting = {
    StartAt: 'Wait',
    States: {
      Wait: wait({
        TimeoutSecondsPath: '$.seconds',
        Catch: [{ ErrorEquals: ['States.Timeout'], ResultPath: '$.error', Next: 'Late' }],
        End: true,
      }),
      Late: { Type: 'Pass', End: true },
    },
  }

  it('goes on with the output of SendTaskSuccess', async () => {
    const { keep, token } = tokenKeeper()
    const { executionArn } = await begin(waiting, { Wait: keep }, { seconds: 3600 })
    await cloud.endpoint.sfn.send(new SendTaskHeartbeatCommand({ taskToken: await token() }))
    await cloud.endpoint.sfn.send(new SendTaskSuccessCommand({ taskToken: await token(), output: '{"ok":true}' }))
    expect(await ended(executionArn)).toMatchObject({ status: 'SUCCEEDED', output: '{"ok":true}' })
    expect(await typesOf(executionArn)).toEqual([
      'ExecutionStarted',
      'TaskStateEntered',
      'TaskScheduled',
      'TaskStarted',
      'TaskSubmitted',
      'TaskSucceeded',
      'TaskStateExited',
      'ExecutionSucceeded',
    ])
  })

  it('refuses a second callback', async () => {
    const { keep, token } = tokenKeeper()
    const { executionArn } = await begin(waiting, { Wait: keep }, { seconds: 3600 })
    const success = new SendTaskSuccessCommand({ taskToken: await token(), output: '{}' })
    await cloud.endpoint.sfn.send(success)
    await expect(cloud.endpoint.sfn.send(success)).rejects.toMatchObject({ name: 'TaskTimedOut' })
    await ended(executionArn)
  })

  it('times out in local time, and the callback that comes too late is refused', async () => {
    const { keep, token } = tokenKeeper()
    const { executionArn } = await begin(waiting, { Wait: keep }, { seconds: 3600 })
    const taskToken = await token()
    await cloud.endpoint.clock.advance(3_599_000)
    expect((await describeExecution(executionArn)).status).toBe('RUNNING')
    await cloud.endpoint.clock.advance(1_000)
    const { status, output } = await ended(executionArn)
    expect(status).toBe('SUCCEEDED')
    expect(JSON.parse(output ?? '')).toMatchObject({ seconds: 3600, error: { Error: 'States.Timeout' } })
    expect(await typesOf(executionArn)).toContain('TaskTimedOut')
    const late = cloud.endpoint.sfn.send(new SendTaskSuccessCommand({ taskToken, output: '{}' }))
    await expect(late).rejects.toMatchObject({ name: 'TaskTimedOut' })
  })

  it('takes a callback that the function itself sends before it returns', async () => {
    const { executionArn } = await begin(
      waiting,
      {
        Wait: async (event) => {
          const { token } = event as { token: string }
          await cloud.endpoint.sfn.send(new SendTaskSuccessCommand({ taskToken: token, output: '{"by":"itself"}' }))
        },
      },
      { seconds: 60 },
    )
    expect(await ended(executionArn)).toMatchObject({ status: 'SUCCEEDED', output: '{"by":"itself"}' })
  })

  it('fails with the error of SendTaskFailure', async () => {
    const { keep, token } = tokenKeeper()
    const { executionArn } = await begin(waiting, { Wait: keep }, { seconds: 60 })
    const failure = { taskToken: await token(), error: 'Broken', cause: 'it broke' }
    await cloud.endpoint.sfn.send(new SendTaskFailureCommand(failure))
    expect(await ended(executionArn)).toMatchObject({ status: 'FAILED', error: 'Broken', cause: 'it broke' })
  })

  it('tells tokens of another life from what is no token', async () => {
    const { keep, token } = tokenKeeper()
    await begin(waiting, { Wait: keep }, { seconds: 60 })
    const taskToken = await token()
    await cloud.endpoint.stepFunctions.persistent.reset()
    const unknown = cloud.endpoint.sfn.send(new SendTaskSuccessCommand({ taskToken, output: '{}' }))
    await expect(unknown).rejects.toMatchObject({ name: 'TaskDoesNotExist' })
    const noToken = cloud.endpoint.sfn.send(new SendTaskSuccessCommand({ taskToken: 'nonsense', output: '{}' }))
    await expect(noToken).rejects.toMatchObject({ name: 'InvalidToken' })
    const noJson = cloud.endpoint.sfn.send(new SendTaskSuccessCommand({ taskToken, output: '{' }))
    await expect(noJson).rejects.toMatchObject({ name: 'InvalidOutput' })
  })

  it('gets a fresh token for each attempt', async () => {
    const seen: string[] = []
    const retrying = {
      StartAt: 'Wait',
      States: { Wait: wait({ Retry: [{ ErrorEquals: ['TransientError'], IntervalSeconds: 1 }], End: true }) },
    }
    const { executionArn } = await begin(retrying, {
      Wait: async (event) => {
        seen.push((event as { token: string }).token)
        if (seen.length === 1) throw Object.assign(new Error('once'), { name: 'TransientError' })
      },
    })
    await until('the first attempt', () => seen[0])
    await cloud.endpoint.clock.advance(1_000)
    const second = await until('the second attempt', () => seen[1])
    expect(second).not.toBe(seen[0])
    const stale = cloud.endpoint.sfn.send(new SendTaskSuccessCommand({ taskToken: seen[0], output: '{}' }))
    await expect(stale).rejects.toMatchObject({ name: 'TaskTimedOut' })
    await cloud.endpoint.sfn.send(new SendTaskSuccessCommand({ taskToken: second, output: '{}' }))
    expect(await ended(executionArn)).toMatchObject({ status: 'SUCCEEDED' })
  })
})

describe('a Task that fails', () => {
  const transient = () => Object.assign(new Error('throttled'), { name: 'TransientError' })

  it('is retried after intervals of local time, and each retry is in the history', async () => {
    let calls = 0
    const Retry = [{ ErrorEquals: ['TransientError'], IntervalSeconds: 10, BackoffRate: 2, MaxAttempts: 2 }]
    const { executionArn } = await begin(
      { StartAt: 'Work', States: { Work: work({ Retry, ResultSelector: { 'Payload.$': '$.Payload' }, End: true }) } },
      {
        Work: async () => {
          if (++calls < 3) throw transient()
          return { done: true }
        },
      },
    )
    await until('the first call', () => (calls === 1 ? true : undefined))
    await cloud.endpoint.clock.advance(9_999)
    expect(calls).toBe(1)
    await cloud.endpoint.clock.advance(1)
    expect(calls).toBe(2)
    await cloud.endpoint.clock.advance(19_999)
    expect(calls).toBe(2)
    await cloud.endpoint.clock.advance(1)
    expect(await ended(executionArn)).toMatchObject({ status: 'SUCCEEDED', output: '{"Payload":{"done":true}}' })
    const attempt = ['TaskScheduled', 'TaskStarted']
    expect(await typesOf(executionArn)).toEqual([
      ...['ExecutionStarted', 'TaskStateEntered', ...attempt, 'TaskFailed', ...attempt, 'TaskFailed', ...attempt],
      ...['TaskSucceeded', 'TaskStateExited', 'ExecutionSucceeded'],
    ])
    expect(cloud.endpoint.stepFunctions.inspect()).toEqual([
      { arn: executionArn, status: 'SUCCEEDED', transitions: 3, events: 13 },
    ])
  })

  it('is caught with the error name and the cause that Lambda reports', async () => {
    const Catch = [{ ErrorEquals: ['States.TaskFailed'], ResultPath: '$.Error', Next: 'Caught' }]
    const { executionArn } = await begin(
      { StartAt: 'Work', States: { Work: work({ Catch, End: true }), Caught: { Type: 'Pass', End: true } } },
      {
        Work: async () => {
          throw transient()
        },
      },
      { id: 7 },
    )
    const { output } = await ended(executionArn)
    const caught = JSON.parse(output ?? '')
    expect(caught).toMatchObject({ id: 7, Error: { Error: 'TransientError' } })
    expect(JSON.parse(caught.Error.Cause)).toMatchObject({ errorType: 'TransientError', errorMessage: 'throttled' })
  })

  it('fails the execution when nothing matches', async () => {
    const { executionArn } = await begin(
      { StartAt: 'Work', States: { Work: work({ Retry: [{ ErrorEquals: ['Other'] }], End: true }) } },
      {
        Work: async () => {
          throw transient()
        },
      },
    )
    expect(await ended(executionArn)).toMatchObject({ status: 'FAILED', error: 'TransientError' })
    expect((await typesOf(executionArn)).slice(-2)).toEqual(['TaskFailed', 'ExecutionFailed'])
  })

  it('times out in real time, which States.TaskFailed does not catch', async () => {
    const Catch = [{ ErrorEquals: ['States.TaskFailed'], Next: 'Caught' }]
    const { executionArn } = await begin(
      {
        StartAt: 'Work',
        States: { Work: work({ TimeoutSeconds: 1, Catch, End: true }), Caught: { Type: 'Pass', End: true } },
      },
      { Work: () => new Promise(() => {}) },
    )
    expect(await ended(executionArn)).toMatchObject({ status: 'FAILED', error: 'States.Timeout' })
    expect((await typesOf(executionArn)).slice(-2)).toEqual(['TaskTimedOut', 'ExecutionFailed'])
  })

  it('reports a function that does not exist as Lambda does', async () => {
    const { executionArn } = await begin({ StartAt: 'Work', States: { Work: work({ End: true }) } }, {})
    expect(await ended(executionArn)).toMatchObject({ status: 'FAILED', error: 'Lambda.ResourceNotFoundException' })
  })

  it('fails the execution past every Catch when a result is over 262,144 bytes', async () => {
    const Catch = [{ ErrorEquals: ['States.ALL'], Next: 'Caught' }]
    const { executionArn } = await begin(
      { StartAt: 'Work', States: { Work: work({ Catch, End: true }), Caught: { Type: 'Pass', End: true } } },
      { Work: async () => 'x'.repeat(262_144) },
    )
    expect(await ended(executionArn)).toMatchObject({ status: 'FAILED', error: 'States.DataLimitExceeded' })
  })
})

describe('StopExecution', () => {
  it('ends the execution as ABORTED: no Catch runs, no Task starts, the running function goes on', async () => {
    let finish = () => {}
    let finished = false
    const calls: string[] = []
    const Catch = [{ ErrorEquals: ['States.ALL'], Next: 'Second' }]
    const { executionArn } = await begin(
      {
        StartAt: 'First',
        States: { First: work({ Catch, Next: 'Second' }), Second: work({ End: true }) },
      },
      {
        First: async () => {
          calls.push('First')
          await new Promise<void>((resolve) => (finish = resolve))
          finished = true
        },
        Second: async () => void calls.push('Second'),
      },
    )
    await until('the first Task', () => calls[0])
    const stop = new StopExecutionCommand({ executionArn, error: 'Stopped', cause: 'by the test' })
    const { stopDate } = await cloud.endpoint.sfn.send(stop)
    finish()
    await cloud.endpoint.clock.advance(600_000)
    expect(finished).toBe(true)
    expect(calls).toEqual(['First'])
    expect(await describeExecution(executionArn)).toMatchObject({
      ...{ status: 'ABORTED', error: 'Stopped', cause: 'by the test', stopDate },
    })
    expect((await typesOf(executionArn)).slice(-2)).toEqual(['TaskStateAborted', 'ExecutionAborted'])
    expect((await cloud.endpoint.sfn.send(stop)).stopDate).toEqual(stopDate)
  })

  it('ends a pause between two attempts', async () => {
    let calls = 0
    const Retry = [{ ErrorEquals: ['States.ALL'], IntervalSeconds: 5, MaxAttempts: 60 }]
    const { executionArn } = await begin(
      { StartAt: 'Work', States: { Work: work({ Retry, End: true }) } },
      {
        Work: async () => {
          calls++
          throw new Error('no')
        },
      },
    )
    await until('the first call', () => (calls === 1 ? true : undefined))
    await cloud.endpoint.clock.advance(0)
    await cloud.endpoint.sfn.send(new StopExecutionCommand({ executionArn }))
    await cloud.endpoint.clock.advance(600_000)
    expect(calls).toBe(1)
  })
})
