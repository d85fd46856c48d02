import {
  CreateAliasCommand,
  CreateFunctionCommand,
  InvokeCommand,
  type InvokeCommandInput,
  PublishVersionCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda'
import { afterEach, describe, expect, it } from 'vitest'
import { createSeededRandom } from '../../local/aws/faults.ts'
import { type BackEnd, freePort, startBackEnd } from '../support/data-plane.ts'
import { aFunction, startLambdaEndpoint } from '../support/lambda-endpoint.ts'
import { until } from '../support/until.ts'

const servers: BackEnd[] = []
afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop()
})

/** A server that tells its name and what it got. */
async function aServer(name: string, answer?: { readonly status: number; readonly body: string }): Promise<BackEnd> {
  const server = await startBackEnd(name, (request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { status, body } = answer ?? {
        status: 200,
        body: JSON.stringify({ name, method: request.method, event: JSON.parse(Buffer.concat(chunks).toString()) }),
      }
      response.writeHead(status).end(body)
    })
  })
  servers.push(server)
  return server
}

const urlOf = (port: number) => `http://127.0.0.1:${port}`

/** The function `pay` with one version a server, on the alias `live`: version 1, or a split with version 2. */
async function startPay(ports: readonly number[], weight?: number) {
  const endpoint = await startLambdaEndpoint({ random: createSeededRandom(7) })
  const { client } = endpoint
  await client.send(new CreateFunctionCommand(aFunction('pay')))
  for (const port of ports) {
    const Environment = { Variables: { SLUICE_LOCAL_URL: urlOf(port) } }
    await client.send(new UpdateFunctionConfigurationCommand({ FunctionName: 'pay', Environment, Timeout: 1 }))
    await client.send(new PublishVersionCommand({ FunctionName: 'pay' }))
  }
  const RoutingConfig = { AdditionalVersionWeights: weight === undefined ? {} : { 2: weight } }
  await client.send(new CreateAliasCommand({ FunctionName: 'pay', Name: 'live', FunctionVersion: '1', RoutingConfig }))
  const invoke = async (input: Partial<InvokeCommandInput> = {}) => {
    const { Payload, ...answer } = await client.send(new InvokeCommand({ FunctionName: 'pay', ...input }))
    const text = Payload?.transformToString()
    return { ...answer, payload: text ? JSON.parse(text) : undefined }
  }
  const endMinute = () => endpoint.clock.advance(60_000 - (endpoint.clock.now() % 60_000))
  return { ...endpoint, invoke, endMinute }
}

describe('an invocation of a local function', () => {
  it.each([
    [{ FunctionName: 'pay' }, '$LATEST', 'two'],
    [{ FunctionName: 'pay:1' }, '1', 'one'],
    [{ FunctionName: 'pay', Qualifier: '2' }, '2', 'two'],
    [{ FunctionName: 'pay', Qualifier: 'live' }, '1', 'one'],
    [{ FunctionName: 'arn:aws:lambda:eu-west-1:000000000000:function:pay:live' }, '1', 'one'],
  ])('named by %o is answered by version %s', async (input, ExecutedVersion, name) => {
    const [one, two] = [await aServer('one'), await aServer('two')]
    const { invoke } = await startPay([one.port, two.port])
    expect(await invoke({ ...input, Payload: '{"amount":3}' })).toMatchObject({
      ...{ StatusCode: 200, ExecutedVersion },
      payload: { name, method: 'POST', event: { amount: 3 } },
    })
  })

  it('by an alias goes to its versions by weight', async () => {
    const [one, two] = [await aServer('one'), await aServer('two')]
    const { invoke } = await startPay([one.port, two.port], 0.1)
    const versions = await Promise.all(Array.from({ length: 400 }, () => invoke({ Qualifier: 'live' })))
    const canary = versions.filter(({ ExecutedVersion }) => ExecutedVersion === '2')
    // The dice are seeded; 40 are due, and six standard deviations are 36.
    expect(canary.length).toBeGreaterThan(15)
    expect(canary.length).toBeLessThan(76)
    expect([one.requests.length, two.requests.length]).toEqual([400 - canary.length, canary.length])
  })

  it.each([
    ['5xx with JSON', { status: 500, body: '{"errorType":"Declined"}' }, { errorType: 'Declined' }],
    ['5xx with text', { status: 503, body: 'busy' }, { errorType: 'Http503', errorMessage: 'busy' }],
    ['no JSON', { status: 200, body: '<p>' }, { errorType: 'Runtime.MarshalError' }],
  ])('fails when the server answers %s', async (_, answer, payload) => {
    const server = await aServer('one', answer)
    const { invoke } = await startPay([server.port])
    const failed = { StatusCode: 200, FunctionError: 'Unhandled', ExecutedVersion: '1', payload }
    expect(await invoke({ Qualifier: '1' })).toMatchObject(failed)
  })

  it('returns what a 4xx says, and null for nothing', async () => {
    const [four, none] = [
      await aServer('four', { status: 404, body: '"gone"' }),
      await aServer('none', { status: 204, body: '' }),
    ]
    const { invoke } = await startPay([four.port, none.port])
    expect(await invoke({ Qualifier: '1' })).toMatchObject({ payload: 'gone' })
    expect((await invoke({ Qualifier: '2' })).payload).toBe(null)
  })

  it('fails when the server cannot be reached, has no address, or takes too long', async () => {
    const hanging = await startBackEnd('hangs', () => {})
    servers.push(hanging)
    const { client, invoke } = await startPay([await freePort(), hanging.port])
    const failed = { StatusCode: 200, FunctionError: 'Unhandled' }
    const errorMessage = expect.stringContaining('cannot be reached')
    expect(await invoke({ Qualifier: '1' })).toMatchObject({ ...failed, payload: { errorMessage } })
    expect(await invoke({ Qualifier: '2' })).toMatchObject({ ...failed, payload: { errorType: 'Sandbox.Timedout' } })
    await client.send(new CreateFunctionCommand(aFunction('bare')))
    expect(await invoke({ FunctionName: 'bare' })).toMatchObject({
      ...{ ...failed, payload: { errorMessage: expect.stringContaining('no SLUICE_LOCAL_URL') } },
    })
  })

  it.each([{ FunctionName: 'none' }, { Qualifier: '9' }, { Qualifier: 'other' }])(
    'is refused for %o',
    async (input) => {
      const { invoke } = await startPay([await freePort()])
      await expect(invoke(input)).rejects.toMatchObject({ name: 'ResourceNotFoundException' })
    },
  )

  it('that nobody waits for runs too', async () => {
    const server = await aServer('one')
    const { invoke } = await startPay([server.port])
    expect((await invoke({ Qualifier: 'live', InvocationType: 'Event' })).StatusCode).toBe(202)
    await until('the invocation', () => (server.requests.length === 1 ? true : undefined))
  })
})

describe('the metrics of invocations', () => {
  it('are by function, by what was called, and by the version that an alias chose', async () => {
    const [one, two] = [await aServer('one'), await aServer('two', { status: 500, body: '' })]
    const { invoke, metrics, endMinute } = await startPay([one.port, two.port], 1)
    await invoke()
    await invoke({ Qualifier: '1' })
    await invoke({ Qualifier: '1' })
    for (let call = 0; call < 3; call++) await invoke({ Qualifier: 'live' })
    await endMinute()
    const alias = { FunctionName: 'pay', Resource: 'pay:live' }
    const rows = [
      {},
      { FunctionName: 'pay' },
      { FunctionName: 'pay', Resource: 'pay' },
      { FunctionName: 'pay', Resource: 'pay:1' },
      alias,
      { ...alias, ExecutedVersion: '2' },
    ]
    const count = (name: string, dimensions: object) =>
      metrics
        .find(name, { ...dimensions })
        .flatMap(({ counts }) => counts)
        .reduce((sum, n) => sum + n, 0)
    expect(
      rows.map((row) => [
        metrics.sum('Invocations', row),
        metrics.sum('Errors', row),
        count('Errors', row),
        count('Duration', row),
      ]),
    ).toEqual([
      [6, 4, 6, 6],
      [6, 4, 6, 6],
      [1, 1, 1, 1],
      [2, 0, 2, 2],
      [3, 3, 3, 3],
      [3, 3, 3, 3],
    ])
    expect(new Set(metrics.recorded.map(({ dimensions }) => JSON.stringify(dimensions))).size).toBe(rows.length)
    expect(
      new Set(metrics.recorded.map(({ metricName, unit, namespace }) => `${namespace} ${metricName} ${unit}`)),
    ).toEqual(new Set(['AWS/Lambda Invocations Count', 'AWS/Lambda Errors Count', 'AWS/Lambda Duration Milliseconds']))
  })

  it('are absent for a minute without any', async () => {
    const { metrics, endMinute } = await startPay([await freePort()])
    await endMinute()
    expect(metrics.recorded).toEqual([])
  })
})
