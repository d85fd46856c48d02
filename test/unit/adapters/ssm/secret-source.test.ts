import { GetParameterCommand, ParameterNotFound, SSMClient, SSMServiceException } from '@aws-sdk/client-ssm'
import { mockClient } from 'aws-sdk-client-mock'
import { beforeEach, describe, expect, it } from 'vitest'
import { createSsmSecretSource, keptForMs } from '../../../../shared/adapters/ssm/secret-source.ts'
import { NotFoundError, TransientError, UpstreamError } from '../../../../shared/domain/errors.ts'
import type { SecretSource } from '../../../../shared/ports/secret-source.ts'

const client = new SSMClient({ region: 'eu-west-1' })
const ssm = mockClient(client)
const name = '/sluice/judge'
const refusal = (code: string) =>
  new SSMServiceException({ name: code, message: 'no', $fault: 'client', $metadata: { httpStatusCode: 400 } })

let nowMs: number
let secrets: SecretSource
beforeEach(() => {
  nowMs = 0
  secrets = createSsmSecretSource(client, { realNow: () => nowMs })
  ssm.reset()
  ssm.onAnyCommand().rejects(new Error('unexpected command'))
})

describe('a secret', () => {
  it('is read decrypted', async () => {
    ssm.on(GetParameterCommand).resolves({ Parameter: { Name: name, Value: 'hunter2\n' } })
    expect(await secrets.read(name)).toBe('hunter2\n')
    expect(ssm.calls().map(({ args }) => args[0].input)).toEqual([{ Name: name, WithDecryption: true }])
  })

  it('is asked for once by many at the same time, and again when it is old', async () => {
    ssm
      .on(GetParameterCommand)
      .resolvesOnce({ Parameter: { Value: 'one' } })
      .resolvesOnce({ Parameter: { Value: 'two' } })
    expect(await Promise.all([secrets.read(name), secrets.read(name)])).toEqual(['one', 'one'])
    nowMs = keptForMs - 1
    expect(await secrets.read(name)).toBe('one')
    nowMs = keptForMs
    expect(await secrets.read(name)).toBe('two')
    expect(ssm.calls()).toHaveLength(2)
  })

  it('is kept apart from others', async () => {
    ssm
      .on(GetParameterCommand, { Name: '/sluice/a' })
      .resolves({ Parameter: { Value: 'a' } })
      .on(GetParameterCommand, { Name: '/aws/reference/secretsmanager/sluice/b' })
      .resolves({ Parameter: { Value: 'b' } })
    expect(await secrets.read('/sluice/a')).toBe('a')
    expect(await secrets.read('/aws/reference/secretsmanager/sluice/b')).toBe('b')
  })
})

describe('a failure', () => {
  it.each([
    ['ParameterNotFound', NotFoundError],
    ['AccessDeniedException', UpstreamError],
    ['InvalidKeyId', UpstreamError],
    ['ThrottlingException', TransientError],
    ['InternalServerError', TransientError],
  ])('%s names the secret', async (code, expected) => {
    const status = code === 'InternalServerError' ? 500 : 400
    ssm
      .on(GetParameterCommand)
      .rejects(new SSMServiceException({ name: code, $fault: 'client', $metadata: { httpStatusCode: status } }))
    await expect(secrets.read(name)).rejects.toThrow(expected)
    await expect(secrets.read(name)).rejects.toThrow(name)
  })

  it('is not kept', async () => {
    ssm
      .on(GetParameterCommand)
      .rejectsOnce(new ParameterNotFound({ message: 'UnknownError', $metadata: {} }))
      .rejectsOnce(refusal('ThrottlingException'))
      .resolvesOnce({ Parameter: { Value: 'now it is there' } })
    await expect(secrets.read(name)).rejects.toThrow(NotFoundError)
    await expect(secrets.read(name)).rejects.toThrow(TransientError)
    expect(await secrets.read(name)).toBe('now it is there')
  })

  it.each([{}, { Parameter: {} }, { Parameter: { Value: '' } }])('is an answer without a value: %j', async (answer) => {
    ssm.on(GetParameterCommand).resolves(answer)
    await expect(secrets.read(name)).rejects.toThrow(`the secret ${name} is empty`)
  })

  it('is an answer that does not come in time', async () => {
    ssm.on(GetParameterCommand).callsFake(() => new Promise(() => undefined))
    const impatient = createSsmSecretSource(client, { realNow: () => nowMs }, 10)
    await expect(impatient.read(name)).rejects.toThrow(TransientError)
  })
})
