import {
  DescribeExecutionCommand,
  ExecutionDoesNotExist,
  ListExecutionsCommand,
  SFNClient,
  SFNServiceException,
} from '@aws-sdk/client-sfn'
import { mockClient } from 'aws-sdk-client-mock'
import { beforeEach, expect, it } from 'vitest'
import { createListRunning, createSharedWorkflow } from '../../../../shared/adapters/stepfunctions/shared-workflow.ts'
import { createStepFunctionsWorkflow } from '../../../../shared/adapters/stepfunctions/workflow.ts'

const machine = 'arn:aws:states:eu-west-1:123456789012:stateMachine:sluice'
const client = new SFNClient({ region: 'eu-west-1', maxAttempts: 1 })
const states = mockClient(client)
let paced: number

const shared = () =>
  createSharedWorkflow({
    workflow: createStepFunctionsWorkflow(client, machine),
    listRunning: createListRunning(client, machine),
    rate: (call) => {
      paced++
      return call()
    },
    quietMs: 5,
    quietMsEach: 1,
    mostQuietMs: 20,
  })

const $metadata = { httpStatusCode: 400 }
const ids = (count: number) => Array.from({ length: count }, (_, n) => `dep_${n}`)
const running = (names: readonly string[]) =>
  names.map((name) => ({
    ...{ name, executionArn: `arn:${name}`, stateMachineArn: machine, status: 'RUNNING' as const },
    startDate: new Date(0),
  }))

beforeEach(() => {
  paced = 0
  states.reset()
  states.onAnyCommand().rejects(new Error('unexpected command'))
})

it('describes each where few are asked about, and lists nothing', async () => {
  states.on(DescribeExecutionCommand).resolves({ status: 'RUNNING' })
  const workflow = shared()
  expect(await Promise.all(ids(5).map((id) => workflow.status(id, 1)))).toEqual(Array(5).fill('running'))
  expect(states.commandCalls(ListExecutionsCommand)).toEqual([])
  expect(paced).toBe(5)
})

it('lists what is running once for many, page by page, and describes what is not on it', async () => {
  const names = ids(40).filter((id) => id !== 'dep_7' && id !== 'dep_8')
  states
    .on(ListExecutionsCommand)
    .callsFake(({ nextToken }) =>
      nextToken
        ? { executions: running(names.slice(20)) }
        : { executions: running([...names.slice(0, 20), 'dep_8-2']), nextToken: 'more' },
    )
  states.on(DescribeExecutionCommand).callsFake(({ executionArn }: { executionArn: string }) => {
    if (executionArn.endsWith(':dep_7')) return { status: 'ABORTED' }
    throw new ExecutionDoesNotExist({ message: 'no such execution', $metadata })
  })
  const workflow = shared()
  const found = await Promise.all(ids(40).map((id) => workflow.status(id, id === 'dep_8' ? 2 : 1)))
  expect(found).toEqual(ids(40).map((id) => (id === 'dep_7' ? 'failed' : 'running')))
  expect(states.commandCalls(ListExecutionsCommand).map(({ args }) => args[0].input)).toEqual([
    { stateMachineArn: machine, statusFilter: 'RUNNING', maxResults: 1000 },
    { stateMachineArn: machine, statusFilter: 'RUNNING', maxResults: 1000, nextToken: 'more' },
  ])
  expect(paced).toBe(1)
  expect(await workflow.status('dep_99', 1)).toBe('unknown')
})

it('describes everything, at its rate, where no list is to be had', async () => {
  states
    .on(ListExecutionsCommand)
    .rejects(
      new SFNServiceException({ name: 'AccessDeniedException', $fault: 'client', message: 'not you', $metadata }),
    )
  states.on(DescribeExecutionCommand).resolves({ status: 'FAILED' })
  const workflow = shared()
  expect(await Promise.all(ids(8).map((id) => workflow.status(id, 1)))).toEqual(Array(8).fill('failed'))
  expect(paced).toBe(8)
})

it('lets one that cannot be described cost the others nothing', async () => {
  states.on(DescribeExecutionCommand).callsFake(({ executionArn }: { executionArn: string }) => {
    if (executionArn.endsWith(':dep_1')) throw new Error('no answer')
    return { status: 'SUCCEEDED' }
  })
  const workflow = shared()
  const ended = await Promise.allSettled(ids(3).map((id) => workflow.status(id, 1)))
  expect(ended.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
})
