import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateRuleCommand,
  CreateTargetGroupCommand,
  type ElasticLoadBalancingV2Client,
  RegisterTargetsCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import { startWebService, type WebService } from './web-service.ts'

/** How many ports are tried. */
const ports = 20

/** The demo's web shop: a load balancer, a rule, two target groups with one server each. */
export interface Shop {
  readonly url: string
  readonly ruleArn: string
  readonly groups: { readonly blue: string; readonly green: string }
  readonly servers: { readonly blue: WebService; readonly green: WebService }
  close(): Promise<void>
}

/**
 * Builds the shop through the AWS API of the endpoint, as anybody would on AWS: everything on blue, green unattached.
 *
 * @param firstPort - Its listener takes this port, or one of the 19 after it that is free. Default 8080.
 */
export async function buildShop(client: ElasticLoadBalancingV2Client, firstPort = 8080): Promise<Shop> {
  const [blueServer, greenServer] = await Promise.all([startWebService('v1'), startWebService('v2')])
  const blue = await createGroup(client, 'shop-blue', blueServer.port)
  const green = await createGroup(client, 'shop-green', greenServer.port)
  const { LoadBalancers } = await client.send(
    new CreateLoadBalancerCommand({ Name: 'shop', Subnets: ['subnet-1', 'subnet-2'] }),
  )
  const balancer = LoadBalancers?.[0]
  const address = balancer?.AvailabilityZones?.[0]?.LoadBalancerAddresses?.[0]?.IpAddress
  const { listenerArn, port } = await createListener(
    client,
    required(balancer?.LoadBalancerArn, 'load balancer'),
    firstPort,
  )
  const rule = await client.send(
    new CreateRuleCommand({
      ListenerArn: listenerArn,
      Priority: 10,
      Conditions: [{ Field: 'path-pattern', Values: ['/*'] }],
      Actions: [{ Type: 'forward', ForwardConfig: { TargetGroups: [{ TargetGroupArn: blue, Weight: 100 }] } }],
    }),
  )
  return {
    url: `http://${required(address, 'address')}:${port}`,
    ruleArn: required(rule.Rules?.[0]?.RuleArn, 'rule'),
    groups: { blue, green },
    servers: { blue: blueServer, green: greenServer },
    close: async () => {
      await Promise.all([blueServer.close(), greenServer.close()])
    },
  }
}

async function createGroup(client: ElasticLoadBalancingV2Client, name: string, port: number): Promise<string> {
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

/** On the first port that is free: other things run on laptops. */
async function createListener(client: ElasticLoadBalancingV2Client, loadBalancerArn: string, firstPort: number) {
  let cause: unknown
  for (let port = firstPort; port < firstPort + ports; port++) {
    try {
      const created = await client.send(
        new CreateListenerCommand({
          LoadBalancerArn: loadBalancerArn,
          Protocol: 'HTTP',
          Port: port,
          DefaultActions: [{ Type: 'fixed-response', FixedResponseConfig: { StatusCode: '404' } }],
        }),
      )
      return { listenerArn: required(created.Listeners?.[0]?.ListenerArn, 'listener'), port }
    } catch (error) {
      cause = error
    }
  }
  throw new Error(`no port from ${firstPort} to ${firstPort + ports - 1} is free for the demo`, { cause })
}

function required(value: string | undefined, what: string): string {
  if (value === undefined) throw new Error(`the endpoint made a ${what} and did not say which`)
  return value
}
