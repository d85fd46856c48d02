import {
  CreateListenerCommand,
  type CreateListenerCommandInput,
  CreateLoadBalancerCommand,
  CreateTargetGroupCommand,
  type ElasticLoadBalancingV2Client,
  RegisterTargetsCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2'

/** How many ports are tried. */
const ports = 20

/** A load balancer that listens nowhere yet. */
export interface DemoBalancer {
  readonly arn: string
  /** The loopback address where its listeners will be. */
  readonly address: string
  readonly dnsName: string
  /** What an alias record to it names. */
  readonly hostedZoneId: string
}

export async function createBalancer(client: ElasticLoadBalancingV2Client, name: string): Promise<DemoBalancer> {
  const { LoadBalancers } = await client.send(
    new CreateLoadBalancerCommand({ Name: name, Subnets: ['subnet-1', 'subnet-2'] }),
  )
  const balancer = LoadBalancers?.[0]
  const address = balancer?.AvailabilityZones?.[0]?.LoadBalancerAddresses?.[0]?.IpAddress
  return {
    arn: required(balancer?.LoadBalancerArn, 'load balancer'),
    address: required(address, 'address'),
    dnsName: required(balancer?.DNSName, 'DNS name'),
    hostedZoneId: required(balancer?.CanonicalHostedZoneId, 'hosted zone of load balancers'),
  }
}

/** A target group with one server on this machine. @returns Its ARN. */
export async function createGroup(client: ElasticLoadBalancingV2Client, name: string, port: number): Promise<string> {
  const created = await client.send(
    new CreateTargetGroupCommand({
      Name: name,
      Protocol: 'HTTP',
      Port: port,
      TargetType: 'ip',
      VpcId: 'vpc-demo',
      HealthCheckPath: '/health',
      HealthCheckIntervalSeconds: 10,
    }),
  )
  const arn = required(created.TargetGroups?.[0]?.TargetGroupArn, 'target group')
  await client.send(new RegisterTargetsCommand({ TargetGroupArn: arn, Targets: [{ Id: '127.0.0.1', Port: port }] }))
  return arn
}

/** @returns Its ARN. @throws {Error} If something else listens on that port of the load balancer's address. */
export async function createListener(
  client: ElasticLoadBalancingV2Client,
  loadBalancerArn: string,
  port: number,
  defaultActions: NonNullable<CreateListenerCommandInput['DefaultActions']>,
): Promise<string> {
  const created = await client.send(
    new CreateListenerCommand({
      LoadBalancerArn: loadBalancerArn,
      Protocol: 'HTTP',
      Port: port,
      DefaultActions: defaultActions,
    }),
  )
  return required(created.Listeners?.[0]?.ListenerArn, 'listener')
}

/** Tries `firstPort` and the 19 after it until `listen` works: other things run on laptops. */
export async function onFreePort<T>(firstPort: number, listen: (port: number) => Promise<T>): Promise<T> {
  let cause: unknown
  for (let port = firstPort; port < firstPort + ports; port++) {
    try {
      return await listen(port)
    } catch (error) {
      cause = error
    }
  }
  throw new Error(`no port from ${firstPort} to ${firstPort + ports - 1} is free for the demo`, { cause })
}

export function required(value: string | undefined, what: string): string {
  if (value === undefined) throw new Error(`the endpoint made a ${what} and did not say which`)
  return value
}
