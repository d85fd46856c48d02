import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import {
  DeleteParameterCommand,
  DeleteParametersCommand,
  GetParameterCommand,
  GetParametersCommand,
  PutParameterCommand,
  type PutParameterCommandInput,
  SSMClient,
} from '@aws-sdk/client-ssm'
import { beforeEach, describe, expect, it } from 'vitest'
import { createRequestLog } from '../../local/aws/request-log.ts'
import type { AwsServer } from '../../local/aws/server.ts'
import { createSsm } from '../../local/aws/ssm/service.ts'
import { createManualClock } from '../../local/clock.ts'
import { createSsmSecretSource } from '../../shared/adapters/ssm/secret-source.ts'
import { NotFoundError } from '../../shared/domain/errors.ts'
import { clientSettings, startAwsEndpoint } from '../support/aws-endpoint.ts'

const run = promisify(execFile)
/** The first AWS CLI of the search path. */
const aws = (process.env.PATH ?? '')
  .split(':')
  .map((folder) => join(folder, 'aws'))
  .find(existsSync)

const clock = createManualClock()
const requestLog = createRequestLog()
let server: AwsServer
let ssm: SSMClient
beforeEach(async () => {
  requestLog.clear()
  server = await startAwsEndpoint({ clock, requestLog, services: [createSsm({ clock })] })
  ssm = new SSMClient(clientSettings(server))
})

const name = '/sluice/judge'
const put = (overrides: Partial<PutParameterCommandInput> = {}) =>
  ssm.send(new PutParameterCommand({ Name: name, Value: 'hunter2', Type: 'SecureString', ...overrides }))
const get = async (Name = name, WithDecryption = true) =>
  (await ssm.send(new GetParameterCommand({ Name, WithDecryption }))).Parameter

describe('a parameter', () => {
  it('is put and read back with its version, instant and ARN', async () => {
    expect(await put()).toMatchObject({ Version: 1, Tier: 'Standard' })
    expect(await get()).toEqual({
      Name: name,
      Type: 'SecureString',
      Value: 'hunter2',
      Version: 1,
      LastModifiedDate: new Date(clock.now()),
      ARN: `arn:aws:ssm:eu-west-1:000000000000:parameter${name}`,
      DataType: 'text',
    })
  })

  it('shows its value only decrypted, unless it is a plain one', async () => {
    await put()
    await put({ Name: 'plain', Type: 'String' })
    expect((await get(name, false))?.Value).not.toContain('hunter2')
    expect((await get('plain', false))?.Value).toBe('hunter2')
  })

  it('is replaced only where that is asked for; old versions stay', async () => {
    await put()
    await expect(put({ Value: 'other' })).rejects.toMatchObject({ name: 'ParameterAlreadyExists' })
    expect(await put({ Value: 'other', Type: undefined, Overwrite: true })).toMatchObject({ Version: 2 })
    expect(await get()).toMatchObject({ Value: 'other', Version: 2, Type: 'SecureString' })
    expect(await get(`${name}:1`)).toMatchObject({ Value: 'hunter2', Version: 1, Selector: ':1' })
    expect(await get(`arn:aws:ssm:eu-west-1:000000000000:parameter${name}`)).toMatchObject({ Version: 2 })
    await expect(get(`${name}:3`)).rejects.toMatchObject({ name: 'ParameterVersionNotFound' })
  })

  it('is gone when it is deleted', async () => {
    await put()
    await ssm.send(new DeleteParameterCommand({ Name: name }))
    await expect(get()).rejects.toMatchObject({ name: 'ParameterNotFound' })
    await expect(ssm.send(new DeleteParameterCommand({ Name: name }))).rejects.toMatchObject({
      name: 'ParameterNotFound',
    })
    expect(await put()).toMatchObject({ Version: 1 })
    expect(await ssm.send(new DeleteParametersCommand({ Names: [name, 'gone'] }))).toMatchObject({
      DeletedParameters: [name],
      InvalidParameters: ['gone'],
    })
  })

  it('is read with others; what is not there is named', async () => {
    await put()
    await put({ Name: 'plain', Type: 'String' })
    const answer = await ssm.send(new GetParametersCommand({ Names: ['plain', 'gone', `${name}:9`, name] }))
    expect(answer.Parameters?.map(({ Name }) => Name)).toEqual(['plain', name])
    expect(answer.InvalidParameters).toEqual(['gone', `${name}:9`])
  })

  it('belongs to one Region', async () => {
    await put()
    const elsewhere = new SSMClient({ ...clientSettings(server), region: 'us-east-1' })
    await expect(elsewhere.send(new GetParameterCommand({ Name: name }))).rejects.toMatchObject({
      name: 'ParameterNotFound',
    })
  })

  it('leaves no value in the request log', async () => {
    await put()
    expect(requestLog.list()).toMatchObject([{ action: 'PutParameter', input: { Name: name, Value: '(not logged)' } }])
    expect(JSON.stringify(requestLog.list())).not.toContain('hunter2')
  })
})

describe('what Parameter Store refuses', () => {
  it.each<[string, Partial<PutParameterCommandInput>, string]>([
    ['no type at the first time', { Type: undefined }, 'ValidationException'],
    ['a type that there is not', { Type: 'Secret' as 'String' }, 'UnsupportedParameterType'],
    ['an empty value', { Value: '' }, 'ValidationException'],
    ['a value over 4 KB', { Value: 'x'.repeat(4097) }, 'ValidationException'],
    ['a path without its first slash', { Name: 'sluice/judge' }, 'ValidationException'],
    ['an empty level', { Name: '/sluice//judge' }, 'ValidationException'],
    ['a letter of another kind', { Name: '/sluice/jüdge' }, 'ValidationException'],
    ['a name of AWS', { Name: '/aws/judge' }, 'ValidationException'],
    ['a name of SSM', { Name: 'SSM-judge' }, 'ValidationException'],
    ['a name that is too long', { Name: 'x'.repeat(1012) }, 'ValidationException'],
    ['more than 15 levels', { Name: '/x'.repeat(16) }, 'HierarchyLevelLimitExceededException'],
    ['what is not built here', { Tags: [{ Key: 'a', Value: 'b' }] }, 'NotImplemented'],
  ])('is %s', async (_name, overrides, code) => {
    await expect(put(overrides)).rejects.toMatchObject({ name: code })
  })

  it('is another type for a name that is taken', async () => {
    await put()
    await expect(put({ Type: 'String', Overwrite: true })).rejects.toMatchObject({
      name: 'HierarchyTypeMismatchException',
    })
  })

  it.each([true, false])('is a secret of Secrets Manager, which is not here (decrypted: %s)', async (decrypted) => {
    await expect(get('/aws/reference/secretsmanager/judge', decrypted)).rejects.toMatchObject({
      name: decrypted ? 'ParameterNotFound' : 'ValidationException',
    })
  })
})

it('keeps its parameters where the others keep their state', async () => {
  const before = createSsm({ clock })
  const { PutParameter, GetParameter } = before.operations
  const call = { requestId: 'r', region: 'eu-west-1' }
  await PutParameter?.handle({ Name: name, Value: 'hunter2', Type: 'SecureString' }, call)
  const saved: unknown = JSON.parse(JSON.stringify(before.state?.save()))
  const after = createSsm({ clock })
  await after.state?.load(saved)
  const asked = { Name: name, WithDecryption: true }
  expect(await after.operations.GetParameter?.handle(asked, call)).toEqual(await GetParameter?.handle(asked, call))
  await after.state?.reset()
  expect(() => after.operations.GetParameter?.handle(asked, call)).toThrow('not found')
})

it('gives Sluice its secrets', async () => {
  const secrets = createSsmSecretSource(ssm, { realNow: () => 0 })
  await expect(secrets.read(name)).rejects.toThrow(NotFoundError)
  await put()
  expect(await secrets.read(name)).toBe('hunter2')
})

describe.skipIf(aws === undefined)('the real AWS CLI', () => {
  it('puts, reads and deletes', async () => {
    const env = { ...process.env, AWS_DEFAULT_REGION: 'eu-west-1', AWS_REGION: 'eu-west-1' }
    const cli = async (...args: string[]) => {
      const { stdout } = await run(aws ?? '', ['--endpoint-url', server.url, '--output', 'json', 'ssm', ...args], {
        env,
      })
      return stdout.trim() === '' ? null : JSON.parse(stdout)
    }
    const value = ['put-parameter', '--type', 'SecureString', '--name', name, '--value', 'hunter2']
    expect(await cli(...value)).toMatchObject({ Version: 1 })
    await expect(cli(...value)).rejects.toThrow('ParameterAlreadyExists')
    expect(await cli(...value, '--overwrite')).toMatchObject({ Version: 2 })
    expect(await cli('get-parameter', '--name', name, '--with-decryption')).toMatchObject({
      Parameter: { Value: 'hunter2', Type: 'SecureString', Version: 2 },
    })
    await cli('delete-parameter', '--name', name)
    await expect(cli('get-parameter', '--name', name)).rejects.toThrow('ParameterNotFound')
  }, 30_000)
})
