import type { ResourceRecordSet } from '@aws-sdk/client-route-53'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startWebService, type WebService } from '../../local/demo/web-service.ts'
import type { LocalRun } from '../../local/start.ts'
import { areProgramsThere, digFor, runAws } from '../support/command-line.ts'
import { countAnswers } from '../support/count-answers.ts'
import { startQuietly } from '../support/local-mode.ts'
import { aRecord, aWeighted } from '../support/local-route53.ts'
import { until } from '../support/until.ts'

if (!areProgramsThere)
  console.warn('aws or dig is absent (apt-get install awscli bind9-dnsutils): their tests do not run')

type Change = readonly ['CREATE' | 'UPSERT' | 'DELETE', ResourceRecordSet]

describe.skipIf(!areProgramsThere)('the hosted zones, changed by the real AWS CLI and seen by the real dig', () => {
  let local: LocalRun
  let service: WebService
  let zone: string

  beforeAll(async () => {
    local = await startQuietly()
    service = await startWebService('v1')
    const created = await cli(
      ...['route53', 'create-hosted-zone', '--name', 'example.com', '--caller-reference', 'one'],
    )
    zone = String(created.HostedZone?.Id)
  })
  afterAll(async () => {
    await local.close()
    await service.close()
  })

  // The shape of each answer is asserted where it is used.
  async function cli(...args: readonly string[]): Promise<Record<string, Record<string, unknown> | undefined>> {
    return (await runAws(local, ...args)) as Record<string, Record<string, unknown> | undefined>
  }

  async function change(...changes: readonly Change[]): Promise<string> {
    const batch = { Changes: changes.map(([Action, ResourceRecordSet]) => ({ Action, ResourceRecordSet })) }
    const answer = await cli(
      ...['route53', 'change-resource-record-sets', '--hosted-zone-id', zone, '--change-batch', JSON.stringify(batch)],
    )
    expect(answer.ChangeInfo?.Status).toBe('PENDING')
    return String(answer.ChangeInfo?.Id)
  }

  const ask = (name: string, ...options: readonly string[]) => digFor(local, name, ...options)

  const pair = (action: 'CREATE' | 'UPSERT', blue: number, green: number): [Change, Change] => [
    [action, aWeighted('blue', blue)],
    [action, aWeighted('green', green)],
  ]

  it('answers within one in a hundred of the weights, at each of 10,000 questions', { timeout: 120_000 }, async () => {
    await change(...pair('CREATE', 100, 0))
    expect(await countAnswers(local.dnsAddress, 'app.example.com', 10_000)).toEqual({ '127.0.0.2': 10_000 })
    for (const [blue, green] of [
      [90, 10],
      [50, 50],
    ] as const) {
      await change(...pair('UPSERT', blue, green))
      const counts = await countAnswers(local.dnsAddress, 'app.example.com', 10_000)
      const share = green / (blue + green)
      expect((counts['127.0.0.2'] ?? 0) + (counts['127.0.0.3'] ?? 0)).toBe(10_000)
      expect(Math.abs((counts['127.0.0.3'] ?? 0) / 10_000 - share)).toBeLessThanOrEqual(0.01)
    }
    // Dig sees the same, over udp and tcp.
    await change(...pair('UPSERT', 0, 1))
    expect(await ask('APP.example.com', '+short')).toEqual(['127.0.0.3'])
    const [line] = await ask('app.example.com', '+tcp', '+noall', '+answer')
    expect(line?.split(/\s+/)).toEqual(['app.example.com.', '60', 'IN', 'A', '127.0.0.3'])
  })

  it('has a change in sync after half a minute of local time, and the records before', {
    timeout: 60_000,
  }, async () => {
    const id = await change(['CREATE', aRecord({ Name: '*.wild.example.com' })])
    expect(await ask('anything.wild.example.com', '+short')).toEqual(['127.0.0.2'])
    await until('INSYNC', async () => {
      const { ChangeInfo } = await cli('route53', 'get-change', '--id', id)
      return ChangeInfo?.Status === 'INSYNC' || undefined
    })
    const listed = await cli('route53', 'list-resource-record-sets', '--hosted-zone-id', zone)
    const records = listed.ResourceRecordSets as unknown as ResourceRecordSet[]
    expect(records.find(({ Name }) => Name?.includes('wild'))).toEqual(aRecord({ Name: '\\052.wild.example.com.' }))
    const tested = await cli(
      ...['route53', 'test-dns-answer', '--hosted-zone-id', zone],
      ...['--record-name', 'other.wild.example.com', '--record-type', 'A'],
    )
    expect(tested).toMatchObject({ RecordData: ['127.0.0.2'], ResponseCode: 'NOERROR' })
  })

  it('says what is not there with the SOA of the zone', { timeout: 60_000 }, async () => {
    const answer = (await ask('gone.example.com')).join('\n')
    expect(answer).toContain('status: NXDOMAIN')
    expect(answer).toMatch(/flags: qr aa/)
    expect(answer).toMatch(/AUTHORITY SECTION:\nexample\.com\.\s+900\s+IN\s+SOA\s+ns-/)
    expect((await ask('example.org')).join('\n')).toContain('status: REFUSED')
  })

  it('finds a load balancer by its alias, and by its own name', { timeout: 60_000 }, async () => {
    const created = await cli('elbv2', 'create-load-balancer', '--name', 'shop', '--subnets', 'subnet-1', 'subnet-2')
    const balancers = created.LoadBalancers as unknown as {
      DNSName: string
      CanonicalHostedZoneId: string
      AvailabilityZones: { LoadBalancerAddresses: { IpAddress: string }[] }[]
    }[]
    const balancer = balancers[0]
    const address = balancer?.AvailabilityZones[0]?.LoadBalancerAddresses[0]?.IpAddress
    expect(address).toMatch(/^127\./)
    const AliasTarget = {
      HostedZoneId: balancer?.CanonicalHostedZoneId,
      DNSName: `dualstack.${balancer?.DNSName}`,
      EvaluateTargetHealth: false,
    }
    await change(['CREATE', { Name: 'shop.example.com', Type: 'A', AliasTarget }])
    const [line] = await ask('shop.example.com', '+noall', '+answer')
    expect(line?.split(/\s+/)).toEqual(['shop.example.com.', '60', 'IN', 'A', address])
    expect(await ask(balancer?.DNSName ?? '', '+short')).toEqual([address])
    const gone = { ...AliasTarget, DNSName: 'gone-1.eu-west-1.elb.amazonaws.com' }
    await expect(change(['CREATE', { Name: 'b.example.com', Type: 'A', AliasTarget: gone }])).rejects.toThrow(
      'InvalidChangeBatch',
    )
  })

  it('leaves out a side whose health check fails, until it is back', { timeout: 60_000 }, async () => {
    const config = {
      ...{ Type: 'HTTP', IPAddress: '127.0.0.1', Port: service.port, ResourcePath: '/' },
      ...{ RequestInterval: 10, FailureThreshold: 1 },
    }
    const created = await cli(
      ...['route53', 'create-health-check', '--caller-reference', 'green'],
      ...['--health-check-config', JSON.stringify(config)],
    )
    const HealthCheckId = String(created.HealthCheck?.Id)
    const Name = 'checked.example.com'
    await change(
      ['CREATE', aWeighted('blue', 50, { Name })],
      ['CREATE', aWeighted('green', 50, { Name, HealthCheckId })],
    )
    const green = async () => (await countAnswers(local.dnsAddress, Name, 100))['127.0.0.3'] ?? 0
    expect(await green()).toBeGreaterThan(40)
    service.deploy('v2', 1)
    await until('green out of the answers', async () => (await green()) === 0 || undefined)
    const status = await cli('route53', 'get-health-check-status', '--health-check-id', HealthCheckId)
    expect(status.HealthCheckObservations).toMatchObject([
      { StatusReport: { Status: 'Failure: HTTP Status Code 500, Internal Server Error' } },
    ])
    service.deploy('v3', 0)
    await until('green in the answers again', async () => (await green()) > 40 || undefined)
  })
})
