import { DeleteListenerCommand, type ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2'
import {
  ChangeResourceRecordSetsCommand,
  CreateHostedZoneCommand,
  type ResourceRecordSet,
  type Route53Client,
} from '@aws-sdk/client-route-53'
import {
  createBalancer,
  createGroup,
  createListener,
  type DemoBalancer,
  onFreePort,
  required,
} from '../load-balancer.ts'
import { startWebService, type WebService } from '../web-service.ts'
import type { Side } from './arrivals.ts'

/** The name that the clients ask for. */
export const siteName = 'app.example.com'

/** Two load balancers, each with one server behind it, and one name for both. */
export interface Site {
  readonly port: number
  readonly addresses: Readonly<Record<Side, string>>
  readonly groups: Readonly<Record<Side, string>>
  readonly hostedZoneId: string
  readonly servers: Readonly<Record<Side, WebService>>
  close(): Promise<void>
}

/** Builds it through the AWS API of the endpoint, as anybody would on AWS: all weight on blue. */
export async function buildSite(elb: ElasticLoadBalancingV2Client, route53: Route53Client): Promise<Site> {
  const [blue, green] = await Promise.all([startWebService('v1'), startWebService('v2')])
  const balancers = { blue: await createBalancer(elb, 'app-blue'), green: await createBalancer(elb, 'app-green') }
  if (balancers.blue.address === balancers.green.address) {
    throw new Error('the two load balancers need addresses of their own; sudo ifconfig lo0 alias 127.0.0.2 (and .3)')
  }
  const groups = {
    blue: await createGroup(elb, 'app-blue', blue.port),
    green: await createGroup(elb, 'app-green', green.port),
  }
  // A name has addresses and no port, so both listen on the same one.
  const port = await onFreePort(8080, async (port) => {
    const first = await listen(elb, balancers.blue, groups.blue, port)
    try {
      await listen(elb, balancers.green, groups.green, port)
    } catch (error) {
      await elb.send(new DeleteListenerCommand({ ListenerArn: first }))
      throw error
    }
    return port
  })
  return {
    port,
    addresses: { blue: balancers.blue.address, green: balancers.green.address },
    groups,
    hostedZoneId: await createZone(route53, balancers),
    servers: { blue, green },
    close: async () => {
      await Promise.all([blue.close(), green.close()])
    },
  }
}

function listen(elb: ElasticLoadBalancingV2Client, balancer: DemoBalancer, group: string, port: number) {
  return createListener(elb, balancer.arn, port, [{ Type: 'forward', TargetGroupArn: group }])
}

async function createZone(route53: Route53Client, balancers: Readonly<Record<Side, DemoBalancer>>): Promise<string> {
  const { HostedZone } = await route53.send(
    new CreateHostedZoneCommand({ Name: 'example.com', CallerReference: 'demo' }),
  )
  const zoneId = required(HostedZone?.Id, 'hosted zone').replace('/hostedzone/', '')
  const records = [buildAlias('app-blue', 100, balancers.blue), buildAlias('app-green', 0, balancers.green)]
  const Changes = records.map((ResourceRecordSet) => ({ Action: 'CREATE' as const, ResourceRecordSet }))
  await route53.send(new ChangeResourceRecordSetsCommand({ HostedZoneId: zoneId, ChangeBatch: { Changes } }))
  return zoneId
}

function buildAlias(SetIdentifier: string, Weight: number, balancer: DemoBalancer): ResourceRecordSet {
  return {
    Name: siteName,
    Type: 'A',
    SetIdentifier,
    Weight,
    AliasTarget: { HostedZoneId: balancer.hostedZoneId, DNSName: balancer.dnsName, EvaluateTargetHealth: false },
  }
}
