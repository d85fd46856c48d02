import { handle, type LambdaEvent } from 'hono/aws-lambda'
import { describe, expect, it } from 'vitest'
import { answers } from '../../../../functions/api/schemas/answers.ts'
import { aService } from '../../../support/builders.ts'
import { createMemoryApi } from '../../../support/memory-api.ts'

const host = 'abc.execute-api.eu-west-1.amazonaws.com'
const userArn = 'arn:aws:sts::123456789012:assumed-role/ci/run'
const iam = {
  accessKey: 'ASIAEXAMPLE',
  accountId: '123456789012',
  callerId: 'AROAEXAMPLE:run',
  cognitoIdentity: null,
  principalOrgId: null,
  userArn,
  userId: 'AROAEXAMPLE:run',
}

/**
 * An HTTP API event with payload format 2.0 behind the IAM authorizer.
 * @see API Gateway developer guide, "Create AWS Lambda proxy integrations for HTTP APIs"
 */
function anEvent({ path = '/v1/deployments', body = '{"service":"web"}', signed = true } = {}): LambdaEvent {
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: path,
    rawQueryString: '',
    headers: { host, 'content-type': 'application/json', 'idempotency-key': 'run-1' },
    body,
    isBase64Encoded: false,
    requestContext: {
      accountId: '123456789012',
      apiId: 'abc',
      authentication: null,
      authorizer: signed ? { iam } : {},
      domainName: host,
      domainPrefix: 'abc',
      http: { method: 'POST', path, protocol: 'HTTP/1.1', sourceIp: '192.0.2.1', userAgent: 'curl/8' },
      requestId: 'JKJaXmPLvHcESHA=',
      routeKey: '$default',
      stage: '$default',
      time: '01/Jan/2026:00:00:00 +0000',
      timeEpoch: 1_767_225_600_000,
    },
  }
}

describe('behind API Gateway', () => {
  it('knows the caller from the authorizer and links to its own domain', async () => {
    const { app, deps } = createMemoryApi({})
    await deps.services.put(aService())
    const answer = await handle(app)(anEvent())
    expect(answer).toMatchObject({ statusCode: 202, isBase64Encoded: false })
    const body = answers.deployment.parse(JSON.parse(answer.body))
    expect(body.createdBy).toEqual({ kind: 'iam', name: userArn })
    expect(body.links.self).toBe(`https://${host}/v1/deployments/${body.id}`)
  })

  it('takes a body that API Gateway encoded', async () => {
    const { app, deps } = createMemoryApi({})
    await deps.services.put(aService())
    const body = Buffer.from('{"service":"web"}').toString('base64')
    expect(await handle(app)({ ...anEvent({ path: '/v1/plans', body }), isBase64Encoded: true })).toMatchObject({
      statusCode: 200,
    })
  })

  it('answers 401 to a request that nobody signed', async () => {
    const answer = await handle(createMemoryApi({}).app)(anEvent({ signed: false }))
    expect(answer).toMatchObject({ statusCode: 401, headers: { 'content-type': 'application/problem+json' } })
  })
})
