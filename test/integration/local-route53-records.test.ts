import * as sdk from '@aws-sdk/client-route-53'
import { describe, expect, it } from 'vitest'
import { aRecord, aRoute53, aWeighted, aZone, change } from '../support/local-route53.ts'

async function listAll(client: sdk.Route53Client, HostedZoneId: string): Promise<sdk.ResourceRecordSet[]> {
  const { ResourceRecordSets = [] } = await client.send(new sdk.ListResourceRecordSetsCommand({ HostedZoneId }))
  return ResourceRecordSets.filter(({ Type }) => Type !== 'NS' && Type !== 'SOA')
}

async function aZoneOfItsOwn() {
  const rig = await aRoute53()
  return { ...rig, zone: await aZone(rig.client) }
}

describe('a batch', () => {
  it('puts both records of a weighted pair in place, and moves their weights', async () => {
    const { client, zone } = await aZoneOfItsOwn()
    await change(client, zone, ['CREATE', aWeighted('blue', 100)], ['CREATE', aWeighted('green', 0)])
    await change(client, zone, ['UPSERT', aWeighted('blue', 90)], ['UPSERT', aWeighted('green', 10)])
    expect(await listAll(client, zone)).toEqual([
      aWeighted('blue', 90, { Name: 'app.example.com.' }),
      aWeighted('green', 10, { Name: 'app.example.com.' }),
    ])
  })

  it('gives back every member that a record was given', async () => {
    const { client, zone } = await aZoneOfItsOwn()
    const alias = { HostedZoneId: 'Z32O12XQLNTSW2', EvaluateTargetHealth: true }
    const { HealthCheck } = await client.send(
      new sdk.CreateHealthCheckCommand({
        CallerReference: 'h',
        HealthCheckConfig: { Type: 'TCP', IPAddress: '127.0.0.1', Port: 1, Disabled: true },
      }),
    )
    const records: sdk.ResourceRecordSet[] = [
      {
        Name: 'a.example.com.',
        Type: 'A',
        SetIdentifier: 'blue',
        Weight: 0,
        HealthCheckId: HealthCheck?.Id,
        AliasTarget: { ...alias, DNSName: 'web-1.eu-west-1.elb.amazonaws.com.' },
      },
      {
        Name: 'b.example.com.',
        Type: 'TXT',
        TTL: 0,
        ResourceRecords: [{ Value: '"a <b> & \\"c\\""' }, { Value: '"d"' }],
      },
      {
        Name: 'c.example.com.',
        Type: 'A',
        SetIdentifier: 'p',
        Failover: 'PRIMARY',
        TTL: 5,
        ResourceRecords: [{ Value: '127.0.0.1' }],
      },
      {
        Name: 'd.example.com.',
        Type: 'A',
        SetIdentifier: 'i',
        Region: 'eu-west-1',
        TTL: 5,
        ResourceRecords: [{ Value: '127.0.0.1' }],
      },
      {
        Name: 'e.example.com.',
        Type: 'A',
        SetIdentifier: 'rest',
        GeoLocation: { CountryCode: '*' },
        TTL: 5,
        ResourceRecords: [{ Value: '127.0.0.1' }],
      },
      {
        Name: 'f.example.com.',
        Type: 'A',
        SetIdentifier: 'm',
        MultiValueAnswer: true,
        TTL: 5,
        ResourceRecords: [{ Value: '127.0.0.1' }],
      },
    ]
    await change(client, zone, ...records.map((record) => ['CREATE', record] as const))
    expect(await listAll(client, zone)).toEqual(records)
  })

  it('answers names as Route 53 spells them', async () => {
    const { client, zone } = await aZoneOfItsOwn()
    await change(client, zone, ['CREATE', aRecord({ Name: '*.Example.com' })])
    await change(client, zone, ['CREATE', aRecord({ Name: 'a/b.example.com.' })])
    expect((await listAll(client, zone)).map(({ Name }) => Name)).toEqual([
      '\\052.example.com.',
      'a\\057b.example.com.',
    ])
    await change(client, zone, ['DELETE', aRecord({ Name: '\\052.example.com' })])
    expect((await listAll(client, zone)).map(({ Name }) => Name)).toEqual(['a\\057b.example.com.'])
  })

  it('is all or nothing', async () => {
    const { client, zone } = await aZoneOfItsOwn()
    await change(client, zone, ['CREATE', aRecord()])
    const batch = change(
      client,
      zone,
      ['UPSERT', aRecord({ TTL: 5 })],
      ['CREATE', aRecord({ Name: 'new.example.com' })],
      ['DELETE', aRecord({ Name: 'gone.example.com' })],
    )
    await expect(batch).rejects.toMatchObject({
      name: 'InvalidChangeBatch',
      message: "[Tried to delete resource record set [name='gone.example.com.', type='A'] but it was not found]",
      $metadata: { httpStatusCode: 400 },
    })
    expect(await listAll(client, zone)).toEqual([aRecord({ Name: 'app.example.com.' })])
  })

  it.each<[string, readonly (readonly [sdk.ChangeAction, sdk.ResourceRecordSet])[], string, string]>([
    ['without changes', [], 'InvalidInput', 'changes'],
    [
      'that creates what is there',
      [['CREATE', aRecord({ Name: 'there.example.com' })]],
      'InvalidChangeBatch',
      'already exists',
    ],
    [
      'that deletes other values',
      [['DELETE', aRecord({ Name: 'there.example.com', TTL: 1 })]],
      'InvalidChangeBatch',
      'do not match',
    ],
    [
      'outside the zone',
      [['CREATE', aRecord({ Name: 'app.example.org' })]],
      'InvalidChangeBatch',
      'is not permitted in zone',
    ],
    ['with a weight over 255', [['CREATE', aWeighted('blue', 256)]], 'InvalidInput', 'less than or equal to 255'],
    ['with a weight below 0', [['CREATE', aWeighted('blue', -1)]], 'InvalidInput', 'greater than or equal to 0'],
    [
      'with unequal TTLs in a group',
      [
        ['CREATE', aWeighted('blue', 1)],
        ['CREATE', aWeighted('green', 1, { TTL: 5 })],
      ],
      'InvalidChangeBatch',
      'same TTL',
    ],
    [
      'that mixes policies',
      [
        ['CREATE', aWeighted('blue', 1)],
        ['CREATE', aRecord({ SetIdentifier: 'p', Failover: 'PRIMARY' })],
      ],
      'InvalidChangeBatch',
      'exists with the same name and type',
    ],
    ['without an identifier', [['CREATE', aRecord({ Weight: 1 })]], 'InvalidInput', "'SetIdentifier'"],
    [
      'with a health check that is not there',
      [['CREATE', aWeighted('blue', 1, { HealthCheckId: 'h' })]],
      'NoSuchHealthCheck',
      'h',
    ],
    [
      'of over 1,000 records, an UPSERT counted twice',
      Array.from({ length: 501 }, (_, index) => ['UPSERT', aRecord({ Name: `r${index}.example.com` })] as const),
      'InvalidChangeBatch',
      'limit of 1000',
    ],
  ])('is refused %s', async (_name, changes, code, message) => {
    const { client, zone } = await aZoneOfItsOwn()
    await change(client, zone, ['CREATE', aRecord({ Name: 'there.example.com' })])
    await expect(change(client, zone, ...changes)).rejects.toMatchObject({
      name: code,
      message: expect.stringContaining(message),
    })
    expect((await listAll(client, zone)).map(({ Name }) => Name)).toEqual(['there.example.com.'])
  })

  it('is refused for a zone that is not there', async () => {
    const { client } = await aRoute53()
    await expect(change(client, 'Z1', ['CREATE', aRecord()])).rejects.toMatchObject({ name: 'NoSuchHostedZone' })
  })

  it('may delete a record whose health check is gone', async () => {
    const { client, zone } = await aZoneOfItsOwn()
    const { HealthCheck } = await client.send(
      new sdk.CreateHealthCheckCommand({
        CallerReference: 'h',
        HealthCheckConfig: { Type: 'TCP', IPAddress: '127.0.0.1', Port: 1, Disabled: true },
      }),
    )
    const record = aRecord({ HealthCheckId: HealthCheck?.Id })
    await change(client, zone, ['CREATE', record])
    await client.send(new sdk.DeleteHealthCheckCommand({ HealthCheckId: HealthCheck?.Id }))
    await change(client, zone, ['DELETE', record])
    expect(await listAll(client, zone)).toEqual([])
  })
})

describe('a list of records', () => {
  const weighted = (index: number) => aWeighted('blue', 1, { SetIdentifier: `side-${String(index).padStart(3, '0')}` })

  it('comes in pages of 300, each started by name, type and identifier', async () => {
    const { client, zone } = await aZoneOfItsOwn()
    const named = Array.from({ length: 549 }, (_, index) => aRecord({ Name: `r${index}.example.com` }))
    const group = Array.from({ length: 100 }, (_, index) => weighted(index))
    await change(client, zone, ...[...named, ...group].map((record) => ['CREATE', record] as const))
    const seen: string[] = []
    const sizes: (number | undefined)[] = []
    const starts: unknown[] = []
    let start: Partial<sdk.ListResourceRecordSetsCommandInput> = {}
    for (;;) {
      const page = await client.send(
        new sdk.ListResourceRecordSetsCommand({ HostedZoneId: zone, ...start, MaxItems: 1000 }),
      )
      seen.push(
        ...(page.ResourceRecordSets ?? []).map(({ Name, Type, SetIdentifier }) => `${Name} ${Type} ${SetIdentifier}`),
      )
      sizes.push(page.ResourceRecordSets?.length)
      expect(page.MaxItems).toBe(300)
      if (!page.IsTruncated) break
      start = {
        StartRecordName: page.NextRecordName,
        StartRecordType: page.NextRecordType,
        StartRecordIdentifier: page.NextRecordIdentifier,
      }
      starts.push(start)
    }
    expect(sizes).toEqual([300, 300, 51])
    expect(new Set(seen).size).toBe(651)
    expect(seen.slice(0, 3)).toEqual([
      'example.com. NS undefined',
      'example.com. SOA undefined',
      'app.example.com. A side-000',
    ])
    expect(starts).toHaveLength(2)
  })

  it('breaks a page within a group of one name', async () => {
    const { client, zone } = await aZoneOfItsOwn()
    await change(client, zone, ...[0, 1, 2].map((index) => ['CREATE', weighted(index)] as const))
    const first = await client.send(new sdk.ListResourceRecordSetsCommand({ HostedZoneId: zone, MaxItems: 4 }))
    expect(first).toMatchObject({
      IsTruncated: true,
      NextRecordName: 'app.example.com.',
      NextRecordType: 'A',
      NextRecordIdentifier: 'side-002',
    })
    const rest = await client.send(
      new sdk.ListResourceRecordSetsCommand({
        HostedZoneId: zone,
        StartRecordName: first.NextRecordName,
        StartRecordType: first.NextRecordType,
        StartRecordIdentifier: first.NextRecordIdentifier,
      }),
    )
    expect(rest.ResourceRecordSets?.map(({ SetIdentifier }) => SetIdentifier)).toEqual(['side-002'])
    expect(rest.IsTruncated).toBe(false)
  })

  it('starts where a name would stand that is not there', async () => {
    const { client, zone } = await aZoneOfItsOwn()
    const names = ['a', 'c', 'e'].map((label) => `${label}.example.com`)
    await change(client, zone, ...names.map((Name) => ['CREATE', aRecord({ Name })] as const))
    const page = await client.send(
      new sdk.ListResourceRecordSetsCommand({ HostedZoneId: zone, StartRecordName: 'B.example.com' }),
    )
    expect(page.ResourceRecordSets?.map(({ Name }) => Name)).toEqual(['c.example.com.', 'e.example.com.'])
  })

  it.each<[string, Partial<sdk.ListResourceRecordSetsCommandInput>]>([
    ['a type without a name', { StartRecordType: 'A' }],
    ['an identifier without a type', { StartRecordName: 'a.example.com', StartRecordIdentifier: 'blue' }],
    ['a name that is none', { StartRecordName: 'a..b' }],
    ['a page of nothing', { MaxItems: 0 }],
  ])('is refused for %s', async (_name, input) => {
    const { client, zone } = await aZoneOfItsOwn()
    await expect(
      client.send(new sdk.ListResourceRecordSetsCommand({ HostedZoneId: zone, ...input })),
    ).rejects.toMatchObject({ name: 'InvalidInput' })
  })
})

describe('a change', () => {
  it('is pending until its local seconds are over', async () => {
    const { client, clock } = await aRoute53({ insyncSeconds: 60 })
    const zone = await aZone(client)
    const submittedAt = new Date(clock.now())
    const { ChangeInfo } = await client.send(
      new sdk.ChangeResourceRecordSetsCommand({
        HostedZoneId: zone,
        ChangeBatch: { Comment: 'step 1', Changes: [{ Action: 'CREATE', ResourceRecordSet: aRecord() }] },
      }),
    )
    const pending = { Id: ChangeInfo?.Id, Status: 'PENDING', SubmittedAt: submittedAt, Comment: 'step 1' }
    expect(ChangeInfo).toEqual(pending)
    const get = async () => (await client.send(new sdk.GetChangeCommand({ Id: ChangeInfo?.Id }))).ChangeInfo
    await clock.advance(59_999)
    expect(await get()).toEqual(pending)
    await clock.advance(1)
    expect(await get()).toEqual({ ...pending, Status: 'INSYNC' })
  })

  it('takes 30 local seconds where nothing else is said', async () => {
    const { client, clock, zone } = await aZoneOfItsOwn()
    const { ChangeInfo } = await change(client, zone, ['CREATE', aRecord()])
    await clock.advance(29_999)
    const before = await client.send(new sdk.GetChangeCommand({ Id: ChangeInfo?.Id }))
    await clock.advance(1)
    const after = await client.send(new sdk.GetChangeCommand({ Id: ChangeInfo?.Id }))
    expect([before, after].map((each) => each.ChangeInfo?.Status)).toEqual(['PENDING', 'INSYNC'])
  })

  it('is listed, pending or not', async () => {
    const { client, zone } = await aZoneOfItsOwn()
    await change(client, zone, ['CREATE', aRecord()])
    expect(await listAll(client, zone)).toHaveLength(1)
  })

  it('is unknown where there was none', async () => {
    const { client } = await aRoute53()
    await expect(client.send(new sdk.GetChangeCommand({ Id: 'C1' }))).rejects.toMatchObject({
      name: 'NoSuchChange',
      $metadata: { httpStatusCode: 404 },
    })
  })
})

describe('TestDNSAnswer', () => {
  const ask = async (
    client: sdk.Route53Client,
    HostedZoneId: string,
    input: Partial<sdk.TestDNSAnswerCommandInput> = {},
  ) => {
    const answer = await client.send(
      new sdk.TestDNSAnswerCommand({ HostedZoneId, RecordName: 'app.example.com', RecordType: 'A', ...input }),
    )
    const { $metadata, ...rest } = answer
    return rest
  }

  it('answers as the DNS server does', async () => {
    const { client, zone } = await aZoneOfItsOwn()
    await change(
      client,
      zone,
      ['CREATE', aWeighted('blue', 1)],
      ['CREATE', aWeighted('green', 1)],
      ['CREATE', aRecord({ Type: 'TXT', ResourceRecords: [{ Value: '"a" "b"' }] })],
    )
    const { NameServers } = (await client.send(new sdk.GetHostedZoneCommand({ Id: zone }))).DelegationSet ?? {}
    const expected = {
      Nameserver: NameServers?.[0],
      RecordName: 'app.example.com.',
      RecordType: 'A',
      ResponseCode: 'NOERROR',
      Protocol: 'UDP',
    }
    const answers = [await ask(client, zone), await ask(client, zone)]
    expect(answers.map(({ RecordData }) => RecordData?.[0]).sort()).toEqual(['127.0.0.2', '127.0.0.3'])
    expect(answers[0]).toEqual({ ...expected, RecordData: answers[0]?.RecordData })
    expect(await ask(client, zone, { RecordType: 'TXT' })).toMatchObject({ RecordType: 'TXT', RecordData: ['"a" "b"'] })
    expect(await ask(client, zone, { RecordType: 'AAAA' })).toMatchObject({ RecordData: [], ResponseCode: 'NOERROR' })
    expect(await ask(client, zone, { RecordName: 'gone.example.com' })).toMatchObject({
      RecordData: [],
      ResponseCode: 'NXDOMAIN',
    })
  })

  it('is for public zones', async () => {
    const { client } = await aRoute53()
    const zone = await aZone(client, { VPC: { VPCId: 'vpc-1', VPCRegion: 'eu-west-1' } })
    await expect(ask(client, zone)).rejects.toMatchObject({ name: 'InvalidInput' })
  })

  it('is for names of the zone', async () => {
    const { client, zone } = await aZoneOfItsOwn()
    await expect(ask(client, zone, { RecordName: 'example.org' })).rejects.toMatchObject({ name: 'InvalidInput' })
  })
})
