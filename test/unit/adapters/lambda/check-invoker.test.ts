import { InvokeCommand, LambdaClient, LambdaServiceException } from '@aws-sdk/client-lambda'
import { Uint8ArrayBlobAdapter } from '@smithy/core/serde'
import { mockClient } from 'aws-sdk-client-mock'
import { beforeEach, describe, expect, it } from 'vitest'
import { createLambdaCheckInvoker } from '../../../../shared/adapters/lambda/check-invoker.ts'
import { TransientError } from '../../../../shared/domain/errors.ts'

const client = new LambdaClient({ region: 'eu-west-1' })
const lambda = mockClient(client)
const invoker = createLambdaCheckInvoker(client, 'sluice-rollback-check')
const answer = (value: unknown) => Uint8ArrayBlobAdapter.fromString(JSON.stringify(value))

beforeEach(() => {
  lambda.reset()
  lambda.onAnyCommand().rejects(new Error('unexpected command'))
})

it.each([
  { checked: 0, failed: [] },
  { checked: 2, failed: [{ id: 'dep_1', reason: 'Rate exceeded' }] },
])('invokes the function, asks for a report, waits, and hands it on: %j', async (report) => {
  lambda.on(InvokeCommand).resolves({ StatusCode: 200, Payload: answer(report) })
  expect(await invoker.check()).toEqual(report)
  const [call] = lambda.commandCalls(InvokeCommand)
  const { Payload, ...input } = call?.args[0].input ?? {}
  expect(input).toEqual({ FunctionName: 'sluice-rollback-check', InvocationType: 'RequestResponse' })
  expect(JSON.parse(new TextDecoder().decode(Payload as Uint8Array))).toEqual({ answer: 'report' })
})

describe('what did not work is transient, for the check comes again:', () => {
  it('the function failed', async () => {
    const Payload = answer({ errorType: 'TransientError', errorMessage: 'the table is busy' })
    lambda.on(InvokeCommand).resolves({ StatusCode: 200, FunctionError: 'Unhandled', Payload })
    await expect(invoker.check()).rejects.toThrow(TransientError)
    await expect(invoker.check()).rejects.toThrow(/the table is busy.*the check comes each minute all the same/)
  })

  it.each(['TooManyRequestsException', 'ResourceNotFoundException', 'AccessDeniedException'])(
    'AWS answered %s',
    async (name) => {
      lambda.on(InvokeCommand).rejects(new LambdaServiceException({ name, $fault: 'client', $metadata: {} }))
      await expect(invoker.check()).rejects.toThrow(TransientError)
    },
  )

  it('it took too long', async () => {
    lambda.on(InvokeCommand).callsFake(() => new Promise(() => undefined))
    await expect(createLambdaCheckInvoker(client, 'sluice-rollback-check', 5).check()).rejects.toThrow(TransientError)
  })

  it.each([[{ checked: -1, failed: [] }], [{ checked: 1 }], [{ checked: 1, failed: [{ id: 'dep_1' }] }], [null]])(
    'it answered %j',
    async (value) => {
      lambda.on(InvokeCommand).resolves({ StatusCode: 200, Payload: answer(value) })
      await expect(invoker.check()).rejects.toThrow(/answered no report of a check/)
    },
  )

  it('it answered nothing', async () => {
    lambda.on(InvokeCommand).resolves({ StatusCode: 200 })
    await expect(invoker.check()).rejects.toThrow(TransientError)
  })
})
