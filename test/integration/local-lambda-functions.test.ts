import { createHash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  CreateAliasCommand,
  CreateFunctionCommand,
  DeleteFunctionCommand,
  GetAliasCommand,
  GetFunctionCommand,
  GetFunctionConfigurationCommand,
  InvokeAsyncCommand,
  type LambdaClient,
  ListFunctionsCommand,
  ListVersionsByFunctionCommand,
  PublishVersionCommand,
  paginateListFunctions,
  paginateListVersionsByFunction,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
  waitUntilFunctionActiveV2,
} from '@aws-sdk/client-lambda'
import { beforeEach, describe, expect, it } from 'vitest'
import { aFunction, allPages, startLambdaEndpoint } from '../support/lambda-endpoint.ts'

const arn = 'arn:aws:lambda:eu-west-1:000000000000:function:pay'
const url = 'http://127.0.0.1:9001'

let client: LambdaClient
let endpoint: Awaited<ReturnType<typeof startLambdaEndpoint>>
beforeEach(async () => {
  endpoint = await startLambdaEndpoint({ takenNames: ['sluice-roll-back'] })
  client = endpoint.client
})

const setUrl = (port: number) =>
  client.send(
    new UpdateFunctionConfigurationCommand({
      FunctionName: 'pay',
      Environment: { Variables: { SLUICE_LOCAL_URL: `http://127.0.0.1:${port}` } },
    }),
  )

describe('a local function', () => {
  it('is created with the defaults of AWS, and shown', async () => {
    const { $metadata, RevisionId, ...created } = await client.send(new CreateFunctionCommand(aFunction('pay', url)))
    expect($metadata.httpStatusCode).toBe(201)
    expect(created).toEqual({
      ...{ FunctionName: 'pay', FunctionArn: arn, Role: 'arn:aws:iam::000000000000:role/any', Version: '$LATEST' },
      ...{ Description: '', Timeout: 3, MemorySize: 128, PackageType: 'Image', Architectures: ['x86_64'] },
      ...{ CodeSize: 0, CodeSha256: expect.stringMatching(/^[A-Za-z0-9+/]{43}=$/) },
      ...{ State: 'Active', LastUpdateStatus: 'Successful', TracingConfig: { Mode: 'PassThrough' } },
      ...{ EphemeralStorage: { Size: 512 }, Environment: { Variables: { SLUICE_LOCAL_URL: url } } },
      LastModified: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+0000$/),
    })
    await waitUntilFunctionActiveV2({ client, maxWaitTime: 5 }, { FunctionName: 'pay' })
    const { Configuration } = await client.send(new GetFunctionCommand({ FunctionName: arn }))
    expect(Configuration).toEqual({ ...created, RevisionId })
  })

  it('takes the code of a package and does not keep it', async () => {
    const { CodeSize, CodeSha256 } = await client.send(
      new CreateFunctionCommand({
        ...aFunction('pay', url),
        ...{ PackageType: 'Zip', Runtime: 'nodejs24.x', Handler: 'index.handler' },
        Code: { ZipFile: Buffer.from('zip') },
      }),
    )
    const sha256 = createHash('sha256').update('zip').digest('base64')
    expect([CodeSize, CodeSha256]).toEqual([3, sha256])
  })

  it.each([
    ['one that is there', aFunction('pay', url), 'ResourceConflictException', 409],
    ['one of the cloud itself', aFunction('sluice-roll-back', url), 'ResourceConflictException', 409],
    ['a name with a blank', aFunction('p ay', url), 'ValidationException', 400],
    [
      'a package without handler',
      { ...aFunction('new', url), PackageType: 'Zip' },
      'InvalidParameterValueException',
      400,
    ],
    ['no code', { ...aFunction('new', url), Code: {} }, 'InvalidParameterValueException', 400],
    ['a time of 0 s', { ...aFunction('new', url), Timeout: 0 }, 'ValidationException', 400],
    ['another machine', aFunction('new', 'http://10.0.0.1:80'), 'InvalidParameterValueException', 400],
    ['a name of the network', aFunction('new', 'http://example.com'), 'InvalidParameterValueException', 400],
    ['a name like loopback', aFunction('new', 'http://127.0.0.1.example.com'), 'InvalidParameterValueException', 400],
    ['TLS', aFunction('new', 'https://127.0.0.1:443'), 'InvalidParameterValueException', 400],
    ['a path', aFunction('new', `${url}/pay`), 'InvalidParameterValueException', 400],
    ['a server that is no URL', aFunction('new', '127.0.0.1:9001'), 'InvalidParameterValueException', 400],
  ] as const)('is refused with %s', async (_, input, name, status) => {
    await client.send(new CreateFunctionCommand(aFunction('pay', url)))
    await expect(client.send(new CreateFunctionCommand(input))).rejects.toMatchObject({
      ...{ name, $metadata: { httpStatusCode: status } },
    })
    expect((await client.send(new ListFunctionsCommand({}))).Functions).toHaveLength(1)
  })

  it.each(['http://127.0.0.1:9001', 'http://127.9.9.9:80', 'http://[::1]:9001', 'http://localhost:9001/'])(
    'may have its server at %s',
    async (server) => {
      const created = await client.send(new CreateFunctionCommand(aFunction('pay', server)))
      expect(created.Environment).toEqual({ Variables: { SLUICE_LOCAL_URL: server } })
    },
  )

  it('says what is wrong with a server that is elsewhere', async () => {
    await expect(client.send(new CreateFunctionCommand(aFunction('pay', 'http://10.0.0.1')))).rejects.toThrow(
      /SLUICE_LOCAL_URL must be .* loopback address .* not 'http:\/\/10\.0\.0\.1'/,
    )
  })

  it('keeps what an update does not name, and is locked by its revision', async () => {
    const created = await client.send(new CreateFunctionCommand(aFunction('pay', url)))
    const change = { FunctionName: 'pay', Timeout: 9, RevisionId: created.RevisionId }
    const updated = await client.send(new UpdateFunctionConfigurationCommand(change))
    expect(updated).toMatchObject({ Timeout: 9, Environment: created.Environment, Role: created.Role })
    expect(updated.RevisionId).not.toBe(created.RevisionId)
    await expect(client.send(new UpdateFunctionConfigurationCommand(change))).rejects.toMatchObject({
      ...{ name: 'PreconditionFailedException', $metadata: { httpStatusCode: 412 } },
    })
    await expect(
      client.send(
        new UpdateFunctionConfigurationCommand({
          FunctionName: 'pay',
          Environment: { Variables: { SLUICE_LOCAL_URL: 'http://10.0.0.1' } },
        }),
      ),
    ).rejects.toMatchObject({ name: 'InvalidParameterValueException' })
    expect(await client.send(new GetFunctionConfigurationCommand({ FunctionName: 'pay' }))).toMatchObject({
      ...{ RevisionId: updated.RevisionId, Environment: created.Environment },
    })
  })

  it('is unknown in another Region, and when it is deleted', async () => {
    await client.send(new CreateFunctionCommand(aFunction('pay', url)))
    const elsewhere = arn.replace('eu-west-1', 'us-east-1')
    const notFound = { name: 'ResourceNotFoundException', $metadata: { httpStatusCode: 404 } }
    await expect(client.send(new GetFunctionCommand({ FunctionName: elsewhere }))).rejects.toMatchObject(notFound)
    await client.send(new DeleteFunctionCommand({ FunctionName: 'pay' }))
    await expect(client.send(new GetFunctionCommand({ FunctionName: 'pay' }))).rejects.toMatchObject({
      ...{ ...notFound, message: `Function not found: ${arn}` },
    })
  })

  it('has no operations but those that are built', async () => {
    await expect(client.send(new InvokeAsyncCommand({ FunctionName: 'pay', InvokeArgs: '{}' }))).rejects.toMatchObject({
      name: 'NotImplemented',
    })
    const answer = await fetch(`${endpoint.url}/2015-03-31/nothing`, {
      headers: { authorization: 'AWS4-HMAC-SHA256 Credential=a/20260101/eu-west-1/lambda/aws4_request' },
    })
    expect([answer.status, answer.headers.get('x-amzn-errortype')]).toEqual([400, 'UnknownOperationException'])
  })

  it('answers errors in the shape of Lambda', async () => {
    const answer = await fetch(`${endpoint.url}/2015-03-31/functions/pay/aliases/live`)
    const found = { status: answer.status, type: answer.headers.get('x-amzn-errortype'), body: await answer.json() }
    const Message = 'Function not found: arn:aws:lambda:us-east-1:000000000000:function:pay'
    expect(found).toEqual({ status: 404, type: 'ResourceNotFoundException', body: { Type: 'User', Message } })
    const bad = await fetch(`${endpoint.url}/2015-03-31/functions/?MaxItems=many`)
    expect([bad.status, await bad.json()]).toEqual([
      400,
      { Type: 'User', message: "MaxItems must be a number, not 'many'" },
    ])
  })
})

describe('a request that is no call of Lambda', () => {
  it.each([
    ['a body that is no JSON', '{', 'SerializationException'],
    ['a body that is a list', '[]', 'SerializationException'],
    ['a member that Lambda does not have', '{"Colour":"red"}', 'ValidationException'],
    ['a member of another type', '{"Timeout":"long"}', 'SerializationException'],
  ])('is refused for %s', async (_, body, type) => {
    const answer = await fetch(`${endpoint.url}/2015-03-31/functions/pay/configuration`, { method: 'PUT', body })
    expect([answer.status, answer.headers.get('x-amzn-errortype')]).toEqual([400, type])
  })

  it('is refused for a member that is missing, naming it', async () => {
    const answer = await fetch(`${endpoint.url}/2015-03-31/functions/pay/aliases`, {
      method: 'POST',
      body: '{"Name":"live"}',
    })
    const message = 'The member FunctionVersion is required'
    expect([answer.status, await answer.json()]).toEqual([400, { Type: 'User', message }])
  })
})

describe('versions', () => {
  beforeEach(async () => {
    await client.send(new CreateFunctionCommand(aFunction('pay', url)))
  })
  const publish = (settings = {}) => client.send(new PublishVersionCommand({ FunctionName: 'pay', ...settings }))

  it('are numbered copies of $LATEST that never change', async () => {
    const first = await publish({ Description: 'first' })
    expect(first).toMatchObject({ Version: '1', FunctionArn: `${arn}:1`, Description: 'first' })
    await setUrl(9002)
    expect(await publish()).toMatchObject({
      Version: '2',
      Environment: { Variables: { SLUICE_LOCAL_URL: 'http://127.0.0.1:9002' } },
    })
    const { $metadata: _, ...shown } = await client.send(
      new GetFunctionConfigurationCommand({ FunctionName: 'pay', Qualifier: '1' }),
    )
    const { $metadata: __, ...published } = first
    expect(shown).toEqual(published)
    const { Versions } = await client.send(new ListVersionsByFunctionCommand({ FunctionName: 'pay' }))
    expect(Versions?.map(({ FunctionArn }) => FunctionArn)).toEqual([`${arn}:$LATEST`, `${arn}:1`, `${arn}:2`])
  })

  it('are not published when nothing has changed', async () => {
    const first = await publish()
    expect(await publish({ Description: 'again' })).toMatchObject({ Version: '1', RevisionId: first.RevisionId })
    await client.send(new UpdateFunctionCodeCommand({ FunctionName: 'pay', ImageUri: 'other', Publish: true }))
    const { Versions } = await client.send(new ListVersionsByFunctionCommand({ FunctionName: 'pay' }))
    expect(Versions?.map(({ Version }) => Version)).toEqual(['$LATEST', '1', '2'])
  })

  it('are refused for code or a revision that is not the newest', async () => {
    await expect(publish({ RevisionId: 'x' })).rejects.toMatchObject({ name: 'PreconditionFailedException' })
    await expect(publish({ CodeSha256: 'x' })).rejects.toMatchObject({ name: 'InvalidParameterValueException' })
  })

  it('can be deleted when no alias points to them, and their number is not given again', async () => {
    await publish()
    await setUrl(9002)
    await publish()
    const remove = (Qualifier: string) => client.send(new DeleteFunctionCommand({ FunctionName: 'pay', Qualifier }))
    const routing = { FunctionName: 'pay', Name: 'live', FunctionVersion: '1' }
    await client.send(new CreateAliasCommand({ ...routing, RoutingConfig: { AdditionalVersionWeights: { 2: 0.5 } } }))
    for (const version of ['1', '2'])
      await expect(remove(version)).rejects.toMatchObject({ name: 'ResourceConflictException' })
    for (const qualifier of ['$LATEST', 'live'])
      await expect(remove(qualifier)).rejects.toMatchObject({ name: 'InvalidParameterValueException' })
    await setUrl(9003)
    await publish()
    await remove('3')
    await setUrl(9004)
    expect(await publish()).toMatchObject({ Version: '4' })
  })
})

describe('lists of functions and versions', () => {
  it('come in pages, each item once', async () => {
    for (let index = 0; index < 53; index++) await client.send(new CreateFunctionCommand(aFunction(`f${index}`, url)))
    const names = Array.from({ length: 53 }, (_, index) => `f${index}`)
    for (const pageSize of [1, 20, 50, 10_000]) {
      const pages = await allPages(paginateListFunctions({ client, pageSize }, {}))
      expect(pages.flatMap(({ Functions = [] }) => Functions.map(({ FunctionName }) => FunctionName))).toEqual(names)
    }
    const first = await client.send(new ListFunctionsCommand({ MaxItems: 10_000 }))
    expect(first.Functions).toHaveLength(50)
    await client.send(new PublishVersionCommand({ FunctionName: 'f0' }))
    const pages = await allPages(paginateListVersionsByFunction({ client, pageSize: 1 }, { FunctionName: 'f0' }))
    expect(pages.map(({ Versions }) => Versions?.map(({ Version }) => Version))).toEqual([['$LATEST'], ['1']])
    const both = await client.send(new ListFunctionsCommand({ FunctionVersion: 'ALL', MaxItems: 2 }))
    expect(both.Functions?.map(({ FunctionArn }) => FunctionArn?.replace(/.*function:/, ''))).toEqual([
      'f0:$LATEST',
      'f0:1',
    ])
  })

  it.each([{ MaxItems: 0 }, { MaxItems: 10_001 }, { Marker: 'elsewhere' }])('refuse %o', async (input) => {
    await expect(client.send(new ListFunctionsCommand(input))).rejects.toMatchObject({
      name: input.Marker ? 'InvalidParameterValueException' : 'ValidationException',
    })
  })
})

describe('the functions', () => {
  it('outlive the process, and are gone after a reset', async () => {
    const path = await mkdtemp(join(tmpdir(), 'sluice-lambda-'))
    try {
      const before = await startLambdaEndpoint({}, path)
      await before.client.send(new CreateFunctionCommand({ ...aFunction('pay', url), Publish: true }))
      await before.client.send(new CreateAliasCommand({ FunctionName: 'pay', Name: 'live', FunctionVersion: '1' }))
      const alias = { FunctionName: 'pay', Name: 'live' }
      const { $metadata: _, ...saved } = await before.client.send(new GetAliasCommand(alias))
      const after = await startLambdaEndpoint({}, path)
      const { $metadata: __, ...loaded } = await after.client.send(new GetAliasCommand(alias))
      expect(loaded).toEqual(saved)
      await fetch(`${after.url}/_local/reset`, { method: 'POST' })
      const last = await startLambdaEndpoint({}, path)
      expect((await last.client.send(new ListFunctionsCommand({}))).Functions).toEqual([])
    } finally {
      await rm(path, { recursive: true, force: true })
    }
  })

  it('have faults and rates as the other services have', async () => {
    const slow = await startLambdaEndpoint({ rates: { control: { perSecond: 1 } }, realNow: () => 0 })
    await slow.client.send(new CreateFunctionCommand(aFunction('pay', url)))
    const list = slow.client.send(new ListFunctionsCommand({}))
    await expect(list).rejects.toMatchObject({ name: 'TooManyRequestsException', $metadata: { httpStatusCode: 429 } })
    await client.send(new CreateFunctionCommand({ ...aFunction('pay', url), Publish: true }))
    const faults = [{ service: 'lambda', action: 'CreateAlias', kind: 'lost-answer', count: 1 }]
    const put = await fetch(`${endpoint.url}/_local/faults`, { method: 'PUT', body: JSON.stringify({ faults }) })
    expect(put.status).toBe(200)
    const alias = { FunctionName: 'pay', Name: 'live', FunctionVersion: '1' }
    await expect(client.send(new CreateAliasCommand(alias))).rejects.toThrow()
    expect(await client.send(new GetAliasCommand(alias))).toMatchObject({ FunctionVersion: '1' })
    const requests = (await (await fetch(`${endpoint.url}/_local/requests`)).json()) as {
      items: Record<string, string>[]
    }
    expect(requests.items.map(({ action, outcome }) => `${action} ${outcome}`)).toEqual([
      'CreateFunction ok',
      'CreateAlias ok, answer lost',
      'GetAlias ok',
    ])
  })
})
