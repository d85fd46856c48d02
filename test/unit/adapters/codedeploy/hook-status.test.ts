import * as sdk from '@aws-sdk/client-codedeploy'
import { mockClient } from 'aws-sdk-client-mock'
import { beforeEach, describe, expect, it } from 'vitest'
import { createCodeDeployHookStatus } from '../../../../shared/adapters/codedeploy/hook-status.ts'
import { NotFoundError, TransientError, UpstreamError } from '../../../../shared/domain/errors.ts'

const client = new sdk.CodeDeployClient({ region: 'eu-west-1' })
const codeDeploy = mockClient(client)
const hookStatus = createCodeDeployHookStatus(client)
const answer = { deploymentId: 'd-1', executionId: 'hook-1', status: 'Failed' } as const
const Put = sdk.PutLifecycleEventHookExecutionStatusCommand

const refusal = (name: string, httpStatusCode = 400) =>
  new sdk.CodeDeployServiceException({ name, message: 'no', $fault: 'client', $metadata: { httpStatusCode } })

beforeEach(() => {
  codeDeploy.reset()
  codeDeploy.onAnyCommand().rejects(new Error('unexpected command'))
})

it('sends deployment, execution and status', async () => {
  codeDeploy.on(Put).resolves({ lifecycleEventHookExecutionId: 'hook-1' })
  expect(await hookStatus.put(answer)).toBe('taken')
  expect(codeDeploy.calls().map(({ args }) => args[0].input)).toEqual([
    { deploymentId: 'd-1', lifecycleEventHookExecutionId: 'hook-1', status: 'Failed' },
  ])
})

it('is content where the event has its answer already', async () => {
  codeDeploy.on(Put).rejects(refusal('LifecycleEventAlreadyCompletedException'))
  expect(await hookStatus.put(answer)).toBe('already-over')
})

describe('each error that the SDK documents', () => {
  it.each([
    { name: 'DeploymentDoesNotExistException', error: NotFoundError },
    { name: 'InvalidLifecycleEventHookExecutionIdException', error: NotFoundError },
    { name: 'DeploymentIdRequiredException', error: UpstreamError },
    { name: 'InvalidDeploymentIdException', error: UpstreamError },
    { name: 'InvalidLifecycleEventHookExecutionStatusException', error: UpstreamError },
    { name: 'UnsupportedActionForDeploymentTypeException', error: UpstreamError },
    { name: 'AccessDeniedException', error: UpstreamError },
    { name: 'ThrottlingException', error: TransientError },
    { name: 'InternalFailure', status: 500, error: TransientError },
  ])('$name is a $error.name', async ({ name, status, error }) => {
    const cause = refusal(name, status)
    codeDeploy.on(Put).rejects(cause)
    const thrown = await hookStatus.put(answer).catch((caught: unknown) => caught)
    expect(thrown).toBeInstanceOf(error)
    expect(thrown).toMatchObject({
      cause,
      message: expect.stringMatching(/^codedeploy:PutLifecycleEventHookExecutionStatus on d-1 failed: .*no; /),
    })
  })

  it('is transient where no answer comes', async () => {
    codeDeploy.on(Put).callsFake(() => new Promise(() => undefined))
    await expect(createCodeDeployHookStatus(client, 5).put(answer)).rejects.toThrow(TransientError)
  })
})
