import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as sdk from '@aws-sdk/client-route-53'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { aRoute53, aWeighted, aZone, change } from '../support/local-route53.ts'

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'sluice-route53-'))
})
afterEach(() => rm(directory, { recursive: true }))

/** Everything that a client can ask for. */
async function look(client: sdk.Route53Client, changeId: string) {
  const { HostedZones = [] } = await client.send(new sdk.ListHostedZonesCommand({}))
  const zones = await Promise.all(
    HostedZones.map(async ({ Id }) => {
      const { $metadata: _, ...zone } = await client.send(new sdk.GetHostedZoneCommand({ Id }))
      const { ResourceRecordSets } = await client.send(new sdk.ListResourceRecordSetsCommand({ HostedZoneId: Id }))
      const ResourceId = Id?.replace('/hostedzone/', '')
      const tags = await client.send(new sdk.ListTagsForResourceCommand({ ResourceType: 'hostedzone', ResourceId }))
      return { zone, records: ResourceRecordSets, tags: tags.ResourceTagSet }
    }),
  )
  const { HealthChecks } = await client.send(new sdk.ListHealthChecksCommand({}))
  const { ChangeInfo } = await client.send(new sdk.GetChangeCommand({ Id: changeId }))
  return { zones, HealthChecks, ChangeInfo }
}

it('finds zones, records, tags, health checks and changes again after a restart', async () => {
  const before = await aRoute53({ directory })
  const zone = await aZone(before.client, { HostedZoneConfig: { Comment: 'the shop' } })
  await aZone(before.client, { CallerReference: 'two', VPC: { VPCId: 'vpc-1', VPCRegion: 'eu-west-1' } })
  const { ChangeInfo } = await change(
    before.client,
    zone,
    ['CREATE', aWeighted('blue', 90)],
    ['CREATE', aWeighted('green', 10, { AliasTarget: undefined })],
  )
  await before.client.send(
    new sdk.ChangeTagsForResourceCommand({
      ResourceType: 'hostedzone',
      ResourceId: zone,
      AddTags: [{ Key: 'team', Value: 'shop' }],
    }),
  )
  const checkOf = (CallerReference: string) => ({
    CallerReference,
    HealthCheckConfig: { Type: 'TCP', IPAddress: '127.0.0.1', Port: 1, Disabled: true } as const,
  })
  await before.client.send(new sdk.CreateHealthCheckCommand(checkOf('kept')))
  const { HealthCheck } = await before.client.send(new sdk.CreateHealthCheckCommand(checkOf('deleted')))
  await before.client.send(new sdk.DeleteHealthCheckCommand({ HealthCheckId: HealthCheck?.Id }))
  const seen = await look(before.client, ChangeInfo?.Id ?? '')
  await before.server.close()

  const after = await aRoute53({ directory })
  expect(await look(after.client, ChangeInfo?.Id ?? '')).toEqual(seen)
  expect(seen.zones.flatMap(({ records = [] }) => records)).toHaveLength(6)
  expect(after.route53.zones.zoneFor('app.example.com')?.recordsAt('app.example.com')).toHaveLength(2)
  await expect(aZone(after.client)).rejects.toMatchObject({ name: 'HostedZoneAlreadyExists' })
  await expect(after.client.send(new sdk.CreateHealthCheckCommand(checkOf('deleted')))).rejects.toMatchObject({
    name: 'HealthCheckAlreadyExists',
  })
  // The change goes on being pending for what is left of its time.
  await after.clock.advance(30_000)
  const told = await after.client.send(new sdk.GetChangeCommand({ Id: ChangeInfo?.Id }))
  expect(told.ChangeInfo?.Status).toBe('INSYNC')
})

it('forgets all of it when it is reset, on the disk too', async () => {
  const before = await aRoute53({ directory })
  await aZone(before.client)
  await fetch(`${before.server.url}/_local/reset`, { method: 'POST' })
  expect(before.route53.zones.zoneFor('example.com')).toBeNull()
  await before.server.close()
  const after = await aRoute53({ directory })
  const { HostedZoneCount } = await after.client.send(new sdk.GetHostedZoneCountCommand({}))
  expect(HostedZoneCount).toBe(0)
})

it('does not start on a file that it did not write', async () => {
  const before = await aRoute53({ directory })
  await aZone(before.client)
  await before.server.close()
  const file = join(directory, 'route53.json')
  const saved = JSON.parse(await readFile(file, 'utf8'))
  await writeFile(file, JSON.stringify({ ...saved, zones: [{ name: 'example.com' }] }))
  await expect(aRoute53({ directory })).rejects.toThrow('the saved hosted zones cannot be read')
})
