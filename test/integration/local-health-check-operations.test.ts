import * as sdk from '@aws-sdk/client-route-53'
import { describe, expect, it } from 'vitest'
import { anEndpoint, aRig } from '../support/health-check-rig.ts'
import { aWeighted, aZone, change } from '../support/local-route53.ts'

describe('the operations of health checks', () => {
  const disabled = { Type: 'HTTP', IPAddress: '127.0.0.1', Port: 1, Disabled: true } as const

  it('create one with its defaults, once for a caller reference', async () => {
    const { client } = await aRig()
    const input = {
      CallerReference: 'one',
      HealthCheckConfig: { ...disabled, Type: 'HTTPS', Port: undefined },
    } as const
    const created = await client.send(new sdk.CreateHealthCheckCommand(input))
    expect(created.$metadata.httpStatusCode).toBe(201)
    const expected = {
      Id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      CallerReference: 'one',
      HealthCheckVersion: 1,
      HealthCheckConfig: {
        ...{
          Type: 'HTTPS',
          IPAddress: '127.0.0.1',
          Port: 443,
          Disabled: true,
          RequestInterval: 30,
          FailureThreshold: 3,
        },
        ...{ MeasureLatency: false, Inverted: false, EnableSNI: true },
      },
    }
    expect(created.HealthCheck).toEqual(expected)
    expect(created.Location).toBe(`https://route53.amazonaws.com/2013-04-01/healthcheck/${created.HealthCheck?.Id}`)
    const again = await client.send(new sdk.CreateHealthCheckCommand(input))
    expect(again.HealthCheck).toEqual(created.HealthCheck)
    const found = await client.send(new sdk.GetHealthCheckCommand({ HealthCheckId: created.HealthCheck?.Id }))
    expect(found.HealthCheck).toEqual(created.HealthCheck)
    await expect(
      client.send(new sdk.CreateHealthCheckCommand({ CallerReference: 'one', HealthCheckConfig: disabled })),
    ).rejects.toMatchObject({ name: 'HealthCheckAlreadyExists', $metadata: { httpStatusCode: 409 } })
    const { HealthCheckCount } = await client.send(new sdk.GetHealthCheckCountCommand({}))
    expect(HealthCheckCount).toBe(1)
  })

  it('update one under its version, and reset members', async () => {
    const { client, create } = await aRig()
    const HealthCheckId = await create({ ...disabled, ResourcePath: '/a', FullyQualifiedDomainName: 'a.example.com' })
    const update = (input: Partial<sdk.UpdateHealthCheckCommandInput>) =>
      client.send(new sdk.UpdateHealthCheckCommand({ HealthCheckId, ...input }))
    const updated = await update({ HealthCheckVersion: 1, Port: 2, ResetElements: ['ResourcePath'] })
    expect(updated.HealthCheck).toMatchObject({
      HealthCheckVersion: 2,
      HealthCheckConfig: { Port: 2, FullyQualifiedDomainName: 'a.example.com' },
    })
    expect(updated.HealthCheck?.HealthCheckConfig).not.toHaveProperty('ResourcePath')
    await expect(update({ HealthCheckVersion: 1 })).rejects.toMatchObject({
      name: 'HealthCheckVersionMismatch',
      $metadata: { httpStatusCode: 409 },
    })
    await expect(update({ Port: 0 })).rejects.toMatchObject({ name: 'InvalidInput' })
    await expect(update({ HealthCheckId: 'gone' })).rejects.toMatchObject({ name: 'NoSuchHealthCheck' })
  })

  it('list them page by page', async () => {
    const { client, create } = await aRig()
    const ids = [await create(disabled), await create(disabled), await create(disabled)].sort()
    const first = await client.send(new sdk.ListHealthChecksCommand({ MaxItems: 2 }))
    expect(first).toMatchObject({ IsTruncated: true, MaxItems: 2, NextMarker: ids[2] })
    const rest = await client.send(new sdk.ListHealthChecksCommand({ Marker: first.NextMarker }))
    expect(rest).toMatchObject({ IsTruncated: false, Marker: ids[2], MaxItems: 1000 })
    expect([first, rest].flatMap(({ HealthChecks = [] }) => HealthChecks.map(({ Id }) => Id))).toEqual(ids)
  })

  it.each<[string, sdk.HealthCheckConfig, string]>([
    ['a type that there is not', { Type: 'PING' as 'TCP' }, 'InvalidInput'],
    ['a type that follows alarms', { Type: 'CLOUDWATCH_METRIC' }, 'NotImplemented'],
    ['neither address nor name', { Type: 'HTTP' }, 'InvalidInput'],
    ['an address that is none', { ...disabled, IPAddress: 'localhost' }, 'InvalidInput'],
    ['port 0', { ...disabled, Port: 0 }, 'InvalidInput'],
    ['port 65,536', { ...disabled, Port: 65_536 }, 'InvalidInput'],
    ['TCP without port', { Type: 'TCP', IPAddress: '127.0.0.1' }, 'InvalidInput'],
    ['TCP with a path', { ...disabled, Type: 'TCP', ResourcePath: '/' }, 'InvalidInput'],
    ['an interval of 20 s', { ...disabled, RequestInterval: 20 }, 'InvalidInput'],
    ['a threshold of 0', { ...disabled, FailureThreshold: 0 }, 'InvalidInput'],
    ['a threshold of 11', { ...disabled, FailureThreshold: 11 }, 'InvalidInput'],
    ['a search without text', { ...disabled, Type: 'HTTP_STR_MATCH' }, 'InvalidInput'],
    ['a text without search', { ...disabled, SearchString: 'x' }, 'InvalidInput'],
    [
      'a text over 255 characters',
      { ...disabled, Type: 'HTTP_STR_MATCH', SearchString: 'x'.repeat(256) },
      'InvalidInput',
    ],
    ['two regions', { ...disabled, Regions: ['us-east-1', 'us-west-1'] }, 'InvalidInput'],
    ['children of an endpoint', { ...disabled, ChildHealthChecks: ['h'] }, 'InvalidInput'],
    ['a calculated one without threshold', { Type: 'CALCULATED', ChildHealthChecks: [] }, 'InvalidInput'],
    ['a calculated one without children', { Type: 'CALCULATED', HealthThreshold: 1 }, 'InvalidInput'],
    [
      'a calculated one with an address',
      { Type: 'CALCULATED', HealthThreshold: 0, ChildHealthChecks: [], IPAddress: '127.0.0.1' },
      'InvalidInput',
    ],
    ['an alarm', { ...disabled, InsufficientDataHealthStatus: 'Healthy' }, 'InvalidInput'],
  ])('refuse %s', async (_name, config, code) => {
    const { create } = await aRig()
    await expect(create(config)).rejects.toMatchObject({ name: code })
  })

  it('refuse the 201st', async () => {
    const { route53, create } = await aRig()
    for (let index = 0; index < 200; index++)
      route53.operations.CreateHealthCheck?.handle(
        { CallerReference: `c${index}`, HealthCheckConfig: disabled },
        { requestId: 'r', region: 'us-east-1' },
      )
    await expect(create(disabled)).rejects.toMatchObject({ name: 'TooManyHealthChecks' })
  })
})

it('takes a record out of its group when its health check fails', async () => {
  const { client, route53, create, outcome } = await aRig()
  const endpoint = await anEndpoint(500)
  const HealthCheckId = await create({
    ...{ Type: 'HTTP', IPAddress: '127.0.0.1', Port: endpoint.port, FailureThreshold: 1 },
  })
  const zone = await aZone(client)
  await change(client, zone, ['CREATE', aWeighted('blue', 50)], ['CREATE', aWeighted('green', 50, { HealthCheckId })])
  await outcome(HealthCheckId)
  expect(route53.health.isHealthy(HealthCheckId)).toBe(false)
  const ask = new sdk.TestDNSAnswerCommand({ HostedZoneId: zone, RecordName: 'app.example.com', RecordType: 'A' })
  const answers = [await client.send(ask), await client.send(ask), await client.send(ask)]
  expect(answers.flatMap(({ RecordData }) => RecordData)).toEqual(['127.0.0.2', '127.0.0.2', '127.0.0.2'])
})
