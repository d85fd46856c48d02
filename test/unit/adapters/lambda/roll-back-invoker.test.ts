import { InvokeCommand, LambdaClient, LambdaServiceException } from '@aws-sdk/client-lambda'
import { Uint8ArrayBlobAdapter } from '@smithy/core/serde'
import { mockClient } from 'aws-sdk-client-mock'
import { beforeEach, describe, expect, it } from 'vitest'
import { createLambdaRollBackInvoker } from '../../../../shared/adapters/lambda/roll-back-invoker.ts'
import { TransientError } from '../../../../shared/domain/errors.ts'

const client = new LambdaClient({ region: 'eu-west-1' })
const lambda = mockClient(client)
const invoker = createLambdaRollBackInvoker(client, 'sluice-roll-back')
const cause = { type: 'command', reason: 'abort' } as const
const answer = (value: unknown) => Uint8ArrayBlobAdapter.fromString(JSON.stringify(value))

beforeEach(() => {
  lambda.reset()
  lambda.onAnyCommand().rejects(new Error('unexpected command'))
})

it.each(['restored', 'under-way'] as const)('invokes the function, waits, and hands on %s', async (outcome) => {
  lambda.on(InvokeCommand).resolves({ StatusCode: 200, Payload: answer({ outcome }) })
  expect(await invoker.rollBack('dep_1', cause)).toBe(outcome)
  const [call] = lambda.commandCalls(InvokeCommand)
  const { Payload, ...input } = call?.args[0].input ?? {}
  expect(input).toEqual({ FunctionName: 'sluice-roll-back', InvocationType: 'RequestResponse' })
  expect(JSON.parse(new TextDecoder().decode(Payload as Uint8Array))).toEqual({ deploymentId: 'dep_1', cause })
})

describe('what did not work is transient, for the goal stands:', () => {
  it('the function failed', async () => {
    const Payload = answer({ errorType: 'TransientError', errorMessage: 'rule is busy' })
    lambda.on(InvokeCommand).resolves({ StatusCode: 200, FunctionError: 'Unhandled', Payload })
    const invocation = invoker.rollBack('dep_1', cause)
    await expect(invocation).rejects.toThrow(TransientError)
    await expect(invocation).rejects.toThrow('rule is busy')
  })

  it.each(['TooManyRequestsException', 'ServiceException', 'ResourceNotFoundException', 'AccessDeniedException'])(
    'AWS answered %s',
    async (name) => {
      lambda.on(InvokeCommand).rejects(new LambdaServiceException({ name, $fault: 'client', $metadata: {} }))
      await expect(invoker.rollBack('dep_1', cause)).rejects.toThrow(TransientError)
    },
  )

  it('it took too long', async () => {
    lambda.on(InvokeCommand).callsFake(() => new Promise(() => undefined))
    const hasty = createLambdaRollBackInvoker(client, 'sluice-roll-back', 5)
    await expect(hasty.rollBack('dep_1', cause)).rejects.toThrow(TransientError)
  })

  it.each([[{ outcome: 'maybe' }], [null], ['restored'], [{}]])('it answered %j', async (value) => {
    lambda.on(InvokeCommand).resolves({ StatusCode: 200, Payload: answer(value) })
    await expect(invoker.rollBack('dep_1', cause)).rejects.toThrow(TransientError)
  })

  it('it answered nothing', async () => {
    lambda.on(InvokeCommand).resolves({ StatusCode: 200 })
    await expect(invoker.rollBack('dep_1', cause)).rejects.toThrow(TransientError)
  })
})
