import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateRuleCommand,
  CreateTargetGroupCommand,
  DeleteRuleCommand,
  ElasticLoadBalancingV2Client,
  RegisterTargetsCommand,
  type TargetHealthDescription,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import { onTestFinished } from 'vitest'
import { createElasticLoadBalancing } from '../../local/aws/elastic-load-balancing-v2/service.ts'
import { createManualClock } from '../../local/clock.ts'
import type { DataPlane } from '../../local/data-plane/data-plane.ts'
import { aForwardRequest } from './alb.ts'
import { clientSettings, startAwsEndpoint } from './aws-endpoint.ts'

/** A data plane that carries nothing; the health of a group is what the test says, else nothing is registered. */
function createSilentDataPlane(health: ReadonlyMap<string, readonly TargetHealthDescription[]>): DataPlane {
  const nothing = () => undefined
  return {
    putListener: async () => undefined,
    removeListener: async () => undefined,
    putTargetGroup: nothing,
    removeTargetGroup: nothing,
    registerTargets: nothing,
    deregisterTargets: nothing,
    targetHealth: (arn) => [...(health.get(arn) ?? [])],
    close: async () => undefined,
  }
}

/**
 * Elastic Load Balancing of the rehearsal cloud behind real HTTP, with one load balancer: a rule and a test rule that
 * send everything to blue, groups `green` and `other` in no rule. Stopped after the test.
 */
export async function startAlbEndpoint() {
  const health = new Map<string, readonly TargetHealthDescription[]>()
  const service = createElasticLoadBalancing({
    dataPlane: createSilentDataPlane(health),
    clock: createManualClock(),
    addresses: { next: async () => '127.0.0.1' },
  })
  const server = await startAwsEndpoint({ services: [service] })
  const client = new ElasticLoadBalancingV2Client(clientSettings(server))
  onTestFinished(() => client.destroy())

  const loadBalancers = await client.send(new CreateLoadBalancerCommand({ Name: 'shop', Subnets: ['subnet-1'] }))
  const loadBalancer = arnOf(loadBalancers.LoadBalancers?.[0]?.LoadBalancerArn)
  const [blue, green, other] = await Promise.all(['web-blue', 'web-green', 'web-other'].map(createGroup))
  if (!blue || !green || !other) throw new Error('three groups were asked for')
  const listeners = await client.send(
    new CreateListenerCommand({
      LoadBalancerArn: loadBalancer,
      Protocol: 'HTTP',
      Port: 80,
      DefaultActions: [aForwardRequest({ [blue]: 1 })],
    }),
  )
  const listener = arnOf(listeners.Listeners?.[0]?.ListenerArn)

  async function createGroup(Name: string): Promise<string> {
    const input = { Name, Protocol: 'HTTP', Port: 80, VpcId: 'vpc-1', TargetType: 'ip' } as const
    const { TargetGroups } = await client.send(new CreateTargetGroupCommand(input))
    return arnOf(TargetGroups?.[0]?.TargetGroupArn)
  }

  /** Creates a rule for `/p<priority>/*` that sends everything to blue. */
  async function createRule(Priority: number): Promise<string> {
    const { Rules } = await client.send(
      new CreateRuleCommand({
        ListenerArn: listener,
        Priority,
        Conditions: [{ Field: 'path-pattern', Values: [`/p${Priority}/*`] }],
        Actions: [aForwardRequest({ [arnOf(blue)]: 1 })],
      }),
    )
    return arnOf(Rules?.[0]?.RuleArn)
  }

  const rule = await createRule(10)
  const testRule = await createRule(20)
  const gone = await createRule(30)
  await client.send(new DeleteRuleCommand({ RuleArn: gone }))
  return {
    server,
    client,
    arns: { loadBalancer, listener, rule, testRule, gone, blue, green, other },
    /** Registers targets, whose health is then what is said here. */
    async setHealth(targetGroupArn: string, targets: readonly TargetHealthDescription[]) {
      const Targets = targets.flatMap(({ Target }) => (Target ? [Target] : []))
      if (Targets.length > 0) await client.send(new RegisterTargetsCommand({ TargetGroupArn: targetGroupArn, Targets }))
      health.set(targetGroupArn, targets)
    },
  }
}

function arnOf(arn: string | undefined): string {
  if (arn === undefined) throw new Error('the endpoint answered without an ARN')
  return arn
}
