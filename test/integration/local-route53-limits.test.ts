import * as sdk from '@aws-sdk/client-route-53'
import { describe, expect, it } from 'vitest'
import { clientSettings } from '../support/aws-endpoint.ts'
import { startQuietly } from '../support/local-mode.ts'
import { aRecord, aRoute53, aWeighted, aZone, change } from '../support/local-route53.ts'

/** With Route 53's own limits, in real time that the test moves. */
async function aHastyRoute53() {
  let realMs = 0
  const rig = await aRoute53({ realNow: () => realMs })
  const wait = (ms: number) => {
    realMs += ms
  }
  return { ...rig, wait }
}

const count = (client: sdk.Route53Client) => client.send(new sdk.GetHostedZoneCountCommand({}))

describe('the rate of the account', () => {
  it('lets five requests through at once and five more each second, whichever they are', async () => {
    const { client, route53, requestLog, wait } = await aHastyRoute53()
    const zone = await aZone(client)
    await client.send(new sdk.ListHostedZonesCommand({}))
    await change(client, zone, ['CREATE', aRecord()])
    await client.send(new sdk.ListHealthChecksCommand({}))
    await count(client)
    await expect(client.send(new sdk.GetHostedZoneCommand({ Id: zone }))).rejects.toMatchObject({
      name: 'Throttling',
      message: 'Rate exceeded',
      $metadata: { httpStatusCode: 400 },
    })
    expect(route53.refused).toEqual({ throttled: 1, priorRequestNotComplete: 0 })
    expect(requestLog.list().map(({ outcome }) => outcome)).toEqual([...Array(5).fill('ok'), 'Throttling'])
    // A refused request has taken nothing: after a fifth of a second exactly one goes through.
    wait(200)
    await count(client)
    await expect(count(client)).rejects.toMatchObject({ name: 'Throttling' })
    wait(60_000)
    for (let request = 0; request < 5; request++) await count(client)
    await expect(count(client)).rejects.toMatchObject({ name: 'Throttling' })
    expect(route53.refused.throttled).toBe(3)
  })

  it('refuses a change before it takes effect', async () => {
    const { client, wait } = await aHastyRoute53()
    const zone = await aZone(client)
    for (let request = 0; request < 4; request++) await count(client)
    await expect(change(client, zone, ['CREATE', aRecord()])).rejects.toMatchObject({ name: 'Throttling' })
    wait(1000)
    const { ResourceRecordSets } = await client.send(new sdk.ListResourceRecordSetsCommand({ HostedZoneId: zone }))
    expect(ResourceRecordSets).toHaveLength(2)
  })

  it('is what the SDK retries by itself', async () => {
    const { server, route53 } = await aRoute53({ requestsPerSecond: 50, burst: 1 })
    const client = new sdk.Route53Client({ ...clientSettings(server), maxAttempts: 10 })
    await Promise.all(Array.from({ length: 3 }, () => count(client)))
    expect(route53.refused.throttled).toBeGreaterThan(0)
    client.destroy()
  })

  it('is real time, however fast local time runs', async () => {
    const { client, clock } = await aHastyRoute53()
    for (let request = 0; request < 5; request++) await count(client)
    await clock.advance(3_600_000)
    await expect(count(client)).rejects.toMatchObject({ name: 'Throttling' })
  })

  it.each([{ requestsPerSecond: 0 }, { burst: 0.5 }, { processingMs: -1 }])('cannot be %o', async (limits) => {
    await expect(aRoute53(limits)).rejects.toThrow(RangeError)
  })
})

describe('the turns of a hosted zone', () => {
  it('refuse a change while the last one is processed, and leave other zones alone', async () => {
    const { client, route53, wait } = await aHastyRoute53()
    const zone = await aZone(client)
    const other = await aZone(client, { CallerReference: 'two' })
    wait(1000)
    await change(client, zone, ['CREATE', aWeighted('blue', 1)])
    wait(299)
    await expect(change(client, zone, ['UPSERT', aWeighted('blue', 2)])).rejects.toMatchObject({
      name: 'PriorRequestNotComplete',
      $metadata: { httpStatusCode: 400 },
    })
    await change(client, other, ['CREATE', aWeighted('blue', 1)])
    wait(1)
    await change(client, zone, ['UPSERT', aWeighted('blue', 3)])
    expect(route53.refused).toEqual({ throttled: 0, priorRequestNotComplete: 1 })
    wait(1000)
    const { ResourceRecordSets } = await client.send(new sdk.ListResourceRecordSetsCommand({ HostedZoneId: zone }))
    expect(ResourceRecordSets?.at(-1)?.Weight).toBe(3)
  })

  it('are not taken by a batch that is refused', async () => {
    const { client, wait } = await aHastyRoute53()
    const zone = await aZone(client)
    wait(1000)
    await expect(change(client, zone, ['DELETE', aRecord()])).rejects.toMatchObject({ name: 'InvalidChangeBatch' })
    await change(client, zone, ['CREATE', aRecord()])
  })

  it('keep a zone from being deleted under a change', async () => {
    const { client, wait } = await aHastyRoute53()
    const zone = await aZone(client)
    await change(client, zone, ['UPSERT', aRecord()])
    wait(1000)
    await change(client, zone, ['DELETE', aRecord()])
    await expect(client.send(new sdk.DeleteHostedZoneCommand({ Id: zone }))).rejects.toMatchObject({
      name: 'PriorRequestNotComplete',
    })
    wait(300)
    await client.send(new sdk.DeleteHostedZoneCommand({ Id: zone }))
  })
})

describe('local mode', () => {
  it('takes other limits, and tells what they refused', { timeout: 60_000 }, async () => {
    const local = await startQuietly({
      route53: { insyncSeconds: 3600, requestsPerSecond: 4, burst: 10, processingMs: 60_000 },
    })
    const client = new sdk.Route53Client({
      ...{ endpoint: local.awsUrl, region: 'us-east-1', maxAttempts: 1 },
      credentials: { accessKeyId: 'any', secretAccessKey: 'any' },
    })
    try {
      expect(local.route53Refused).toEqual({ throttled: 0, priorRequestNotComplete: 0 })
      const zone = await aZone(client)
      const { ChangeInfo } = await change(client, zone, ['CREATE', aRecord()])
      await expect(change(client, zone, ['DELETE', aRecord()])).rejects.toMatchObject({
        name: 'PriorRequestNotComplete',
      })
      const pending = await client.send(new sdk.GetChangeCommand({ Id: ChangeInfo?.Id }))
      expect(pending.ChangeInfo?.Status).toBe('PENDING')
      const many = await Promise.allSettled(Array.from({ length: 50 }, () => count(client)))
      const refused = many.filter(({ status }) => status === 'rejected').length
      expect(refused).toBeGreaterThan(0)
      expect(local.route53Refused).toEqual({ throttled: refused, priorRequestNotComplete: 1 })
    } finally {
      client.destroy()
      await local.close()
    }
  })
})
