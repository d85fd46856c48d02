import {
  DescribeExecutionCommand,
  ExecutionAlreadyExists,
  ExecutionDoesNotExist,
  InvalidToken,
  SendTaskSuccessCommand,
  SFNClient,
  SFNServiceException,
  StartExecutionCommand,
  TaskDoesNotExist,
  TaskTimedOut,
} from '@aws-sdk/client-sfn'
import { mockClient } from 'aws-sdk-client-mock'
import { beforeEach, describe, expect, it } from 'vitest'
import { createStepFunctionsWorkflow } from '../../../../shared/adapters/stepfunctions/workflow.ts'
import { TransientError, UpstreamError } from '../../../../shared/domain/errors.ts'

const client = new SFNClient({ region: 'cn-north-1' })
const states = mockClient(client)
const machine = 'arn:aws-cn:states:cn-north-1:123456789012:stateMachine:sluice'
const workflow = createStepFunctionsWorkflow(client, machine)
const id = 'dep_01KDVDNC00000000000000WEB1'
const input = `{"Payload":{"deploymentId":"${id}","schemaVersion":1}}`
const refused = { message: 'no', $metadata: { httpStatusCode: 400 } }
const throttled = new SFNServiceException({ name: 'ThrottlingException', $fault: 'client', $metadata: {} })

beforeEach(() => {
  states.reset()
  states.onAnyCommand().rejects(new Error('unexpected command'))
})

describe('starting', () => {
  it.each([
    [1, id],
    [2, `${id}-2`],
    [3, `${id}-3`],
  ])('names execution %d after the deployment', async (execution, name) => {
    states.on(StartExecutionCommand).resolves({})
    await workflow.start(id, execution)
    expect(states.calls().map(({ args }) => args[0].input)).toEqual([{ stateMachineArn: machine, name, input }])
  })

  it('adopts an execution that has ended already', async () => {
    states.on(StartExecutionCommand).rejects(new ExecutionAlreadyExists(refused))
    const executionArn = `arn:aws-cn:states:cn-north-1:123456789012:execution:sluice:${id}-2`
    states.on(DescribeExecutionCommand, { executionArn }).resolves({ status: 'FAILED', input })
    await expect(workflow.start(id, 2)).resolves.toBeUndefined()
  })

  it('adopts nobody else’s execution', async () => {
    states.on(StartExecutionCommand).rejects(new ExecutionAlreadyExists(refused))
    states.on(DescribeExecutionCommand).resolves({ status: 'RUNNING', input: '{}' })
    await expect(workflow.start(id, 1)).rejects.toThrow(UpstreamError)
  })

  it('tells of throttling', async () => {
    states.on(StartExecutionCommand).rejects(throttled)
    await expect(workflow.start(id, 1)).rejects.toThrow(TransientError)
  })
})

describe('waking', () => {
  it('sends the token and no data', async () => {
    states.on(SendTaskSuccessCommand).resolves({})
    await workflow.wake('token')
    expect(states.calls().map(({ args }) => args[0].input)).toEqual([{ taskToken: 'token', output: '{}' }])
  })

  it.each([
    ['late', new TaskTimedOut(refused)],
    ['used or unknown', new TaskDoesNotExist(refused)],
    ['malformed', new InvalidToken(refused)],
  ])('ignores a token that is %s', async (_name, error) => {
    states.on(SendTaskSuccessCommand).rejects(error)
    await expect(workflow.wake('token')).resolves.toBeUndefined()
  })

  it('tells of every other failure, without the token', async () => {
    states.on(SendTaskSuccessCommand).rejects(throttled)
    const waking = workflow.wake('s3cret')
    await expect(waking).rejects.toThrow(TransientError)
    await expect(waking).rejects.not.toThrow('s3cret')
  })
})

describe('status', () => {
  it.each([
    ['RUNNING', 'running'],
    ['PENDING_REDRIVE', 'running'],
    ['SUCCEEDED', 'ended'],
    ['FAILED', 'failed'],
    ['TIMED_OUT', 'failed'],
    ['ABORTED', 'failed'],
  ] as const)('%s is %s', async (status, expected) => {
    states.on(DescribeExecutionCommand).resolves({ status })
    expect(await workflow.status(id, 1)).toBe(expected)
  })

  it('is unknown where there never was an execution', async () => {
    states.on(DescribeExecutionCommand).rejects(new ExecutionDoesNotExist(refused))
    expect(await workflow.status(id, 1)).toBe('unknown')
  })
})
