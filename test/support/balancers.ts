import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import * as sdk from '@aws-sdk/client-elastic-load-balancing-v2'
import type { WebService } from '../../local/demo/web-service.ts'

/** A load balancer of the rehearsal cloud: one listener, and one rule for every path. */
export interface Balancer {
  readonly ruleArn: string
  /** The loopback address that it listens on. */
  readonly address: string
  /** What an alias record says of it. */
  readonly alias: { readonly HostedZoneId: string; readonly DNSName: string }
}

/** A client for one Region: the endpoint takes it from the signature. */
export function elbClient(endpoint: string, region: string): sdk.ElasticLoadBalancingV2Client {
  const credentials = { accessKeyId: 'any', secretAccessKey: 'thing' }
  return new sdk.ElasticLoadBalancingV2Client({ endpoint, region, credentials })
}

/** A port that no address of this machine listens on. */
export async function portFreeEverywhere(): Promise<number> {
  const server = createServer().listen(0, '0.0.0.0')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

/** A target group with this one service behind it. @returns Its ARN. */
export async function createGroup(
  client: sdk.ElasticLoadBalancingV2Client,
  name: string,
  { port }: WebService,
): Promise<string> {
  const created = await client.send(
    new sdk.CreateTargetGroupCommand({
      ...{ Name: name, Protocol: 'HTTP', Port: port, TargetType: 'ip', VpcId: 'vpc-1' },
      ...{ HealthCheckPath: '/health', HealthCheckIntervalSeconds: 10 },
    }),
  )
  const arn = required(created.TargetGroups?.[0]?.TargetGroupArn, 'ARN of a target group')
  await client.send(new sdk.RegisterTargetsCommand({ TargetGroupArn: arn, Targets: [{ Id: '127.0.0.1', Port: port }] }))
  return arn
}

/** A load balancer that really listens on `port` of its address, with everything to one target group. */
export async function createBalancer(
  client: sdk.ElasticLoadBalancingV2Client,
  { name, port, serves }: { readonly name: string; readonly port: number; readonly serves: string },
): Promise<Balancer> {
  const { LoadBalancers } = await client.send(
    new sdk.CreateLoadBalancerCommand({ Name: name, Subnets: ['subnet-1', 'subnet-2'] }),
  )
  const balancer = LoadBalancers?.[0]
  const { Listeners } = await client.send(
    new sdk.CreateListenerCommand({
      ...{ LoadBalancerArn: balancer?.LoadBalancerArn, Protocol: 'HTTP', Port: port },
      DefaultActions: [{ Type: 'fixed-response', FixedResponseConfig: { StatusCode: '404' } }],
    }),
  )
  const { Rules } = await client.send(
    new sdk.CreateRuleCommand({
      ...{ ListenerArn: Listeners?.[0]?.ListenerArn, Priority: 10 },
      Conditions: [{ Field: 'path-pattern', Values: ['/*'] }],
      Actions: [{ Type: 'forward', ForwardConfig: { TargetGroups: [{ TargetGroupArn: serves, Weight: 100 }] } }],
    }),
  )
  return {
    ruleArn: required(Rules?.[0]?.RuleArn, 'ARN of a rule'),
    address: required(balancer?.AvailabilityZones?.[0]?.LoadBalancerAddresses?.[0]?.IpAddress, 'address'),
    alias: {
      HostedZoneId: required(balancer?.CanonicalHostedZoneId, 'hosted zone'),
      DNSName: `${required(balancer?.DNSName, 'name')}.`.toLowerCase(),
    },
  }
}

function required(value: string | undefined, what: string): string {
  if (value === undefined) throw new Error(`the endpoint did not say the ${what}`)
  return value
}
