import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2'
import { ChangeResourceRecordSetsCommand, ListResourceRecordSetsCommand, Route53Client } from '@aws-sdk/client-route-53'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Arrivals, createArrivals, type Side } from '../../local/demo/route53/arrivals.ts'
import { createDnsClients, type DnsClients } from '../../local/demo/route53/dns-clients.ts'
import { buildSite, type Site, siteName } from '../../local/demo/route53/site.ts'
import type { LocalRun } from '../../local/start.ts'
import { startQuietly } from '../support/local-mode.ts'
import { until } from '../support/until.ts'

let local: LocalRun
let elb: ElasticLoadBalancingV2Client
let route53: Route53Client
let site: Site
let clients: DnsClients
let arrivals: Arrivals

beforeAll(async () => {
  // A TTL lasts five seconds of real time: a busy machine must not let it run out between two lines.
  local = await startQuietly({ speed: 12 })
  elb = new ElasticLoadBalancingV2Client({})
  route53 = new Route53Client({})
  site = await buildSite(elb, route53)
  arrivals = createArrivals()
  const dnsPort = Number(local.dnsAddress.split(':')[1])
  clients = createDnsClients({ ...site, name: siteName, dnsPort, clock: local.clock, arrivals })
  await clients.warmUp()
})

afterAll(async () => {
  await clients?.close()
  await site?.close()
  elb?.destroy()
  route53?.destroy()
  await local?.close()
})

/** One request of each client, sent at once. */
async function sendAll(): Promise<{ readonly statuses: readonly number[]; share(side: Side): number | null }> {
  const fromMs = local.clock.now()
  const statuses = await Promise.all(Array.from({ length: clients.clients }, () => clients.send()))
  return { statuses, share: (side) => arrivals.share(side, fromMs) }
}

/** Waits until answers that name the other side have run out, while no request fails. */
async function everyoneIsOn(side: Side): Promise<void> {
  await until(`every client on ${side}`, async () => {
    const { statuses, share } = await sendAll()
    expect(new Set(statuses)).toEqual(new Set([200]))
    return share(side) === 100 ? true : undefined
  })
}

async function weigh(weights: Readonly<Record<string, number>>): Promise<void> {
  const input = { HostedZoneId: site.hostedZoneId }
  const { ResourceRecordSets = [] } = await route53.send(new ListResourceRecordSetsCommand(input))
  const Changes = ResourceRecordSets.filter(({ SetIdentifier }) => SetIdentifier !== undefined).map((record) => ({
    Action: 'UPSERT' as const,
    ResourceRecordSet: { ...record, Weight: weights[record.SetIdentifier ?? ''] },
  }))
  await route53.send(new ChangeResourceRecordSetsCommand({ ...input, ChangeBatch: { Changes } }))
}

it('sends clients to the side that their resolvers were told, and to the other one as their answers run out', async () => {
  const before = await sendAll()
  expect(new Set(before.statuses)).toEqual(new Set([200]))
  expect(before.share('blue')).toBe(100)

  await weigh({ 'app-blue': 0, 'app-green': 100 })
  const wroteAt = local.clock.now()
  const held = await sendAll()
  expect(held.share('blue')).toBeGreaterThan(50)

  await everyoneIsOn('green')
  // Each answer was older than the write, so at most its TTL was left; the rest is for a busy machine.
  const lastAt = arrivals.lastAt('blue', wroteAt) ?? 0
  expect((lastAt - wroteAt) / 1000).toBeLessThan(75)
})

it('gives each side about its weight, as far as 41 answers can', async () => {
  await weigh({ 'app-blue': 50, 'app-green': 50 })
  await until('both sides in use', async () => {
    const { statuses, share } = await sendAll()
    expect(new Set(statuses)).toEqual(new Set([200]))
    return Math.abs((share('blue') ?? 0) - 50) < 25 ? true : undefined
  })
})

it('counts an answer of 500 as failed, and where it came from', async () => {
  await weigh({ 'app-blue': 0, 'app-green': 100 })
  await everyoneIsOn('green')
  site.servers.green.deploy('v9', 1)
  const fromMs = local.clock.now()
  const { statuses } = await sendAll()
  expect(new Set(statuses)).toEqual(new Set([500]))
  expect(arrivals.between('green', fromMs)).toEqual({ requests: clients.clients, failed: clients.clients })
})

it('rejects, without a request, where the name has no address of the site', async () => {
  const lost = createDnsClients({
    ...site,
    name: 'nobody.example.com',
    dnsPort: Number(local.dnsAddress.split(':')[1]),
    clock: local.clock,
    arrivals,
  })
  const fromMs = local.clock.now()
  await expect(lost.send()).rejects.toThrow(
    'nobody.example.com has the address none, where no load balancer of the demo is',
  )
  expect(arrivals.between('blue', fromMs).requests + arrivals.between('green', fromMs).requests).toBe(0)
  await lost.close()
  await lost.close()
})
