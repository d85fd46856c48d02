import { InvokeCommand, LambdaClient, LambdaServiceException } from '@aws-sdk/client-lambda'
import { mockClient } from 'aws-sdk-client-mock'
import { beforeEach, expect, it } from 'vitest'
import { createLambdaWorkStarter } from '../../../../shared/adapters/lambda/work-starter.ts'
import { TransientError } from '../../../../shared/domain/errors.ts'

const client = new LambdaClient({ region: 'eu-west-1' })
const lambda = mockClient(client)
const starter = createLambdaWorkStarter(client, 'sluice-slack-work')

beforeEach(() => {
  lambda.reset()
  lambda.onAnyCommand().rejects(new Error('unexpected command'))
})

it('gives the work to the function and does not wait for it', async () => {
  lambda.on(InvokeCommand).resolves({ StatusCode: 202 })
  await starter.start({ command: 'status web' })
  const [call] = lambda.commandCalls(InvokeCommand)
  const { Payload, ...input } = call?.args[0].input ?? {}
  expect(input).toEqual({ FunctionName: 'sluice-slack-work', InvocationType: 'Event' })
  expect(JSON.parse(new TextDecoder().decode(Payload as Uint8Array))).toEqual({ command: 'status web' })
})

it.each(['TooManyRequestsException', 'ResourceNotFoundException', 'AccessDeniedException'])(
  'says that nobody has it when AWS answers %s',
  async (name) => {
    lambda.on(InvokeCommand).rejects(new LambdaServiceException({ name, $fault: 'client', $metadata: {} }))
    const started = starter.start({})
    await expect(started).rejects.toThrow(TransientError)
    await expect(started).rejects.toThrow(/^sluice-slack-work was not given its work: /)
  },
)

it('does not wait for longer than the person who asked can', async () => {
  lambda.on(InvokeCommand).callsFake(() => new Promise(() => undefined))
  await expect(createLambdaWorkStarter(client, 'sluice-slack-work', 5).start({})).rejects.toThrow(TransientError)
})
