import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb'
import { describe, expect, it } from 'vitest'
import { createFaults, type Fault } from '../../local/aws/faults.ts'
import type { AwsServer } from '../../local/aws/server.ts'
import { AwsError, type RawAwsService } from '../../local/aws/service.ts'
import { clientSettings, startAwsEndpoint } from '../support/aws-endpoint.ts'

/** A DynamoDB that keeps whatever is put. */
async function anEndpoint(options: { faults?: readonly Fault[]; fails?: Error } = {}) {
  const items: unknown[] = []
  const errors: unknown[] = []
  const service: RawAwsService = {
    signingName: 'dynamodb',
    throttlingCode: 'ProvisionedThroughputExceededException',
    matches: (request) => String(request.headers['x-amz-target']).startsWith('DynamoDB_20120810.'),
    async handle(_request, response, body) {
      if (options.fails) throw options.fails
      const document: { Item?: unknown } = JSON.parse(body.toString())
      items.push(document.Item)
      await new Promise<void>((resolve) => {
        response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0' })
        response.end('{}', resolve)
      })
    },
  }
  const faults = createFaults()
  faults.replace(options.faults ?? [])
  const server = await startAwsEndpoint({ rawServices: [service], faults, reportError: (error) => errors.push(error) })
  const put = () =>
    new DynamoDBClient(clientSettings(server)).send(new PutItemCommand({ TableName: 't', Item: { id: { S: 'a' } } }))
  return { server, items, errors, put }
}

async function lastCall(server: AwsServer): Promise<object | undefined> {
  const { items } = (await (await fetch(`${server.url}/_local/requests`)).json()) as { items: object[] }
  return items.at(-1)
}

describe('a service with its own HTTP', () => {
  it('answers, and its calls are in the log', async () => {
    const { server, items, put } = await anEndpoint()
    await put()
    expect(items).toEqual([{ id: { S: 'a' } }])
    expect(await lastCall(server)).toMatchObject({
      seq: 1,
      service: 'dynamodb',
      action: 'PutItem',
      input: { TableName: 't', Item: { id: { S: 'a' } } },
      outcome: 'ok',
    })
  })

  it('is throttled with its own code, before it sees the call', async () => {
    const { server, items, put } = await anEndpoint({ faults: [{ kind: 'throttle', rate: 1, action: 'PutItem' }] })
    await expect(put()).rejects.toMatchObject({
      name: 'ProvisionedThroughputExceededException',
      message: 'Rate exceeded',
    })
    expect(items).toEqual([])
    expect(await lastCall(server)).toMatchObject({ outcome: 'ProvisionedThroughputExceededException' })
  })

  it('answers an injected error with its status', async () => {
    const { items, put } = await anEndpoint({ faults: [{ kind: 'error', rate: 1, service: 'dynamodb' }] })
    await expect(put()).rejects.toMatchObject({ name: 'InternalFailure', $metadata: { httpStatusCode: 500 } })
    expect(items).toEqual([])
  })

  it('does its work although the answer is lost', async () => {
    const { server, items, put } = await anEndpoint({ faults: [{ kind: 'lost-answer', rate: 1, count: 1 }] })
    await expect(put()).rejects.toMatchObject({ code: 'ECONNRESET' })
    expect(items).toHaveLength(1)
    expect(await lastCall(server)).toMatchObject({ outcome: 'ok, answer lost' })
    await put()
    expect(items).toHaveLength(2)
  })

  it('keeps its own bugs to itself, and reports them', async () => {
    const { put, errors } = await anEndpoint({ fails: new Error('a path on this disk') })
    const failed = put()
    await expect(failed).rejects.toMatchObject({ name: 'InternalFailure', $metadata: { httpStatusCode: 500 } })
    await expect(failed).rejects.not.toThrow('disk')
    expect(errors).toEqual([new Error('a path on this disk')])
  })

  it('may refuse with an AwsError', async () => {
    const { put, errors } = await anEndpoint({ fails: new AwsError('ResourceNotFoundException', 'no table') })
    await expect(put()).rejects.toMatchObject({ name: 'ResourceNotFoundException', message: 'no table' })
    expect(errors).toEqual([])
  })
})
