import {
  ChangeResourceRecordSetsCommand,
  CreateHostedZoneCommand,
  type ResourceRecordSet,
  Route53Client,
} from '@aws-sdk/client-route-53'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { LimitOptions } from '../../local/aws/route53/request-limits.ts'
import { toClientConfig } from '../../shared/adapters/aws-client.ts'
import { createRoute53HostedZones } from '../../shared/adapters/route53/hosted-zones.ts'
import { createRoute53TrafficRouter } from '../../shared/adapters/route53/traffic-router.ts'
import { recordsOf } from '../../shared/domain/record-set.ts'
import { describeHostedZones } from '../contract/hosted-zones.ts'
import { startAnsweringServer } from '../support/answering-server.ts'
import { clientSettings } from '../support/aws-endpoint.ts'
import { aRoute53 } from '../support/local-route53.ts'
import { aRecordSet, aRoute53Route, aSimpleRecord, aWeightedRecord, weighing, zoneName } from '../support/route53.ts'

/** More than any test asks for: what is tested here is not the limits. */
const unlimited = { requestsPerSecond: 1000, burst: 1000, processingMs: 0 }
const unpaced = {
  budget: { tryTake: async () => 0, noteThrottled: async () => undefined },
  clock: { realNow: () => Date.now(), sleep: async () => undefined },
}

/** The adapter and a zone `shop.example` on the local endpoint, behind real HTTP. */
async function startZones(limits: LimitOptions = unlimited) {
  const { server, client, clock } = await aRoute53(limits)
  const ours = new Route53Client({
    ...clientSettings(server),
    ...toClientConfig('eu-west-1', { maxAttempts: 1, timeoutMs: 3000 }),
  })
  onTestFinished(() => ours.destroy())
  const zoneId = await createZone(client, {})
  return {
    ...{ client, clock, zoneId, zones: createRoute53HostedZones(ours) },
    async put(records: readonly ResourceRecordSet[]) {
      const Changes = records.map((record) => ({ Action: 'CREATE' as const, ResourceRecordSet: record }))
      await client.send(new ChangeResourceRecordSetsCommand({ HostedZoneId: zoneId, ChangeBatch: { Changes } }))
    },
  }
}

/** @returns The id as AWS answers it without its prefix. */
async function createZone(client: Route53Client, more: { readonly VPC?: { VPCRegion: 'eu-west-1'; VPCId: string } }) {
  const command = new CreateHostedZoneCommand({ Name: zoneName, CallerReference: JSON.stringify(more), ...more })
  const { HostedZone } = await client.send(command)
  return (HostedZone?.Id ?? '').replace('/hostedzone/', '')
}

describeHostedZones('the Route 53 adapter', async () => {
  const world = await startZones()
  const privateZoneId = await createZone(world.client, { VPC: { VPCRegion: 'eu-west-1', VPCId: 'vpc-12345678' } })
  return {
    ...{ zones: world.zones, zoneId: world.zoneId, privateZoneId, missingZoneId: 'Z0MISSINGZONE' },
    put: world.put,
    spread: () => world.clock.advance(60_000),
  }
})

describe('a route of records on the local endpoint', () => {
  it('is read, shifted in one batch and read back', async () => {
    const { zones, zoneId, put } = await startZones()
    await put([aWeightedRecord('blue', 100), aWeightedRecord('green', 0), aSimpleRecord(zoneName)])
    const router = createRoute53TrafficRouter(zones, unpaced, aRoute53Route({ hostedZoneId: zoneId }))
    const seen = await router.read()
    const target = router.target(seen, { canary: 'green', percent: 12.5, keepIdle: true })
    expect(await zones.upsert(zoneId, recordsOf(target), 'web')).toMatchObject({ type: 'accepted' })
    expect(await router.read()).toEqual(target)
    expect(target.weights).toEqual({ blue: 7, green: 1 })
  })

  it('is not asked twice where it throttles, and says that nothing was done', async () => {
    const { zones, zoneId } = await startZones({ requestsPerSecond: 0.001, burst: 2 })
    await zones.zone(zoneId)
    await expect(zones.page(zoneId, null)).rejects.toMatchObject({ name: 'TransientError', refused: true })
    const upsert = zones.upsert(zoneId, [aRecordSet()], '')
    await expect(upsert).rejects.toMatchObject({ name: 'TransientError', refused: true })
  })

  it('is busy while its zone works on the last change', async () => {
    const { zones, zoneId } = await startZones({ ...unlimited, processingMs: 60_000 })
    const records = [aRecordSet(aWeightedRecord('blue', 1)), aRecordSet(aWeightedRecord('green', 0))]
    expect(await zones.upsert(zoneId, records, '')).toMatchObject({ type: 'accepted' })
    const again = records.map((record) => weighing(record, 2))
    expect(await zones.upsert(zoneId, again, '')).toEqual({ type: 'busy' })
    const { records: read } = await zones.page(zoneId, { name: `web.${zoneName}` })
    expect(read.map(({ weight }) => weight)).toEqual([1, 0])
  })
})

describe('what is no answer of Route 53', () => {
  const records = [aRecordSet()]

  function zonesAt(url: string, deadlineMs?: number) {
    const credentials = { accessKeyId: 'any', secretAccessKey: 'any' }
    const limits = toClientConfig('eu-west-1', { maxAttempts: 1, timeoutMs: 3000 })
    const client = new Route53Client({ ...limits, endpoint: url, credentials })
    onTestFinished(() => client.destroy())
    return createRoute53HostedZones(client, deadlineMs)
  }

  it.each([
    ['a failure', 500, '<ErrorResponse><Error><Code>InternalFailure</Code></Error></ErrorResponse>'],
    ['a failure of something between', 502, '<html>bad gateway</html>'],
    ['a page of something between', 200, 'hello'],
    ['nothing', 200, ''],
  ])('leaves the outcome open: %s', async (_name, status, body) => {
    const server = await startAnsweringServer(status, body)
    const upsert = zonesAt(server.url).upsert('Z1', records, '')
    await expect(upsert).rejects.toMatchObject({ name: 'TransientError', refused: false })
    expect(server.signedFor).toEqual(['route53/eu-west-1'])
  })

  it('leaves the outcome open: silence', async () => {
    const server = await startAnsweringServer(null)
    const upsert = zonesAt(server.url, 50).upsert('Z1', records, '')
    await expect(upsert).rejects.toMatchObject({ name: 'TransientError', refused: false })
    expect(server.signedFor).toHaveLength(1)
  })

  it.each([
    ['every problem', '<Message>one</Message><Message>two</Message>', 'InvalidChangeBatch: one; two'],
    ['the only problem', '<Message>one</Message>', 'InvalidChangeBatch: one'],
  ])('is a refusal where %s is listed as the API reference has it', async (_name, listed, reason) => {
    const namespace = 'https://route53.amazonaws.com/doc/2013-04-01/'
    const body = `<InvalidChangeBatch xmlns="${namespace}"><Messages>${listed}</Messages></InvalidChangeBatch>`
    const server = await startAnsweringServer(400, body)
    expect(await zonesAt(server.url).upsert('Z1', records, '')).toEqual({ type: 'refused', reason })
  })
})
