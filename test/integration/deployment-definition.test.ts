import { DescribeExecutionCommand, SendTaskSuccessCommand, StartExecutionCommand } from '@aws-sdk/client-sfn'
import { afterEach, describe, expect, it } from 'vitest'
import type { LambdaFunction } from '../../local/aws/lambda/function.ts'
import { withFunctionArns } from '../../local/workflow/definition.ts'
import shipped from '../../state-machines/deployment.asl.json' with { type: 'json' }
import { type StepFunctionsEndpoint, startStepFunctions } from '../support/step-functions-endpoint.ts'
import { until } from '../support/until.ts'

/*
 * The definition that ships, walked with Tasks that only say words: does each word, failure and time-out lead where it
 * should? What the words mean is tested with the use cases.
 */

const definition = withFunctionArns(shipped, (name) => `arn:aws:lambda:eu-west-1:000000000000:function:${name}`)
const input = { Payload: { deploymentId: 'dep_1', schemaVersion: 1 } }

let endpoint: StepFunctionsEndpoint
afterEach(() => endpoint.close())

interface Say {
  readonly next?: string
  readonly sliceSeconds?: number
  /** Name of an error to throw instead. */
  readonly fail?: string
}

/** Starts an execution whose Tasks answer their lines in order, the last one for ever. Keeps what was called with what. */
async function walk(lines: Record<string, readonly Say[]>) {
  const calls: { task: string; event: unknown }[] = []
  const tasks: Record<string, LambdaFunction> = {}
  for (const task of Object.keys(definition.States)) {
    const script = [...(lines[task] ?? [{}])]
    tasks[task] = async (event) => {
      calls.push({ task, event })
      const { fail, ...words } = (script.length > 1 ? script.shift() : script[0]) ?? {}
      if (fail) throw Object.assign(new Error('as told'), { name: fail })
      return { ...input.Payload, ...words }
    }
  }
  endpoint = await startStepFunctions({ tasks })
  const stateMachineArn = await endpoint.create('sluice', definition)
  const start = new StartExecutionCommand({ stateMachineArn, name: 'dep_1', input: JSON.stringify(input) })
  const { executionArn = '' } = await endpoint.sfn.send(start)
  const names = () => calls.map(({ task }) => task)
  const called = (task: string, times = 1) =>
    until(`call ${times} of ${task}`, () =>
      names().filter((name) => name === task).length >= times ? true : undefined,
    )
  return { executionArn, calls, names, called }
}

const describeExecution = (executionArn: string) => endpoint.sfn.send(new DescribeExecutionCommand({ executionArn }))
const ended = (executionArn: string) =>
  until('the end', async () => {
    const description = await describeExecution(executionArn)
    return description.status === 'RUNNING' ? undefined : description
  })

const shiftOnce = { VerifyCanary: [{ next: 'shift' }], ShiftTraffic: [{ next: 'bake', sliceSeconds: 1800 }] }

describe('a good deployment', () => {
  it('of a canary for 30 minutes costs 12 transitions', async () => {
    const { executionArn, names, called } = await walk({
      ...shiftOnce,
      EvaluateGates: [{ next: 'shift' }, { next: 'close' }],
    })
    await called('Bake')
    await endpoint.clock.advance(1_800_000)
    await called('Bake', 2)
    await endpoint.clock.advance(1_800_000)
    expect(await ended(executionArn)).toMatchObject({ status: 'SUCCEEDED' })
    expect(names()).toEqual([
      ...['Prepare', 'VerifyCanary', 'ShiftTraffic', 'Bake', 'EvaluateGates'],
      ...['ShiftTraffic', 'Bake', 'EvaluateGates', 'Close'],
    ])
    expect(endpoint.stepFunctions.inspect()).toMatchObject([{ transitions: 12 }])
  })

  it('may bake for a week in slices of an hour, far below 25,000 events', async () => {
    const hours = 7 * 24
    const { executionArn, called } = await walk({
      VerifyCanary: [{ next: 'bake', sliceSeconds: 3600 }],
      EvaluateGates: [
        ...Array.from({ length: hours - 1 }, () => ({ next: 'bake', sliceSeconds: 3600 })),
        { next: 'close' },
      ],
    })
    await called('Bake')
    await endpoint.clock.advance(hours * 3_600_000)
    expect(await ended(executionArn)).toMatchObject({ status: 'SUCCEEDED' })
    const [inspection] = endpoint.stepFunctions.inspect()
    expect(inspection?.events).toBeGreaterThan(hours * 10)
    expect(inspection?.events).toBeLessThan(2500)
  })

  it('judges at once when it is woken, with the payload it had', async () => {
    const { executionArn, calls, called } = await walk({ ...shiftOnce, EvaluateGates: [{ next: 'close' }] })
    await called('Bake')
    const event = calls.at(-1)?.event
    expect(event).toEqual({ deploymentId: 'dep_1', sliceSeconds: 1800, taskToken: expect.any(String) })
    const { taskToken } = event as { taskToken: string }
    await endpoint.sfn.send(new SendTaskSuccessCommand({ taskToken, output: '{}' }))
    expect(await ended(executionArn)).toMatchObject({ status: 'SUCCEEDED' })
    const judged = calls.find(({ task }) => task === 'EvaluateGates')
    expect(judged?.event).toEqual({ ...input.Payload, next: 'bake', sliceSeconds: 1800 })
  })

  it('waits for the canary for longer than its deadline may be', async () => {
    const { executionArn, called, names } = await walk({
      VerifyCanary: [...Array.from({ length: 200 }, () => ({ fail: 'CanaryNotReady' })), { next: 'close' }],
    })
    await called('VerifyCanary')
    await endpoint.clock.advance(1_999_000)
    expect((await describeExecution(executionArn)).status).toBe('RUNNING')
    await endpoint.clock.advance(1_000)
    expect(await ended(executionArn)).toMatchObject({ status: 'SUCCEEDED' })
    expect(names().filter((name) => name === 'VerifyCanary')).toHaveLength(201)
  })

  it('goes back to verifying when a Task says so', async () => {
    const { executionArn, names } = await walk({ VerifyCanary: [{ next: 'verify' }, { next: 'close' }] })
    await ended(executionArn)
    expect(names()).toEqual(['Prepare', 'VerifyCanary', 'VerifyCanary', 'Close'])
  })
})

describe('a bad deployment', () => {
  it('waits for a person when its rollback says so', async () => {
    const { called, names } = await walk({
      VerifyCanary: [{ next: 'roll-back' }],
      RollBack: [{ next: 'bake', sliceSeconds: 3600 }],
    })
    await called('Bake')
    expect(names()).toEqual(['Prepare', 'VerifyCanary', 'RollBack', 'Bake'])
  })

  it.each(['roll-back', 'a word nobody knows', ''])('is rolled back when a Task says %j', async (next) => {
    const { executionArn, names } = await walk({ VerifyCanary: [{ next }], RollBack: [{ next: 'close' }] })
    expect(await ended(executionArn)).toMatchObject({ status: 'SUCCEEDED' })
    expect(names()).toEqual(['Prepare', 'VerifyCanary', 'RollBack', 'Close'])
  })

  it.each(['Prepare', 'VerifyCanary', 'ShiftTraffic', 'Bake', 'EvaluateGates'])(
    'is rolled back when %s fails for good, and the rollback knows which it is',
    async (task) => {
      const { executionArn, calls, called } = await walk({
        ...shiftOnce,
        EvaluateGates: [{ next: 'close' }],
        RollBack: [{ next: 'close' }],
        [task]: [{ fail: 'UpstreamError' }],
      })
      if (task === 'EvaluateGates') {
        await called('Bake')
        await endpoint.clock.advance(1_800_000)
      }
      expect(await ended(executionArn)).toMatchObject({ status: 'SUCCEEDED' })
      expect(calls.slice(-3).map((call) => call.task)).toEqual([task, 'RollBack', 'Close'])
      expect(calls.at(-2)?.event).toMatchObject(input.Payload)
    },
  )

  it.each(['TransientError', 'ConflictError', 'Lambda.TooManyRequestsException', 'Sandbox.Timedout'])(
    'is not made of one %s: the Task is tried again',
    async (fail) => {
      const { executionArn, called, names } = await walk({
        Prepare: [{ fail }, {}],
        VerifyCanary: [{ next: 'close' }],
      })
      await called('Prepare')
      await endpoint.clock.advance(1_000)
      await ended(executionArn)
      expect(names()).toEqual(['Prepare', 'Prepare', 'VerifyCanary', 'Close'])
    },
  )

  it('is rolled back again and again for an hour, then a person is called and the execution fails', async () => {
    const { executionArn, called, names } = await walk({
      VerifyCanary: [{ next: 'roll-back' }],
      RollBack: [{ fail: 'UpstreamError' }],
    })
    await called('RollBack')
    await endpoint.clock.advance(3_600_000)
    expect((await describeExecution(executionArn)).status).toBe('RUNNING')
    await endpoint.clock.advance(600_000)
    expect(await ended(executionArn)).toMatchObject({ status: 'FAILED', error: 'RollbackFailed' })
    expect(names().filter((name) => name === 'RollBack')).toHaveLength(66)
    expect(names().at(-1)).toBe('NeedsAttention')
  })

  it('fails where a Catch cannot help, so that the scheduled check takes over', async () => {
    const { executionArn, called } = await walk({
      VerifyCanary: [{ next: 'bake' }],
    })
    await called('VerifyCanary')
    expect(await ended(executionArn)).toMatchObject({ status: 'FAILED', error: 'States.Runtime' })
  })
})
