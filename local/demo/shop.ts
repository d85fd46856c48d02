import { CreateRuleCommand, type ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2'
import { createBalancer, createGroup, createListener, onFreePort, required } from './load-balancer.ts'
import { startWebService, type WebService } from './web-service.ts'

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
  const balancer = await createBalancer(client, 'shop')
  const { listenerArn, port } = await onFreePort(firstPort, async (port) => ({
    listenerArn: await createListener(client, balancer.arn, port, [
      { Type: 'fixed-response', FixedResponseConfig: { StatusCode: '404' } },
    ]),
    port,
  }))
  const rule = await client.send(
    new CreateRuleCommand({
      ListenerArn: listenerArn,
      Priority: 10,
      Conditions: [{ Field: 'path-pattern', Values: ['/*'] }],
      Actions: [{ Type: 'forward', ForwardConfig: { TargetGroups: [{ TargetGroupArn: blue, Weight: 100 }] } }],
    }),
  )
  return {
    url: `http://${balancer.address}:${port}`,
    ruleArn: required(rule.Rules?.[0]?.RuleArn, 'rule'),
    groups: { blue, green },
    servers: { blue: blueServer, green: greenServer },
    close: async () => {
      await Promise.all([blueServer.close(), greenServer.close()])
    },
  }
}
