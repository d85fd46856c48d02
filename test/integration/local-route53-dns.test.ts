import type { ResourceRecordSet, Route53Client } from '@aws-sdk/client-route-53'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createDnsServer } from '../../local/data-plane/dns/dns-server.ts'
import type { BalancerSource } from '../../local/data-plane/dns/zone-source.ts'
import { countAnswers } from '../support/count-answers.ts'
import { aRecord, aRoute53, aWeighted, aZone, change } from '../support/local-route53.ts'

/** Two load balancers in eu-west-1, of which `sick` has no healthy target. */
const balancers: BalancerSource = {
  addressesOf: (name) => {
    if (name === 'well-1.eu-west-1.elb.amazonaws.com') return ['127.0.0.11']
    return name === 'sick-1.eu-west-1.elb.amazonaws.com' ? ['127.0.0.12'] : null
  },
  isHealthy: (name) => (name.endsWith('-1.eu-west-1.elb.amazonaws.com') ? name.startsWith('well') : null),
}

/** Route 53 with a DNS server that answers from it. */
async function aServedRoute53() {
  const rig = await aRoute53({ balancers })
  const dnsServer = createDnsServer({ zones: rig.route53.zones, health: rig.route53.health, balancers })
  await dnsServer.listen(0)
  onTestFinished(() => dnsServer.close())
  const ask = (name: string, queries = 1) => countAnswers(dnsServer.address, name, queries)
  return { ...rig, ask }
}

async function put(client: Route53Client, zone: string, ...records: readonly ResourceRecordSet[]): Promise<void> {
  await change(client, zone, ...records.map((record) => ['UPSERT', record] as const))
}

const alias = (name: string, EvaluateTargetHealth: boolean) => ({
  HostedZoneId: 'Z32O12XQLNTSW2',
  DNSName: `${name}-1.eu-west-1.elb.amazonaws.com`,
  EvaluateTargetHealth,
})

describe('the DNS server on the hosted zones', () => {
  it.each([
    [100, 0],
    [90, 10],
    [50, 50],
    [1, 99],
    [253, 2],
    [0, 1],
    [0, 0],
  ])('answers 10,000 questions by the weights %i and %i', { timeout: 60_000 }, async (blue, green) => {
    const { client, ask } = await aServedRoute53()
    const zone = await aZone(client)
    // Weights that were there before leave no trace.
    await put(client, zone, aWeighted('blue', 100), aWeighted('green', 27))
    await ask('app.example.com', 17)
    await put(client, zone, aWeighted('blue', blue), aWeighted('green', green))
    const counts = await ask('app.example.com', 10_000)
    const [ofBlue = 0, ofGreen = 0] = [counts['127.0.0.2'], counts['127.0.0.3']]
    expect(ofBlue + ofGreen).toBe(10_000)
    const share = blue + green === 0 ? 0.5 : green / (blue + green)
    expect(Math.abs(ofGreen / 10_000 - share)).toBeLessThanOrEqual(0.01)
    // Nothing at all for a side without weight, where the other has one.
    if (blue + green > 0 && share === 0) expect(ofGreen).toBe(0)
    if (share === 1) expect(ofBlue).toBe(0)
  })

  it('has a change before it is in sync', async () => {
    const { client, ask } = await aServedRoute53()
    const zone = await aZone(client)
    expect(await ask('app.example.com')).toEqual({ NXDOMAIN: 1 })
    const { ChangeInfo } = await change(client, zone, ['CREATE', aRecord()])
    expect(ChangeInfo?.Status).toBe('PENDING')
    expect(await ask('app.example.com')).toEqual({ '127.0.0.2': 1 })
    await change(client, zone, ['DELETE', aRecord()])
    expect(await ask('app.example.com')).toEqual({ NXDOMAIN: 1 })
  })

  it('takes the longest zone', async () => {
    const { client, ask } = await aServedRoute53()
    const wide = await aZone(client)
    const deep = await aZone(client, { Name: 'eu.example.com', CallerReference: 'two' })
    await put(client, wide, aRecord(), aRecord({ Name: 'app.eu.example.com' }))
    await put(client, deep, aRecord({ Name: 'app.eu.example.com', ResourceRecords: [{ Value: '127.0.0.9' }] }))
    expect(await ask('app.example.com')).toEqual({ '127.0.0.2': 1 })
    expect(await ask('app.eu.example.com')).toEqual({ '127.0.0.9': 1 })
    expect(await ask('example.org')).toEqual({ REFUSED: 1 })
  })

  it('answers from a private zone where no public one has its name', async () => {
    const { client, ask } = await aServedRoute53()
    const VPC = { VPCId: 'vpc-1', VPCRegion: 'eu-west-1' } as const
    const hidden = await aZone(client, { VPC })
    await put(client, hidden, aRecord())
    expect(await ask('app.example.com')).toEqual({ '127.0.0.2': 1 })
    const open = await aZone(client, { CallerReference: 'two' })
    await aZone(client, { CallerReference: 'three' })
    await put(client, open, aRecord({ ResourceRecords: [{ Value: '127.0.0.9' }] }))
    expect(await ask('app.example.com')).toEqual({ '127.0.0.9': 1 })
  })

  it('leaves a weighted alias out while its load balancer is unhealthy', async () => {
    const { client, ask } = await aServedRoute53()
    const zone = await aZone(client)
    const side = (name: 'blue' | 'green', target: string, evaluates: boolean): ResourceRecordSet => ({
      ...{ Name: 'app.example.com', Type: 'A', SetIdentifier: name, Weight: 50 },
      AliasTarget: alias(target, evaluates),
    })
    await put(client, zone, side('blue', 'well', true), side('green', 'sick', false))
    expect(await ask('app.example.com', 100)).toEqual({ '127.0.0.11': 50, '127.0.0.12': 50 })
    await put(client, zone, side('green', 'sick', true))
    expect(await ask('app.example.com', 100)).toEqual({ '127.0.0.11': 100 })
  })

  it('follows names within its zones', async () => {
    const { client, ask } = await aServedRoute53()
    const zone = await aZone(client)
    await put(
      client,
      zone,
      { Name: 'www.example.com', Type: 'CNAME', TTL: 5, ResourceRecords: [{ Value: 'lb.example.com' }] },
      { Name: 'lb.example.com', Type: 'A', AliasTarget: alias('well', true) },
      {
        Name: 'twin.example.com',
        Type: 'A',
        AliasTarget: { HostedZoneId: zone, DNSName: 'lb.example.com', EvaluateTargetHealth: false },
      },
    )
    expect(await ask('www.example.com')).toEqual({ '127.0.0.11': 1 })
    expect(await ask('twin.example.com')).toEqual({ '127.0.0.11': 1 })
    expect(await ask('well-1.eu-west-1.elb.amazonaws.com')).toEqual({ '127.0.0.11': 1 })
  })

  it.each<[string, ReturnType<typeof alias>]>([
    ['a load balancer that is not there', alias('gone', false)],
    ['the zone of another Region', { ...alias('well', false), HostedZoneId: 'Z35SXDOTRQ7X7K' }],
  ])('never gets an alias of %s', async (_name, AliasTarget) => {
    const { client } = await aServedRoute53()
    const zone = await aZone(client)
    await expect(
      put(client, zone, aRecord({ TTL: undefined, ResourceRecords: undefined, AliasTarget })),
    ).rejects.toMatchObject({
      name: 'InvalidChangeBatch',
    })
  })
})
