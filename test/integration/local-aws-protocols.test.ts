import { gzipSync } from 'node:zlib'
import * as sdk from '@aws-sdk/client-cloudwatch'
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb'
import { AwsSmithyRpcV2CborProtocol } from '@aws-sdk/core/protocols'
import { describe, expect, it } from 'vitest'
import { AwsError, type AwsService, operation, type RawAwsService } from '../../local/aws/service.ts'
import { clientSettings, startAwsEndpoint } from '../support/aws-endpoint.ts'

const at = new Date('2026-01-01T00:00:00Z')

/** A service with one operation that echoes, one without an answer, and one that refuses. */
function aService(): AwsService & { readonly put: sdk.PutMetricDataCommandInput[] } {
  const put: sdk.PutMetricDataCommandInput[] = []
  return {
    put,
    signingName: 'monitoring',
    apiVersion: '2010-08-01',
    targetPrefix: 'GraniteServiceVersion20100801',
    xmlNamespace: 'http://monitoring.amazonaws.com/doc/2010-08-01/',
    catalogue: sdk,
    operations: {
      PutMetricData: operation<sdk.PutMetricDataCommandInput, sdk.PutMetricDataCommandOutput>(
        sdk.PutMetricData$,
        true,
        (input) => {
          put.push(input)
          return {}
        },
      ),
      GetMetricData: operation<sdk.GetMetricDataCommandInput, sdk.GetMetricDataCommandOutput>(
        sdk.GetMetricData$,
        false,
        (input) => ({
          MetricDataResults: (input.MetricDataQueries ?? []).map((query) => ({
            ...(query.Id !== undefined && { Id: query.Id }),
            Timestamps: [input.StartTime ?? new Date(0)],
            Values: [1.5],
          })),
        }),
      ),
      GetDashboard: operation<sdk.GetDashboardCommandInput, sdk.GetDashboardCommandOutput>(
        sdk.GetDashboard$,
        false,
        (input) => {
          throw new AwsError('DashboardInvalidInputError', `Dashboard ${input.DashboardName} is not valid`)
        },
      ),
    },
  }
}

const query = (server: { url: string }, form: string, headers: Record<string, string> = {}) =>
  fetch(server.url, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8', ...headers },
    body: form,
  })

describe.each([
  ['JSON 1.0', {}],
  // The SDK's CBOR protocol counts the body's length before it compresses, so it sends less than it says.
  ['RPC v2 CBOR', { protocol: AwsSmithyRpcV2CborProtocol, disableRequestCompression: true }],
])('the endpoint, called over %s', (_name, settings) => {
  it('reads input and writes output as the SDK expects them', async () => {
    const client = new sdk.CloudWatchClient({
      ...clientSettings(await startAwsEndpoint({ services: [aService()] })),
      ...settings,
    })
    const queries = [{ Id: 'a<&"', Expression: 'm1' }]
    const window = { StartTime: at, EndTime: new Date(at.getTime() + 60_500) }
    const answer = await client.send(new sdk.GetMetricDataCommand({ MetricDataQueries: queries, ...window }))
    expect(answer.MetricDataResults).toEqual([{ Id: 'a<&"', Timestamps: [at], Values: [1.5] }])
    expect(answer.$metadata.requestId).toMatch(/^[0-9a-f-]{36}$/)
  })

  it('answers an operation without output, and reads a long body', async () => {
    const service = aService()
    const client = new sdk.CloudWatchClient({
      ...clientSettings(await startAwsEndpoint({ services: [service] })),
      ...settings,
    })
    // Over 10 KiB the SDK compresses a JSON body.
    const MetricData = Array.from({ length: 400 }, (_, index) => ({
      MetricName: `m${index}`,
      Value: index,
      Timestamp: at,
    }))
    await client.send(new sdk.PutMetricDataCommand({ Namespace: 'Test', MetricData }))
    expect(service.put).toEqual([{ Namespace: 'Test', MetricData }])
  })

  it('throws the exception that the service names', async () => {
    const client = new sdk.CloudWatchClient({
      ...clientSettings(await startAwsEndpoint({ services: [aService()] })),
      ...settings,
    })
    const failed = client.send(new sdk.GetDashboardCommand({ DashboardName: 'none' }))
    await expect(failed).rejects.toThrow(sdk.DashboardInvalidInputError)
    await expect(failed).rejects.toMatchObject({
      message: 'Dashboard none is not valid',
      $metadata: { httpStatusCode: 400 },
    })
  })

  it('says of an operation that AWS has that it is not implemented here', async () => {
    const client = new sdk.CloudWatchClient({
      ...clientSettings(await startAwsEndpoint({ services: [aService()] })),
      ...settings,
    })
    await expect(client.send(new sdk.ListDashboardsCommand({}))).rejects.toMatchObject({
      name: 'NotImplemented',
      message: 'ListDashboards is not implemented by the local endpoint',
      $metadata: { httpStatusCode: 400 },
    })
  })
})

describe('the endpoint, called over Query', () => {
  it('answers in XML with the result and the request id', async () => {
    const server = await startAwsEndpoint({ services: [aService()] })
    const form =
      'Action=GetMetricData&Version=2010-08-01&StartTime=2026-01-01T00%3A00%3A00Z&EndTime=2026-01-01T00%3A01%3A00Z' +
      '&MetricDataQueries.member.1.Id=a&MetricDataQueries.member.1.Expression=m1'
    const answer = await query(server, form)
    const requestId = answer.headers.get('x-amzn-requestid')
    expect(answer.headers.get('content-type')).toBe('text/xml')
    expect(await answer.text()).toBe(
      '<?xml version="1.0"?>\n<GetMetricDataResponse xmlns="http://monitoring.amazonaws.com/doc/2010-08-01/">' +
        '<GetMetricDataResult><MetricDataResults><member><Id>a</Id>' +
        '<Timestamps><member>2026-01-01T00:00:00Z</member></Timestamps><Values><member>1.5</member></Values>' +
        `</member></MetricDataResults></GetMetricDataResult><ResponseMetadata><RequestId>${requestId}</RequestId>` +
        '</ResponseMetadata></GetMetricDataResponse>',
    )
  })

  it('takes a GET, and answers an operation without output', async () => {
    const server = await startAwsEndpoint({ services: [aService()] })
    const form = 'Action=PutMetricData&Version=2010-08-01&Namespace=n&MetricData.member.1.MetricName=m'
    const answer = await fetch(`${server.url}/?${form}`)
    expect(await answer.text()).toMatch(/<PutMetricDataResponse xmlns="[^"]+"><ResponseMetadata><RequestId>.{36}<\/Req/)
  })

  it('spells errors with the code of the Query protocol', async () => {
    const server = await startAwsEndpoint({ services: [aService()] })
    const answer = await query(server, 'Action=GetDashboard&Version=2010-08-01&DashboardName=a%3Cb')
    expect(answer.status).toBe(400)
    expect(await answer.text()).toContain(
      '<Error><Type>Sender</Type><Code>InvalidParameterInput</Code><Message>Dashboard a&lt;b is not valid</Message></Error>',
    )
  })

  it.each([
    ['an action that no version has', 'Action=Dance&Version=2010-08-01', 400, '<Code>InvalidAction</Code>'],
    ['an inherited property as action', 'Action=constructor&Version=2010-08-01', 400, '<Code>InvalidAction</Code>'],
    [
      'an action that is not implemented',
      'Action=ListDashboards&Version=2010-08-01',
      400,
      '<Code>NotImplemented</Code>',
    ],
    ['a missing parameter', 'Action=GetDashboard&Version=2010-08-01', 400, 'DashboardName is required'],
    ['a version that no service has', 'Action=GetDashboard&Version=1999-01-01', 404, 'UnknownOperationException'],
  ])('refuses %s', async (_name, form, status, text) => {
    const answer = await query(await startAwsEndpoint({ services: [aService()] }), form)
    expect(answer.status).toBe(status)
    expect(await answer.text()).toContain(text)
  })

  it('refuses a body that is not compressed as it says', async () => {
    const server = await startAwsEndpoint({ services: [aService()] })
    const answer = await query(server, 'Action=GetDashboard', { 'content-encoding': 'gzip' })
    expect(answer.status).toBe(400)
    expect(await answer.text()).toContain('not gzip')
  })

  it('refuses a body that is too long, packed or not', async () => {
    const server = await startAwsEndpoint({ services: [aService()] })
    const long = Buffer.alloc(17 * 1024 * 1024, 'a')
    const packed = await fetch(server.url, {
      method: 'POST',
      headers: { 'content-encoding': 'gzip' },
      body: gzipSync(long),
    })
    expect(packed.status).toBe(413)
    // The endpoint answers and hangs up before it has read everything; some clients see the one, some the other.
    const plain = await fetch(server.url, { method: 'POST', body: long }).then(
      ({ status }) => status,
      () => 'hung up',
    )
    expect([413, 'hung up']).toContain(plain)
    expect((await query(server, 'Action=Dance&Version=2010-08-01')).status).toBe(400)
  })
})

describe('a service with its own HTTP', () => {
  it('gets the request and its whole body, and is found before the others', async () => {
    const bodies: string[] = []
    const raw: RawAwsService = {
      signingName: 'dynamodb',
      matches: (request) => String(request.headers['x-amz-target']).startsWith('DynamoDB_20120810.'),
      async handle(_request, response, body) {
        bodies.push(body.toString())
        response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0' })
        response.end('{"TableNames":["a"]}')
      },
    }
    const client = new DynamoDBClient(
      clientSettings(await startAwsEndpoint({ services: [aService()], rawServices: [raw] })),
    )
    expect((await client.send(new ListTablesCommand({ Limit: 3 }))).TableNames).toEqual(['a'])
    expect(bodies).toEqual(['{"Limit":3}'])
  })
})
