import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  CreateStateMachineCommand,
  DeleteStateMachineCommand,
  DescribeExecutionCommand,
  DescribeStateMachineCommand,
  DescribeStateMachineForExecutionCommand,
  ListExecutionsCommand,
  ListStateMachinesCommand,
  SendTaskFailureCommand,
  SendTaskHeartbeatCommand,
  SendTaskSuccessCommand,
  StartExecutionCommand,
  StopExecutionCommand,
  UpdateStateMachineCommand,
  ValidateStateMachineDefinitionCommand,
} from '@aws-sdk/client-sfn'
import { afterEach, describe, expect, it } from 'vitest'
import type { LambdaFunction } from '../../local/aws/lambda/function.ts'
import { createDataDir } from '../../local/data-dir.ts'
import { roleArn, type StepFunctionsEndpoint, startStepFunctions } from '../support/step-functions-endpoint.ts'
import { until } from '../support/until.ts'

const invoke = 'arn:aws:states:::lambda:invoke'
const work = (rest: object) => ({
  Type: 'Task',
  Resource: invoke,
  Parameters: { FunctionName: 'arn:aws:lambda:eu-west-1:000000000000:function:work', 'Payload.$': '$' },
  ...rest,
})
const wait = (rest: object) => ({
  Type: 'Task',
  Resource: `${invoke}.waitForTaskToken`,
  Parameters: {
    FunctionName: 'arn:aws:lambda:eu-west-1:000000000000:function:wait',
    Payload: { 'token.$': '$$.Task.Token', 'execution.$': '$$.Execution.Name' },
  },
  ...rest,
})

let endpoint: StepFunctionsEndpoint
afterEach(() => endpoint.close())

async function begin(definition: object, tasks: Record<string, LambdaFunction>, input: object = {}) {
  endpoint = await startStepFunctions({ tasks })
  const stateMachineArn = await endpoint.create('machine', definition)
  const start = new StartExecutionCommand({ stateMachineArn, name: 'one', input: JSON.stringify(input) })
  const { executionArn = '' } = await endpoint.sfn.send(start)
  return { stateMachineArn, executionArn }
}

const describeExecution = (executionArn: string) => endpoint.sfn.send(new DescribeExecutionCommand({ executionArn }))
const ended = (executionArn: string) =>
  until('the end of the execution', async () => {
    const description = await describeExecution(executionArn)
    return description.status === 'RUNNING' ? undefined : description
  })
const typesOf = async (executionArn: string) => (await endpoint.history(executionArn)).map(({ type }) => type)

/** A function that keeps the tokens it is given. */
function tokenKeeper() {
  const tokens: string[] = []
  const keep: LambdaFunction = async (event) => {
    if (typeof event === 'object' && event && 'token' in event) tokens.push(String(event.token))
  }
  return { tokens, keep, token: (at = 0) => until('a task token', () => tokens[at]) }
}

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
    await endpoint.sfn.send(new SendTaskHeartbeatCommand({ taskToken: await token() }))
    await endpoint.sfn.send(new SendTaskSuccessCommand({ taskToken: await token(), output: '{"ok":true}' }))
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
    await endpoint.sfn.send(success)
    await expect(endpoint.sfn.send(success)).rejects.toMatchObject({ name: 'TaskTimedOut' })
    await ended(executionArn)
  })

  it('times out in local time, and the callback that comes too late is refused', async () => {
    const { keep, token } = tokenKeeper()
    const { executionArn } = await begin(waiting, { Wait: keep }, { seconds: 3600 })
    const taskToken = await token()
    await endpoint.clock.advance(3_599_000)
    expect((await describeExecution(executionArn)).status).toBe('RUNNING')
    await endpoint.clock.advance(1_000)
    const { status, output } = await ended(executionArn)
    expect(status).toBe('SUCCEEDED')
    expect(JSON.parse(output ?? '')).toMatchObject({ seconds: 3600, error: { Error: 'States.Timeout' } })
    expect(await typesOf(executionArn)).toContain('TaskTimedOut')
    const late = endpoint.sfn.send(new SendTaskSuccessCommand({ taskToken, output: '{}' }))
    await expect(late).rejects.toMatchObject({ name: 'TaskTimedOut' })
  })

  it('takes a callback that the function itself sends before it returns', async () => {
    const { executionArn } = await begin(
      waiting,
      {
        Wait: async (event) => {
          const { token } = event as { token: string }
          await endpoint.sfn.send(new SendTaskSuccessCommand({ taskToken: token, output: '{"by":"itself"}' }))
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
    await endpoint.sfn.send(new SendTaskFailureCommand(failure))
    expect(await ended(executionArn)).toMatchObject({ status: 'FAILED', error: 'Broken', cause: 'it broke' })
  })

  it('tells tokens of another life from what is no token', async () => {
    const { keep, token } = tokenKeeper()
    await begin(waiting, { Wait: keep }, { seconds: 60 })
    const taskToken = await token()
    await endpoint.stepFunctions.persistent.reset()
    const unknown = endpoint.sfn.send(new SendTaskSuccessCommand({ taskToken, output: '{}' }))
    await expect(unknown).rejects.toMatchObject({ name: 'TaskDoesNotExist' })
    const noToken = endpoint.sfn.send(new SendTaskSuccessCommand({ taskToken: 'nonsense', output: '{}' }))
    await expect(noToken).rejects.toMatchObject({ name: 'InvalidToken' })
    const noJson = endpoint.sfn.send(new SendTaskSuccessCommand({ taskToken, output: '{' }))
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
    await endpoint.clock.advance(1_000)
    const second = await until('the second attempt', () => seen[1])
    expect(second).not.toBe(seen[0])
    const stale = endpoint.sfn.send(new SendTaskSuccessCommand({ taskToken: seen[0], output: '{}' }))
    await expect(stale).rejects.toMatchObject({ name: 'TaskTimedOut' })
    await endpoint.sfn.send(new SendTaskSuccessCommand({ taskToken: second, output: '{}' }))
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
    await endpoint.clock.advance(9_999)
    expect(calls).toBe(1)
    await endpoint.clock.advance(1)
    expect(calls).toBe(2)
    await endpoint.clock.advance(19_999)
    expect(calls).toBe(2)
    await endpoint.clock.advance(1)
    expect(await ended(executionArn)).toMatchObject({ status: 'SUCCEEDED', output: '{"Payload":{"done":true}}' })
    const attempt = ['TaskScheduled', 'TaskStarted']
    expect(await typesOf(executionArn)).toEqual([
      ...['ExecutionStarted', 'TaskStateEntered', ...attempt, 'TaskFailed', ...attempt, 'TaskFailed', ...attempt],
      ...['TaskSucceeded', 'TaskStateExited', 'ExecutionSucceeded'],
    ])
    expect(endpoint.stepFunctions.inspect()).toEqual([
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
    const { stopDate } = await endpoint.sfn.send(stop)
    finish()
    await endpoint.clock.advance(600_000)
    expect(finished).toBe(true)
    expect(calls).toEqual(['First'])
    expect(await describeExecution(executionArn)).toMatchObject({
      ...{ status: 'ABORTED', error: 'Stopped', cause: 'by the test', stopDate },
    })
    expect((await typesOf(executionArn)).slice(-2)).toEqual(['TaskStateAborted', 'ExecutionAborted'])
    expect((await endpoint.sfn.send(stop)).stopDate).toEqual(stopDate)
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
    await endpoint.clock.advance(0)
    await endpoint.sfn.send(new StopExecutionCommand({ executionArn }))
    await endpoint.clock.advance(600_000)
    expect(calls).toBe(1)
  })
})

describe('StartExecution', () => {
  const pass = { StartAt: 'Wait', States: { Wait: { Type: 'Wait', Seconds: 60, End: true } } }
  const start = (input: { stateMachineArn: string; name?: string; input?: string }) =>
    endpoint.sfn.send(new StartExecutionCommand(input))

  it('is idempotent while the same input runs, and only then', async () => {
    const { stateMachineArn, executionArn } = await begin(pass, {}, { n: 1 })
    const same = { stateMachineArn, name: 'one', input: '{"n":1}' }
    expect((await start(same)).executionArn).toBe(executionArn)
    await expect(start({ ...same, input: '{"n": 1}' })).rejects.toMatchObject({ name: 'ExecutionAlreadyExists' })
    await endpoint.clock.advance(60_000)
    expect(await ended(executionArn)).toMatchObject({ status: 'SUCCEEDED', output: '{"n":1}' })
    await expect(start(same)).rejects.toMatchObject({ name: 'ExecutionAlreadyExists' })
  })

  it.each([
    ['a name with a space', { name: 'a b' }, 'InvalidName'],
    ['a name with a colon', { name: 'a:b' }, 'InvalidName'],
    ['a name of 81 characters', { name: 'x'.repeat(81) }, 'InvalidName'],
    ['input that is no JSON', { input: '{' }, 'InvalidExecutionInput'],
    ['input of 262,145 bytes', { input: `"${'x'.repeat(262_143)}"` }, 'ValidationException'],
    ['an ARN of something else', { stateMachineArn: 'arn:aws:s3:::bucket' }, 'InvalidArn'],
    [
      'a state machine that does not exist',
      { stateMachineArn: 'arn:aws:states:eu-west-1:000000000000:stateMachine:none' },
      'StateMachineDoesNotExist',
    ],
  ])('refuses %s', async (_, wrong, name) => {
    const { stateMachineArn } = await begin(pass, {})
    await expect(start({ stateMachineArn, ...wrong })).rejects.toMatchObject({ name })
  })

  it('takes input of exactly 262,144 bytes', async () => {
    const { stateMachineArn } = await begin(pass, {})
    const { executionArn } = await start({ stateMachineArn, input: `"${'x'.repeat(262_142)}"` })
    expect(executionArn).toContain(':execution:machine:')
  })
})

describe('the history', () => {
  it('numbers and links its events as AWS does', async () => {
    const definition = {
      StartAt: 'Work',
      States: {
        Work: work({ ResultSelector: { 'word.$': '$.Payload' }, Next: 'Choose' }),
        Choose: { Type: 'Choice', Choices: [{ Variable: '$.word', StringEquals: 'stop', Next: 'Stop' }] },
        Stop: { Type: 'Fail', Error: 'Stopped', Cause: 'as told' },
      },
    }
    const { executionArn } = await begin(definition, { Work: async () => 'stop' }, { n: 1 })
    await ended(executionArn)
    const events = await endpoint.history(executionArn)
    expect(events.map(({ id, previousEventId, type }) => [id, previousEventId, type])).toEqual([
      [1, 0, 'ExecutionStarted'],
      [2, 0, 'TaskStateEntered'],
      [3, 2, 'TaskScheduled'],
      [4, 3, 'TaskStarted'],
      [5, 4, 'TaskSucceeded'],
      [6, 5, 'TaskStateExited'],
      [7, 6, 'ChoiceStateEntered'],
      [8, 7, 'ChoiceStateExited'],
      [9, 8, 'FailStateEntered'],
      [10, 9, 'ExecutionFailed'],
    ])
    expect(events[2]?.taskScheduledEventDetails).toEqual({
      resourceType: 'lambda',
      resource: 'invoke',
      region: 'eu-west-1',
      parameters: '{"FunctionName":"arn:aws:lambda:eu-west-1:000000000000:function:work","Payload":{"n":1}}',
    })
    expect(events[9]?.executionFailedEventDetails).toEqual({ error: 'Stopped', cause: 'as told' })
  })

  it('fails an execution that needs more than 25,000 events', async () => {
    const endless = {
      StartAt: 'Again',
      States: {
        Again: {
          Type: 'Choice',
          Choices: [{ Variable: '$.over', BooleanEquals: true, Next: 'Over' }],
          Default: 'Work',
        },
        Work: work({ ResultPath: null, Next: 'Again' }),
        Over: { Type: 'Succeed' },
      },
    }
    let calls = 0
    const { executionArn } = await begin(endless, { Work: async () => calls++ }, { over: false })
    const { status, cause } = await ended(executionArn)
    expect({ status, cause }).toEqual({
      status: 'FAILED',
      cause: 'The execution reached the maximum number of history events (25000).',
    })
    const events = await endpoint.history(executionArn)
    expect(events).toHaveLength(25_000)
    expect(events.at(-1)).toMatchObject({ id: 25_000, type: 'ExecutionFailed' })
    // ExecutionStarted, then seven events a round; the function runs after the fifth. Nothing runs past the limit.
    expect(calls).toBe(Math.floor((24_999 - 1 - 5) / 7) + 1)
  })
})

it('lists executions newest first, by status, in pages', async () => {
  const { stateMachineArn } = await begin(
    { StartAt: 'Wait', States: { Wait: { Type: 'Wait', Seconds: 60, End: true } } },
    {},
  )
  await endpoint.clock.advance(60_000)
  await endpoint.sfn.send(new StartExecutionCommand({ stateMachineArn, name: 'two' }))
  await endpoint.sfn.send(new StartExecutionCommand({ stateMachineArn, name: 'three' }))
  const list = (more: object) => endpoint.sfn.send(new ListExecutionsCommand({ stateMachineArn, ...more }))
  const namesOf = ({ executions }: Awaited<ReturnType<typeof list>>) => executions?.map(({ name }) => name)
  const first = await list({ maxResults: 2 })
  expect(namesOf(first)).toEqual(['three', 'two'])
  expect(namesOf(await list({ maxResults: 2, nextToken: first.nextToken }))).toEqual(['one'])
  expect(namesOf(await list({ statusFilter: 'SUCCEEDED' }))).toEqual(['one'])
  await expect(list({ nextToken: 'x' })).rejects.toMatchObject({ name: 'InvalidToken' })
})

it('tells listeners of each start and end, as EventBridge does', async () => {
  endpoint = await startStepFunctions({ tasks: { Work: async () => ({ ok: true }) } })
  const events: unknown[] = []
  endpoint.stepFunctions.onExecutionStatusChange((event) => void events.push(event))
  const stateMachineArn = await endpoint.create('m', {
    StartAt: 'Work',
    States: { Work: work({ OutputPath: '$.Payload', End: true }) },
  })
  const { executionArn } = await endpoint.sfn.send(new StartExecutionCommand({ stateMachineArn, name: 'one' }))
  await until('the end', () => events[1])
  const shape = {
    'detail-type': 'Step Functions Execution Status Change',
    source: 'aws.states',
    resources: [executionArn],
  }
  expect(events).toMatchObject([
    { ...shape, detail: { name: 'one', status: 'RUNNING', stopDate: null } },
    { ...shape, region: 'eu-west-1', detail: { name: 'one', status: 'SUCCEEDED', output: '{"ok":true}' } },
  ])
})

describe('a restart', () => {
  it('reports what ran as aborted and keeps what had ended, with its history', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'sluice-step-functions-'))
    try {
      const { keep, token } = tokenKeeper()
      const tasks = { Wait: keep }
      const dataDir = createDataDir(directory)
      endpoint = await startStepFunctions({ tasks, dataDir })
      const stateMachineArn = await endpoint.create('m', { StartAt: 'Wait', States: { Wait: wait({ End: true }) } })
      const start = async (name: string) => {
        const { executionArn } = await endpoint.sfn.send(new StartExecutionCommand({ stateMachineArn, name }))
        return executionArn ?? ''
      }
      const finished = await start('finished')
      await endpoint.sfn.send(new SendTaskSuccessCommand({ taskToken: await token(), output: '1' }))
      const before = await ended(finished)
      const running = await start('running')
      const taskToken = await token(1)
      await endpoint.close()

      endpoint = await startStepFunctions({ tasks, dataDir: createDataDir(directory) })
      const after = await describeExecution(finished)
      expect({ ...after, $metadata: undefined }).toEqual({ ...before, $metadata: undefined })
      expect((await endpoint.history(finished)).at(-1)).toMatchObject({ type: 'ExecutionSucceeded', id: 8 })
      expect(await describeExecution(running)).toMatchObject({ status: 'ABORTED', error: 'LocalRestart' })
      const late = endpoint.sfn.send(new SendTaskSuccessCommand({ taskToken, output: '{}' }))
      await expect(late).rejects.toMatchObject({ name: 'TaskTimedOut' })
      expect(await start('successor')).toContain(':execution:m:successor')
    } finally {
      await rm(directory, { recursive: true })
    }
  })
})

describe('state machines', () => {
  const waiting = (Seconds: number) => ({ StartAt: 'Wait', States: { Wait: { Type: 'Wait', Seconds, End: true } } })

  it('are created once, and again only with the same content', async () => {
    endpoint = await startStepFunctions({ tasks: {} })
    const arn = await endpoint.create('m', waiting(1))
    expect(arn).toBe('arn:aws:states:eu-west-1:000000000000:stateMachine:m')
    expect(await endpoint.create('m', waiting(1))).toBe(arn)
    await expect(endpoint.create('m', waiting(2))).rejects.toMatchObject({ name: 'StateMachineAlreadyExists' })
  })

  it('keep an execution on the definition that it started with', async () => {
    const { stateMachineArn, executionArn } = await begin(waiting(60), {})
    const definition = JSON.stringify(waiting(600))
    await endpoint.sfn.send(new UpdateStateMachineCommand({ stateMachineArn, definition }))
    const describeFor = new DescribeStateMachineForExecutionCommand({ executionArn })
    expect((await endpoint.sfn.send(describeFor)).definition).toBe(JSON.stringify(waiting(60)))
    const describeNow = new DescribeStateMachineCommand({ stateMachineArn })
    expect((await endpoint.sfn.send(describeNow)).definition).toBe(definition)
    await endpoint.clock.advance(60_000)
    expect(await ended(executionArn)).toMatchObject({ status: 'SUCCEEDED' })
  })

  it('are gone once deleted and idle', async () => {
    const { stateMachineArn, executionArn } = await begin(waiting(60), {})
    await endpoint.sfn.send(new DeleteStateMachineCommand({ stateMachineArn }))
    const start = () => endpoint.sfn.send(new StartExecutionCommand({ stateMachineArn }))
    await expect(start()).rejects.toMatchObject({ name: 'StateMachineDeleting' })
    await endpoint.clock.advance(60_000)
    expect(await ended(executionArn)).toMatchObject({ status: 'SUCCEEDED' })
    await expect(start()).rejects.toMatchObject({ name: 'StateMachineDoesNotExist' })
    expect((await endpoint.sfn.send(new ListStateMachinesCommand({}))).stateMachines).toEqual([])
  })

  it.each([
    ['is no JSON', '{', 'INVALID_JSON_DESCRIPTION'],
    ['leads nowhere', '{"StartAt":"A","States":{"A":{"Type":"Pass","Next":"B"}}}', 'MISSING_TRANSITION_TARGET'],
  ])('are refused with a definition that %s', async (_, definition, code) => {
    endpoint = await startStepFunctions({ tasks: {} })
    const create = endpoint.sfn.send(new CreateStateMachineCommand({ name: 'm', definition, roleArn }))
    await expect(create).rejects.toMatchObject({ name: 'InvalidDefinition', message: expect.stringContaining(code) })
    const checked = await endpoint.sfn.send(new ValidateStateMachineDefinitionCommand({ definition }))
    expect(checked.result).toBe('FAIL')
    expect(checked.diagnostics?.map((diagnostic) => diagnostic.code)).toContain(code)
  })
})
