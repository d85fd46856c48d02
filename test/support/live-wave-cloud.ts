import type { Action, ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2'
import { DescribeRulesCommand } from '@aws-sdk/client-elastic-load-balancing-v2'
import type { ResourceRecordSet } from '@aws-sdk/client-route-53'
import { createCachingResolver } from '../../local/data-plane/dns/caching-resolver.ts'
import { startWebService, type WebService } from '../../local/demo/web-service.ts'
import type { LocalRun } from '../../local/start.ts'
import { type Balancer, createBalancer, createGroup, elbClient } from './balancers.ts'
import { createZone } from './zone.ts'

export interface Sides<T> {
  readonly blue: T
  readonly green: T
}

/** One wave's piece of the rehearsal cloud, made through its endpoint. */
export interface CloudWave<State> {
  readonly services: Sides<WebService>
  /** What a service document says of its route, apart from the wave. */
  readonly route: Readonly<Record<string, unknown>>
  /** The resource that the route writes, as events name it. */
  readonly resource: string
  /** The routing as AWS has it now. */
  read(): Promise<State>
  /** The address that a client's next request goes to. */
  find(): Promise<string>
  close(): Promise<void>
}

/** Where a wave is made. `port` is that of its listeners. */
export interface Place {
  readonly local: LocalRun
  readonly port: number
}

/** Each caches answers for their TTL: enough of them that a small share is seen. */
const resolverCount = 10

/** A load balancer in one Region, its rule with everything on blue; green is not attached yet. */
export async function startRuleWave({ local, port }: Place, region: string): Promise<CloudWave<readonly Action[]>> {
  const client = elbClient(local.awsUrl, region)
  const { services, groups } = await startSides('web', { blue: client, green: client })
  const { ruleArn, address } = await createBalancer(client, { name: 'web', port, serves: groups.blue })
  return {
    services,
    route: { kind: 'alb', ruleArn, ...groups },
    resource: ruleArn,
    async read() {
      const { Rules } = await client.send(new DescribeRulesCommand({ RuleArns: [ruleArn] }))
      return Rules?.[0]?.Actions ?? []
    },
    find: async () => address,
    async close() {
      client.destroy()
      await Promise.all([services.blue.close(), services.green.close()])
    },
  }
}

/** Two aliases of load balancers of their own, one in each Region, everything to blue; clients find them by resolvers. */
export async function startRecordsWave(
  { local, port }: Place,
  {
    name,
    blueRegion,
    greenRegion,
  }: { readonly name: string; readonly blueRegion: string; readonly greenRegion: string },
): Promise<CloudWave<readonly ResourceRecordSet[]>> {
  const clients = { blue: elbClient(local.awsUrl, blueRegion), green: elbClient(local.awsUrl, greenRegion) }
  const { services, groups } = await startSides('named', clients)
  const blue = await createBalancer(clients.blue, { name: 'named-blue', port, serves: groups.blue })
  const green = await createBalancer(clients.green, { name: 'named-green', port, serves: groups.green })
  const zone = await createZone(local.awsUrl, [aSide(name, 'blue', blue, 100), aSide(name, 'green', green, 0)])
  const dnsPort = Number(local.dnsAddress.split(':')[1])
  const resolvers = Array.from({ length: resolverCount }, () =>
    createCachingResolver({ port: dnsPort, clock: local.clock }),
  )
  let turn = 0
  return {
    services,
    route: {
      ...{ kind: 'route53', hostedZoneId: zone.id, name, type: 'A', blue: 'web-blue', green: 'web-green' },
      targetGroups: groups,
    },
    resource: `route53:${zone.id}/${name}/A`,
    read: async () => (await zone.list()).filter(({ Name }) => Name === `${name}.`),
    async find() {
      const [address] = (await resolvers[turn++ % resolverCount]?.resolve(name)) ?? []
      if (address === undefined) throw new Error(`${name} has no address`)
      return address
    },
    async close() {
      for (const resolver of resolvers) resolver.close()
      zone.close()
      for (const client of Object.values(clients)) client.destroy()
      await Promise.all([services.blue.close(), services.green.close()])
    },
  }
}

function aSide(name: string, slot: 'blue' | 'green', { alias }: Balancer, Weight: number): ResourceRecordSet {
  const AliasTarget = { ...alias, EvaluateTargetHealth: true }
  return { Name: `${name}.`, Type: 'A', SetIdentifier: `web-${slot}`, Weight, AliasTarget }
}

/** A server and a target group for each side. */
async function startSides(name: string, clients: Sides<ElasticLoadBalancingV2Client>) {
  const services = { blue: await startWebService('v1'), green: await startWebService('v2') }
  const groups = {
    blue: await createGroup(clients.blue, `${name}-blue`, services.blue),
    green: await createGroup(clients.green, `${name}-green`, services.green),
  }
  return { services, groups }
}
