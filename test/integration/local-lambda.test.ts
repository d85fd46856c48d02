import { InvokeCommand, type InvokeCommandInput, LambdaClient } from '@aws-sdk/client-lambda'
import { describe, expect, it } from 'vitest'
import type { LambdaFunction } from '../../local/aws/lambda/function.ts'
import { createLambda, type LambdaOptions } from '../../local/aws/lambda/service.ts'
import { createManualClock } from '../../local/clock.ts'
import { clientSettings, startAwsEndpoint } from '../support/aws-endpoint.ts'
import { until } from '../support/until.ts'

async function startLambda(functions: Record<string, LambdaFunction>, options: Partial<LambdaOptions> = {}) {
  const clock = createManualClock()
  const server = await startAwsEndpoint({ rawServices: [createLambda({ functions, clock, ...options })], clock })
  const client = new LambdaClient(clientSettings(server))
  const invoke = async (input: InvokeCommandInput) => {
    const { Payload, StatusCode, FunctionError, ExecutedVersion } = await client.send(new InvokeCommand(input))
    const text = Payload?.transformToString()
    return { StatusCode, FunctionError, ExecutedVersion, payload: text ? JSON.parse(text) : undefined }
  }
  return { invoke, clock }
}

const echo: LambdaFunction = async (event, { functionName, invokedFunctionArn }) => ({
  ...{ event, functionName, invokedFunctionArn },
})

describe('Invoke', () => {
  it.each([
    'echo',
    'echo:$LATEST',
    '000000000000:function:echo',
    'function:echo',
    'arn:aws:lambda:eu-west-1:000000000000:function:echo',
    'arn:aws:lambda:eu-west-1:000000000000:function:echo:$LATEST',
  ])('runs the function named %s and answers what it returns', async (FunctionName) => {
    const { invoke } = await startLambda({ echo }, { region: 'eu-west-1' })
    const answer = await invoke({ FunctionName, Payload: '{"a":1}' })
    const invokedFunctionArn = 'arn:aws:lambda:eu-west-1:000000000000:function:echo'
    expect(answer).toEqual({
      ...{ StatusCode: 200, FunctionError: undefined, ExecutedVersion: '$LATEST' },
      payload: { event: { a: 1 }, functionName: 'echo', invokedFunctionArn },
    })
  })

  it('gives a function without payload an empty event, and null for no result', async () => {
    const events: unknown[] = []
    const { invoke } = await startLambda({ keep: async (event) => void events.push(event) })
    expect((await invoke({ FunctionName: 'keep' })).payload).toBe(null)
    expect(events).toEqual([{}])
  })

  it('reports what the function threw, with status 200', async () => {
    const fail = async () => {
      throw Object.assign(new Error('lease is taken'), { name: 'TransientError' })
    }
    const { invoke } = await startLambda({ fail })
    const answer = await invoke({ FunctionName: 'fail' })
    expect(answer).toMatchObject({
      ...{ StatusCode: 200, FunctionError: 'Unhandled' },
      payload: { errorType: 'TransientError', errorMessage: 'lease is taken' },
    })
    expect(answer.payload.trace[0]).toContain('lease is taken')
  })

  it('reports a function that hangs as timed out', async () => {
    const { invoke } = await startLambda({ hang: () => new Promise(() => {}) }, { timeoutSeconds: 0.05 })
    expect(await invoke({ FunctionName: 'hang' })).toMatchObject({
      FunctionError: 'Unhandled',
      payload: { errorType: 'Sandbox.Timedout', errorMessage: expect.stringContaining('timed out after 0.05 seconds') },
    })
  })

  it.each([
    ['a function that does not exist', { FunctionName: 'none' }, 'ResourceNotFoundException'],
    ['a name from the prototype', { FunctionName: 'constructor' }, 'ResourceNotFoundException'],
    ['an alias that does not exist', { FunctionName: 'echo', Qualifier: 'live' }, 'ResourceNotFoundException'],
    ['a payload that is no JSON', { FunctionName: 'echo', Payload: '{' }, 'InvalidRequestContentException'],
    [
      'an asynchronous payload over 1 MB',
      { FunctionName: 'echo', InvocationType: 'Event' as const, Payload: `"${'x'.repeat(1024 * 1024)}"` },
      'RequestTooLargeException',
    ],
  ])('refuses %s', async (_, input, name) => {
    const { invoke } = await startLambda({ echo })
    await expect(invoke(input)).rejects.toMatchObject({ name })
  })

  it('answers 204 to a dry run and runs nothing', async () => {
    let calls = 0
    const { invoke } = await startLambda({ count: async () => ++calls })
    expect((await invoke({ FunctionName: 'count', InvocationType: 'DryRun' })).StatusCode).toBe(204)
    expect(calls).toBe(0)
  })

  it('tries an asynchronous call again after one and two minutes of local time, then reports it', async () => {
    let calls = 0
    const reports: unknown[] = []
    const fail = async () => {
      calls++
      throw new Error('still no')
    }
    const { invoke, clock } = await startLambda({ fail }, { reportError: (error) => void reports.push(error) })
    expect((await invoke({ FunctionName: 'fail', InvocationType: 'Event' })).StatusCode).toBe(202)
    await until('the first call', () => (calls === 1 ? true : undefined))
    await clock.advance(59_999)
    expect(calls).toBe(1)
    await clock.advance(1)
    expect(calls).toBe(2)
    await clock.advance(120_000)
    expect(calls).toBe(3)
    await clock.advance(600_000)
    expect(calls).toBe(3)
    expect(reports).toMatchObject([{ errorMessage: 'still no' }])
  })
})
