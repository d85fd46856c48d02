import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  CreateStateMachineCommand,
  DeleteStateMachineCommand,
  DescribeStateMachineCommand,
  DescribeStateMachineForExecutionCommand,
  ListExecutionsCommand,
  ListStateMachinesCommand,
  SendTaskSuccessCommand,
  StartExecutionCommand,
  UpdateStateMachineCommand,
  ValidateStateMachineDefinitionCommand,
} from '@aws-sdk/client-sfn'
import { describe, expect, it } from 'vitest'
import { createDataDir } from '../../local/data-dir.ts'
import { roleArn } from '../support/step-functions-endpoint.ts'
import { until } from '../support/until.ts'
import { tokenKeeper, useStepFunctions, wait, work } from '../support/use-step-functions.ts'

const cloud = useStepFunctions()
const { begin, describeExecution, ended } = cloud

describe('StartExecution', () => {
  const pass = { StartAt: 'Wait', States: { Wait: { Type: 'Wait', Seconds: 60, End: true } } }
  const start = (input: { stateMachineArn: string; name?: string; input?: string }) =>
    cloud.endpoint.sfn.send(new StartExecutionCommand(input))

  it('is idempotent while the same input runs, and only then', async () => {
    const { stateMachineArn, executionArn } = await begin(pass, {}, { n: 1 })
    const same = { stateMachineArn, name: 'one', input: '{"n":1}' }
    expect((await start(same)).executionArn).toBe(executionArn)
    await expect(start({ ...same, input: '{"n": 1}' })).rejects.toMatchObject({ name: 'ExecutionAlreadyExists' })
    await cloud.endpoint.clock.advance(60_000)
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
    const events = await cloud.endpoint.history(executionArn)
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
    const events = await cloud.endpoint.history(executionArn)
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
  await cloud.endpoint.clock.advance(60_000)
  await cloud.endpoint.sfn.send(new StartExecutionCommand({ stateMachineArn, name: 'two' }))
  await cloud.endpoint.sfn.send(new StartExecutionCommand({ stateMachineArn, name: 'three' }))
  const list = (more: object) => cloud.endpoint.sfn.send(new ListExecutionsCommand({ stateMachineArn, ...more }))
  const namesOf = ({ executions }: Awaited<ReturnType<typeof list>>) => executions?.map(({ name }) => name)
  const first = await list({ maxResults: 2 })
  expect(namesOf(first)).toEqual(['three', 'two'])
  expect(namesOf(await list({ maxResults: 2, nextToken: first.nextToken }))).toEqual(['one'])
  expect(namesOf(await list({ statusFilter: 'SUCCEEDED' }))).toEqual(['one'])
  await expect(list({ nextToken: 'x' })).rejects.toMatchObject({ name: 'InvalidToken' })
})

it('tells listeners of each start and end, as EventBridge does', async () => {
  await cloud.start({ tasks: { Work: async () => ({ ok: true }) } })
  const events: unknown[] = []
  cloud.endpoint.stepFunctions.onExecutionStatusChange((event) => void events.push(event))
  const stateMachineArn = await cloud.endpoint.create('m', {
    StartAt: 'Work',
    States: { Work: work({ OutputPath: '$.Payload', End: true }) },
  })
  const { executionArn } = await cloud.endpoint.sfn.send(new StartExecutionCommand({ stateMachineArn, name: 'one' }))
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
      await cloud.start({ tasks, dataDir })
      const stateMachineArn = await cloud.endpoint.create('m', {
        StartAt: 'Wait',
        States: { Wait: wait({ End: true }) },
      })
      const start = async (name: string) => {
        const { executionArn } = await cloud.endpoint.sfn.send(new StartExecutionCommand({ stateMachineArn, name }))
        return executionArn ?? ''
      }
      const finished = await start('finished')
      await cloud.endpoint.sfn.send(new SendTaskSuccessCommand({ taskToken: await token(), output: '1' }))
      const before = await ended(finished)
      const running = await start('running')
      const taskToken = await token(1)
      await cloud.endpoint.close()

      await cloud.start({ tasks, dataDir: createDataDir(directory) })
      const after = await describeExecution(finished)
      expect({ ...after, $metadata: undefined }).toEqual({ ...before, $metadata: undefined })
      expect((await cloud.endpoint.history(finished)).at(-1)).toMatchObject({ type: 'ExecutionSucceeded', id: 8 })
      expect(await describeExecution(running)).toMatchObject({ status: 'ABORTED', error: 'LocalRestart' })
      const late = cloud.endpoint.sfn.send(new SendTaskSuccessCommand({ taskToken, output: '{}' }))
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
    await cloud.start({ tasks: {} })
    const arn = await cloud.endpoint.create('m', waiting(1))
    expect(arn).toBe('arn:aws:states:eu-west-1:000000000000:stateMachine:m')
    expect(await cloud.endpoint.create('m', waiting(1))).toBe(arn)
    await expect(cloud.endpoint.create('m', waiting(2))).rejects.toMatchObject({ name: 'StateMachineAlreadyExists' })
  })

  it('keep an execution on the definition that it started with', async () => {
    const { stateMachineArn, executionArn } = await begin(waiting(60), {})
    const definition = JSON.stringify(waiting(600))
    await cloud.endpoint.sfn.send(new UpdateStateMachineCommand({ stateMachineArn, definition }))
    const describeFor = new DescribeStateMachineForExecutionCommand({ executionArn })
    expect((await cloud.endpoint.sfn.send(describeFor)).definition).toBe(JSON.stringify(waiting(60)))
    const describeNow = new DescribeStateMachineCommand({ stateMachineArn })
    expect((await cloud.endpoint.sfn.send(describeNow)).definition).toBe(definition)
    await cloud.endpoint.clock.advance(60_000)
    expect(await ended(executionArn)).toMatchObject({ status: 'SUCCEEDED' })
  })

  it('are gone once deleted and idle', async () => {
    const { stateMachineArn, executionArn } = await begin(waiting(60), {})
    await cloud.endpoint.sfn.send(new DeleteStateMachineCommand({ stateMachineArn }))
    const start = () => cloud.endpoint.sfn.send(new StartExecutionCommand({ stateMachineArn }))
    await expect(start()).rejects.toMatchObject({ name: 'StateMachineDeleting' })
    await cloud.endpoint.clock.advance(60_000)
    expect(await ended(executionArn)).toMatchObject({ status: 'SUCCEEDED' })
    await expect(start()).rejects.toMatchObject({ name: 'StateMachineDoesNotExist' })
    expect((await cloud.endpoint.sfn.send(new ListStateMachinesCommand({}))).stateMachines).toEqual([])
  })

  it.each([
    ['is no JSON', '{', 'INVALID_JSON_DESCRIPTION'],
    ['leads nowhere', '{"StartAt":"A","States":{"A":{"Type":"Pass","Next":"B"}}}', 'MISSING_TRANSITION_TARGET'],
  ])('are refused with a definition that %s', async (_, definition, code) => {
    await cloud.start({ tasks: {} })
    const create = cloud.endpoint.sfn.send(new CreateStateMachineCommand({ name: 'm', definition, roleArn }))
    await expect(create).rejects.toMatchObject({ name: 'InvalidDefinition', message: expect.stringContaining(code) })
    const checked = await cloud.endpoint.sfn.send(new ValidateStateMachineDefinitionCommand({ definition }))
    expect(checked.result).toBe('FAIL')
    expect(checked.diagnostics?.map((diagnostic) => diagnostic.code)).toContain(code)
  })
})
