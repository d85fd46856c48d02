import * as sdk from '@aws-sdk/client-route-53'
import { describe, expect, it } from 'vitest'
import { aRecord, aRoute53, aZone, change } from '../support/local-route53.ts'

const vpc = { VPCId: 'vpc-1', VPCRegion: 'eu-west-1' } as const

describe('a hosted zone', () => {
  it('is made with its NS and SOA records and four name servers', async () => {
    const { client, clock } = await aRoute53()
    const created = await client.send(
      new sdk.CreateHostedZoneCommand({
        Name: 'Example.COM',
        CallerReference: 'one',
        HostedZoneConfig: { Comment: 'the shop' },
      }),
    )
    expect(created.$metadata.httpStatusCode).toBe(201)
    const id = created.HostedZone?.Id ?? ''
    expect(id).toMatch(/^\/hostedzone\/Z[0-9A-Z]{20}$/)
    expect(created.Location).toBe(`https://route53.amazonaws.com/2013-04-01${id}`)
    expect(created.HostedZone).toEqual({
      Id: id,
      Name: 'example.com.',
      CallerReference: 'one',
      Config: { Comment: 'the shop', PrivateZone: false },
      ResourceRecordSetCount: 2,
    })
    expect(created.ChangeInfo).toEqual({
      Id: expect.stringMatching(/^\/change\/C[0-9A-Z]{20}$/),
      Status: 'PENDING',
      SubmittedAt: new Date(clock.now()),
    })
    const servers = created.DelegationSet?.NameServers ?? []
    expect(servers.map((server) => server.replace(/^ns-\d+\.awsdns-\d\d\./, ''))).toEqual([
      'com',
      'net',
      'org',
      'co.uk',
    ])
    const { HostedZone, DelegationSet, VPCs } = await client.send(new sdk.GetHostedZoneCommand({ Id: id }))
    expect({ HostedZone, DelegationSet, VPCs }).toEqual({
      HostedZone: created.HostedZone,
      DelegationSet: { NameServers: servers },
      VPCs: undefined,
    })
    const listed = await client.send(new sdk.ListResourceRecordSetsCommand({ HostedZoneId: id }))
    expect(listed.ResourceRecordSets).toEqual([
      {
        Name: 'example.com.',
        Type: 'NS',
        TTL: 172_800,
        ResourceRecords: servers.map((server) => ({ Value: `${server}.` })),
      },
      {
        Name: 'example.com.',
        Type: 'SOA',
        TTL: 900,
        ResourceRecords: [{ Value: `${servers[0]}. awsdns-hostmaster.amazon.com. 1 7200 900 1209600 86400` }],
      },
    ])
  })

  it('is private where a VPC is given', async () => {
    const { client } = await aRoute53()
    const created = await client.send(
      new sdk.CreateHostedZoneCommand({ Name: 'internal', CallerReference: 'one', VPC: vpc }),
    )
    expect(created).toMatchObject({ HostedZone: { Config: { PrivateZone: true } }, VPC: vpc })
    expect(created.DelegationSet).toBeUndefined()
    const found = await client.send(new sdk.GetHostedZoneCommand({ Id: created.HostedZone?.Id }))
    expect(found.VPCs).toEqual([vpc])
  })

  it('may have the name of another one', async () => {
    const { client } = await aRoute53()
    await aZone(client)
    await aZone(client, { CallerReference: 'two' })
    const counted = await client.send(new sdk.GetHostedZoneCountCommand({}))
    expect(counted.HostedZoneCount).toBe(2)
  })

  it('gets another comment, and loses it', async () => {
    const { client } = await aRoute53()
    const Id = await aZone(client)
    const told = await client.send(new sdk.UpdateHostedZoneCommentCommand({ Id, Comment: 'new' }))
    expect(told.HostedZone?.Config).toEqual({ Comment: 'new', PrivateZone: false })
    const silenced = await client.send(new sdk.UpdateHostedZoneCommentCommand({ Id }))
    expect(silenced.HostedZone?.Config).toEqual({ PrivateZone: false })
  })

  it('is deleted only when it is empty', async () => {
    const { client } = await aRoute53()
    const Id = await aZone(client)
    await change(client, Id, ['CREATE', aRecord()])
    await expect(client.send(new sdk.DeleteHostedZoneCommand({ Id }))).rejects.toMatchObject({
      name: 'HostedZoneNotEmpty',
      $metadata: { httpStatusCode: 400 },
    })
    await change(client, Id, ['DELETE', aRecord()])
    const deleted = await client.send(new sdk.DeleteHostedZoneCommand({ Id }))
    expect(deleted.ChangeInfo?.Status).toBe('PENDING')
    await expect(client.send(new sdk.GetHostedZoneCommand({ Id }))).rejects.toMatchObject({
      name: 'NoSuchHostedZone',
      message: `No hosted zone found with ID: ${Id}`,
      $metadata: { httpStatusCode: 404 },
    })
    // Its caller reference is free again.
    await aZone(client)
  })
})

describe('what CreateHostedZone refuses', () => {
  it.each<[string, Partial<sdk.CreateHostedZoneCommandInput>, string, number]>([
    ['a caller reference that was used', { Name: 'other.com' }, 'HostedZoneAlreadyExists', 409],
    ['an empty caller reference', { CallerReference: '' }, 'InvalidInput', 400],
    ['a caller reference over 128 characters', { CallerReference: 'x'.repeat(129) }, 'InvalidInput', 400],
    ['an empty label', { Name: 'example..com' }, 'InvalidDomainName', 400],
    ['a label over 63 characters', { Name: `${'x'.repeat(64)}.com` }, 'InvalidDomainName', 400],
    ['a wildcard', { Name: '*.example.com' }, 'InvalidDomainName', 400],
    ['a public top-level domain', { Name: 'com', CallerReference: 'two' }, 'InvalidDomainName', 400],
    ['a comment over 256 characters', { HostedZoneConfig: { Comment: 'x'.repeat(257) } }, 'InvalidInput', 400],
    ['a VPC without Region', { VPC: { VPCId: 'vpc-1' } }, 'InvalidVPCId', 400],
    ['a private zone without VPC', { HostedZoneConfig: { PrivateZone: true } }, 'InvalidInput', 400],
    ['a reusable delegation set', { DelegationSetId: 'N1' }, 'NoSuchDelegationSet', 400],
  ])('is %s', async (_name, overrides, code, status) => {
    const { client } = await aRoute53()
    await aZone(client)
    await expect(aZone(client, overrides)).rejects.toMatchObject({ name: code, $metadata: { httpStatusCode: status } })
  })

  it('is a VPC that has a zone of this name', async () => {
    const { client } = await aRoute53()
    await aZone(client, { VPC: vpc })
    await expect(aZone(client, { VPC: vpc, CallerReference: 'two' })).rejects.toMatchObject({
      name: 'ConflictingDomainExists',
    })
    await aZone(client, { VPC: { ...vpc, VPCId: 'vpc-2' }, CallerReference: 'three' })
  })

  it('is the 501st zone', async () => {
    const { client, route53 } = await aRoute53()
    const create = (index: number) =>
      route53.operations.CreateHostedZone?.handle(
        { Name: `z${index}.com`, CallerReference: String(index) },
        { requestId: 'r', region: 'us-east-1' },
      )
    for (let index = 0; index < 500; index++) create(index)
    await expect(aZone(client)).rejects.toMatchObject({ name: 'TooManyHostedZones' })
  })
})

describe('lists of hosted zones', () => {
  const names = ['b.com', 'a.com', 'x.a.com', 'a.net', 'private.com']
  async function someZones() {
    const { client } = await aRoute53()
    for (const Name of names)
      await aZone(client, { Name, CallerReference: Name, ...(Name === 'private.com' && { VPC: vpc }) })
    return client
  }

  it('come page by page', async () => {
    const client = await someZones()
    const found: (string | undefined)[] = []
    let Marker: string | undefined
    let pages = 0
    do {
      const page = await client.send(new sdk.ListHostedZonesCommand({ MaxItems: 2, ...(Marker && { Marker }) }))
      expect(page).toMatchObject({ MaxItems: 2, IsTruncated: page.NextMarker !== undefined })
      expect(page.Marker).toBe(Marker)
      found.push(...(page.HostedZones ?? []).map(({ Name }) => Name))
      Marker = page.NextMarker
      pages++
    } while (Marker)
    expect(pages).toBe(3)
    expect(found.sort()).toEqual(names.map((name) => `${name}.`).sort())
  })

  it('can be those of VPCs alone', async () => {
    const client = await someZones()
    const page = await client.send(new sdk.ListHostedZonesCommand({ HostedZoneType: 'PrivateHostedZone' }))
    expect(page.HostedZones?.map(({ Name }) => Name)).toEqual(['private.com.'])
  })

  it('lose no zone to one that is deleted between two pages', async () => {
    const client = await someZones()
    const first = await client.send(new sdk.ListHostedZonesCommand({ MaxItems: 2 }))
    await client.send(new sdk.DeleteHostedZoneCommand({ Id: first.NextMarker }))
    const rest = await client.send(new sdk.ListHostedZonesCommand({ Marker: first.NextMarker }))
    expect(rest).toMatchObject({ IsTruncated: false })
    expect(rest.HostedZones).toHaveLength(2)
  })

  it('are sorted by name from the right, and start where asked', async () => {
    const client = await someZones()
    const all = await client.send(new sdk.ListHostedZonesByNameCommand({}))
    const inOrder = ['a.com.', 'x.a.com.', 'b.com.', 'private.com.', 'a.net.']
    expect(all.HostedZones?.map(({ Name }) => Name)).toEqual(inOrder)
    const page = await client.send(new sdk.ListHostedZonesByNameCommand({ DNSName: 'X.a.com', MaxItems: 2 }))
    expect(page).toMatchObject({ DNSName: 'X.a.com', IsTruncated: true, MaxItems: 2, NextDNSName: 'private.com.' })
    expect(page.HostedZones?.map(({ Name }) => Name)).toEqual(['x.a.com.', 'b.com.'])
    const rest = await client.send(
      new sdk.ListHostedZonesByNameCommand({ DNSName: page.NextDNSName, HostedZoneId: page.NextHostedZoneId }),
    )
    expect(rest).toMatchObject({ IsTruncated: false, HostedZoneId: page.NextHostedZoneId })
    expect(rest.HostedZones?.map(({ Name }) => Name)).toEqual(['private.com.', 'a.net.'])
  })

  it.each<[string, sdk.ListHostedZonesByNameCommandInput, string]>([
    ['an id without a name', { HostedZoneId: 'Z1' }, 'InvalidInput'],
    ['a name that is none', { DNSName: 'a..b' }, 'InvalidDomainName'],
    ['a page of nothing', { MaxItems: 0 }, 'InvalidInput'],
  ])('are refused for %s', async (_name, input, code) => {
    const { client } = await aRoute53()
    await expect(client.send(new sdk.ListHostedZonesByNameCommand(input))).rejects.toMatchObject({ name: code })
  })
})

describe('tags', () => {
  it('are added, replaced, removed and listed', async () => {
    const { client } = await aRoute53()
    const ResourceId = await aZone(client)
    const at = { ResourceType: 'hostedzone', ResourceId } as const
    const tags = async () => (await client.send(new sdk.ListTagsForResourceCommand(at))).ResourceTagSet
    expect(await tags()).toEqual({ ...at, Tags: [] })
    const AddTags = [
      { Key: 'team', Value: 'shop' },
      { Key: 'stage', Value: 'test' },
    ]
    await client.send(new sdk.ChangeTagsForResourceCommand({ ...at, AddTags }))
    await client.send(
      new sdk.ChangeTagsForResourceCommand({
        ...at,
        AddTags: [{ Key: 'team', Value: 'search' }],
        RemoveTagKeys: ['stage'],
      }),
    )
    expect(await tags()).toEqual({ ...at, Tags: [{ Key: 'team', Value: 'search' }] })
    const several = await client.send(
      new sdk.ListTagsForResourcesCommand({ ResourceType: 'hostedzone', ResourceIds: [ResourceId] }),
    )
    expect(several.ResourceTagSets).toEqual([{ ...at, Tags: [{ Key: 'team', Value: 'search' }] }])
  })

  it.each<[string, sdk.ListTagsForResourceCommandInput, string]>([
    ['a zone that is not there', { ResourceType: 'hostedzone', ResourceId: 'Z1' }, 'NoSuchHostedZone'],
    ['a health check that is not there', { ResourceType: 'healthcheck', ResourceId: 'h' }, 'NoSuchHealthCheck'],
    ['another type', { ResourceType: 'record' as 'hostedzone', ResourceId: 'Z1' }, 'InvalidInput'],
  ])('are refused for %s', async (_name, input, code) => {
    const { client } = await aRoute53()
    await expect(client.send(new sdk.ListTagsForResourceCommand(input))).rejects.toMatchObject({ name: code })
  })
})

it('says of what it has not that it has it not', async () => {
  const { client, server } = await aRoute53()
  await expect(client.send(new sdk.ListGeoLocationsCommand({}))).rejects.toMatchObject({
    name: 'NotImplemented',
    message: 'ListGeoLocations is not implemented by the local endpoint',
  })
  const unknown = await fetch(`${server.url}/2013-04-01/nothing`)
  expect(unknown.status).toBe(400)
  expect(await unknown.text()).toContain('<Code>InvalidAction</Code>')
})
