import type { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2'
import { CreateHealthCheckCommand, type ResourceRecordSet } from '@aws-sdk/client-route-53'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createCachingResolver } from '../../local/data-plane/dns/caching-resolver.ts'
import { startWebService, type WebService } from '../../local/demo/web-service.ts'
import type { LocalRun } from '../../local/start.ts'
import { type Balancer, createBalancer, createGroup, elbClient, portFreeEverywhere } from '../support/balancers.ts'
import { startClients } from '../support/clients.ts'
import { areProgramsThere, digFor, listByCli } from '../support/command-line.ts'
import { countAnswers } from '../support/count-answers.ts'
import { callApi, startQuietly, waitForDeployment } from '../support/local-mode.ts'
import { until } from '../support/until.ts'
import { createZone, type RealZone, weightsOfPair, zoneClient } from '../support/zone.ts'

if (!areProgramsThere) console.warn('aws or dig is absent (apt-get install awscli bind9-dnsutils): they do not look on')

type Json = Record<string, unknown>
/** Longer than any test: a step ends when it is promoted. */
const bakeSeconds = 86_400
const slots = ['blue', 'green'] as const

describe('a canary by weighted records', () => {
  let local: LocalRun
  let elb: ElasticLoadBalancingV2Client
  let services: Record<(typeof slots)[number], WebService>
  let balancers: Record<(typeof slots)[number], Balancer>
  let targetGroups: Record<(typeof slots)[number], string>
  let healthCheckId: string
  let zone: RealZone
  let port: number

  beforeAll(async () => {
    local = await startQuietly()
    elb = elbClient(local.awsUrl, 'eu-west-1')
    port = await portFreeEverywhere()
    services = { blue: await startWebService('v1'), green: await startWebService('v2') }
    targetGroups = {
      blue: await createGroup(elb, 'app-blue', services.blue),
      green: await createGroup(elb, 'app-green', services.green),
    }
    balancers = {
      blue: await createBalancer(elb, { name: 'app-blue', port, serves: targetGroups.blue }),
      green: await createBalancer(elb, { name: 'app-green', port, serves: targetGroups.green }),
    }
    healthCheckId = await createHealthCheck()
    const everything = { blue: 100, green: 0 }
    zone = await createZone(local.awsUrl, [
      ...slots.map((slot) => ({ ...anAlias(slot), Weight: everything[slot] })),
      ...slots.map((slot) => ({ ...aPlainRecord(slot), Weight: everything[slot] })),
    ])
  })
  afterAll(async () => {
    await local.close()
    await Promise.all(Object.values(services).map((service) => service.close()))
    elb.destroy()
    zone.close()
  })

  /** Of the green balancer, through its real listener. */
  async function createHealthCheck(): Promise<string> {
    const client = zoneClient(local.awsUrl)
    const HealthCheckConfig = {
      ...{ Type: 'HTTP' as const, IPAddress: balancers.green.address, Port: port, ResourcePath: '/health' },
      ...{ RequestInterval: 10, FailureThreshold: 3 },
    }
    const created = await client.send(new CreateHealthCheckCommand({ CallerReference: 'green', HealthCheckConfig }))
    client.destroy()
    return String(created.HealthCheck?.Id)
  }

  /** One side of app.example.com: an alias of its load balancer. */
  function anAlias(slot: (typeof slots)[number]): ResourceRecordSet {
    const AliasTarget = { ...balancers[slot].alias, EvaluateTargetHealth: slot === 'green' }
    return { Name: 'app.example.com.', Type: 'A', SetIdentifier: `app-${slot}`, AliasTarget }
  }

  /** One side of api.example.com: the address itself, with all that a record can have beside it. */
  function aPlainRecord(slot: (typeof slots)[number]): ResourceRecordSet {
    return {
      ...{ Name: 'api.example.com.', Type: 'A', SetIdentifier: `api-${slot}`, TTL: 30 },
      ResourceRecords: [{ Value: balancers[slot].address }],
      ...(slot === 'green' && { HealthCheckId: healthCheckId }),
    }
  }

  /** Registers a service that moves the pair of a name, and starts its deployment. @returns Its id. */
  async function deploy(name: 'app' | 'api', weights: readonly number[]): Promise<string> {
    const put = await callApi(local.apiUrl, 'PUT', `/v1/services/${name}`, {
      routes: [
        {
          ...{ kind: 'route53', hostedZoneId: zone.id, name: `${name}.example.com`, type: 'A' },
          ...{ blue: `${name}-blue`, green: `${name}-green`, targetGroups },
        },
      ],
      strategy: { type: 'steps', steps: weights.map((weight) => ({ weight, bakeSeconds })) },
    })
    expect(put).toMatchObject({ status: 201 })
    const started = await callApi(local.apiUrl, 'POST', '/v1/deployments', { service: name, revision: 'v2' })
    expect(started).toMatchObject({ status: 202, body: { stable: 'blue', canary: 'green' } })
    return String(started.body.id)
  }

  const whenBaking = (id: string, step: number) =>
    waitForDeployment(local.apiUrl, id, (now) => now.phase === 'baking' && now.step === step)

  async function routeOf(service: string): Promise<Json | undefined> {
    const { body } = await callApi(local.apiUrl, 'GET', `/v1/services/${service}/traffic`)
    return (body.routes as Json[])[0]
  }

  async function writesOf(id: string): Promise<readonly unknown[]> {
    const { body } = await callApi(local.apiUrl, 'GET', `/v1/deployments/${id}/events?limit=100`)
    const writes = (body.items as Json[]).filter(({ type }) => type === 'write')
    return writes.map(({ resource, before, after }) => ({ resource, before, after }))
  }

  /** What the API says of the pair while it stands at these weights. */
  const routeAt = (name: string, weight: number) => ({
    ...{ kind: 'route53', resource: `route53:${zone.id}/${name}.example.com/A`, weight, problem: null },
    ...{ raw: at(weight), lastWritten: at(weight), drift: false, foreignChange: null },
    targets: { blue: { healthy: 1, total: 1 }, green: { healthy: 1, total: 1 } },
  })
  const at = (weight: number) => ({ blue: 100 - weight, green: weight })
  const pairAt = (name: string, weight: number) => ({ [`${name}-blue`]: 100 - weight, [`${name}-green`]: weight })

  async function expectShare(name: string, weight: number, queries: number): Promise<void> {
    const counts = await countAnswers(local.dnsAddress, name, queries)
    const [onBlue = 0, onGreen = 0] = slots.map((slot) => counts[balancers[slot].address])
    expect({ ...counts, sum: onBlue + onGreen }).toEqual({ ...counts, sum: queries })
    expect(Math.abs(onGreen / queries - weight / 100)).toBeLessThanOrEqual(0.01)
  }

  /** The AWS CLI and dig see the weights and the answers of the load balancers. */
  async function expectProgramsToSee(name: 'app' | 'api', weight: number): Promise<void> {
    if (!areProgramsThere) return
    const host = `${name}.example.com`
    expect(weightsOfPair(await listByCli(local, zone.id), host)).toEqual(pairAt(name, weight))
    const possible = slots.filter((slot) => at(weight)[slot] > 0).map((slot) => balancers[slot].address)
    for (const protocol of ['+notcp', '+tcp']) {
      const lines = await digFor(local, host, protocol, '+noall', '+answer')
      expect(lines.map((line) => line.split(/\s+/))).toEqual([
        [`${host}.`, name === 'app' ? '60' : '30', 'IN', 'A', expect.stringMatching(`^(${possible.join('|')})$`)],
      ])
    }
  }

  it('is seen at every step by the AWS CLI, by dig, in the answers and in what arrives', {
    timeout: 120_000,
  }, async () => {
    const before = await zone.list()
    const resolvers = Array.from({ length: 20 }, () =>
      createCachingResolver({ port: Number(local.dnsAddress.split(':')[1]), clock: local.clock }),
    )
    let turn = 0
    const clients = startClients({
      async urlOf() {
        const [address] = (await resolvers[turn++ % resolvers.length]?.resolve('app.example.com')) ?? []
        return `http://${address}:${port}/`
      },
      ...{ rate: 200, longestSeconds: 120 },
    })
    const weights = [10, 50, 100]
    const id = await deploy('app', weights)
    const answered: Record<string, number>[] = []
    for (const [step, weight] of weights.entries()) {
      const baking = await whenBaking(id, step)
      expect(baking).toMatchObject({ weight, effectiveWeight: weight, plan: { resolverLagSeconds: 120 } })
      await expectProgramsToSee('app', weight)
      expect(await routeOf('app')).toEqual(routeAt('app', weight))
      expect(await writesOf(id)).toHaveLength(step + 1)
      await expectShare('app.example.com', weight, 10_000)
      await until(`an observed share near ${weight} %`, async () => {
        const { body } = await callApi(local.apiUrl, 'GET', `/v1/deployments/${id}`)
        return (body.observedWeight !== null && Math.abs(Number(body.observedWeight) - weight) <= 5) || undefined
      })
      answered.push(clients.take())
      const promoted = await callApi(local.apiUrl, 'POST', `/v1/deployments/${id}/promote`, { expectedStep: step })
      expect(promoted.status).toBe(200)
    }
    const ended = await waitForDeployment(local.apiUrl, id, ({ endedAt }) => endedAt !== null)
    expect(ended).toMatchObject({ phase: 'succeeded', weight: 100, cause: null })
    // Old answers have run out before the last step began to bake: from there on, only v2.
    expect(await clients.stop()).toEqual({ v2: expect.any(Number) })
    for (const counts of answered) expect(Object.keys(counts).sort()).toEqual(['v1', 'v2'])
    for (const resolver of resolvers) resolver.close()
    const { resource } = routeAt('app', 0)
    expect(await writesOf(id)).toEqual([
      { resource, before: at(0), after: at(10) },
      { resource, before: at(10), after: at(50) },
      { resource, before: at(50), after: at(100) },
    ])
    const final = pairAt('app', 100)
    const after = before.map((record) => ({ ...record, ...weightIn(final, record) }))
    expect(await zone.list()).toEqual(after)
  })

  it('is taken back by an abort to the records as they were', { timeout: 60_000 }, async () => {
    const before = await zone.list()
    const id = await deploy('api', [10, 40, 100])
    await whenBaking(id, 0)
    await callApi(local.apiUrl, 'POST', `/v1/deployments/${id}/promote`, { expectedStep: 0 })
    await whenBaking(id, 1)
    await expectProgramsToSee('api', 40)
    await expectShare('api.example.com', 40, 2000)
    expect(await routeOf('api')).toEqual(routeAt('api', 40))
    const { status, body } = await callApi(local.apiUrl, 'POST', `/v1/deployments/${id}/abort`, { reason: 'enough' })
    expect([status, body.phase]).toEqual([200, 'aborted'])
    expect(await zone.list()).toEqual(before)
    expect(weightsOfPair(before, 'api.example.com')).toEqual(pairAt('api', 0))
    expect(before.find(({ SetIdentifier }) => SetIdentifier === 'api-green')).toEqual({
      ...aPlainRecord('green'),
      Weight: 0,
    })
    await expectProgramsToSee('api', 0)
    await expectShare('api.example.com', 0, 1000)
    const endedAt = Date.parse(String(body.endedAt))
    expect(body).toMatchObject({
      ...{ weight: 0, cause: { type: 'command', reason: 'enough' } },
      // A minute for Route 53's servers, and the TTL.
      tail: { seconds: 90, endsAt: new Date(endedAt + 90_000).toISOString() },
      routes: [{ kind: 'route53', wave: 1, restore: { status: 'restored' } }],
    })
    expect(await routeOf('api')).toEqual(routeAt('api', 0))
    const { resource } = routeAt('api', 0)
    expect(await writesOf(id)).toEqual([
      { resource, before: at(0), after: at(10) },
      { resource, before: at(10), after: at(40) },
      { resource, before: at(40), after: at(0) },
    ])
  })
})

/** The weight of a record, where the pair has one for it. */
function weightIn(pair: Readonly<Record<string, number>>, { SetIdentifier = '' }: ResourceRecordSet) {
  const Weight = pair[SetIdentifier]
  return Weight === undefined ? {} : { Weight }
}
