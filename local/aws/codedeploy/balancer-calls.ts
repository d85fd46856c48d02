import type * as elb from '@aws-sdk/client-elastic-load-balancing-v2'
import type { AwsService } from '../service.ts'

/** What CodeDeploy asks of the load balancer: the same operations that a client of the endpoint reaches. */
export interface BalancerCalls {
  /** Rules of a listener, the default rule among them. @throws {AwsError} As DescribeRules. */
  rulesOf(listenerArn: string): Promise<readonly elb.Rule[]>
  /** Gives a rule other actions: by ModifyListener for a default rule, else by ModifyRule. @throws {AwsError} As these. */
  setActions(listenerArn: string, rule: elb.Rule, actions: readonly elb.Action[]): Promise<void>
  /** @throws {AwsError} As DescribeTargetGroups. */
  targetGroupArn(name: string): Promise<string>
  /** @throws {AwsError} As DescribeTargetHealth. */
  targetHealth(targetGroupArn: string): Promise<readonly elb.TargetHealthDescription[]>
}

/**
 * @param service - The load balancers of the rehearsal cloud.
 * @param saved - Makes a change of theirs outlive the process, as the endpoint does before it answers a caller.
 */
export function createBalancerCalls(
  service: Pick<AwsService, 'operations'>,
  region: string,
  saved: () => Promise<void>,
): BalancerCalls {
  async function call<Output>(name: string, input: object): Promise<Output> {
    const operation = service.operations[name]
    if (!operation) throw new Error(`the local load balancer has no ${name}`)
    const output = await operation.handle(input, { requestId: 'codedeploy', region })
    if (operation.mutates) await saved()
    // The operation's own schema says what it gives.
    return output as Output
  }

  return {
    async rulesOf(listenerArn) {
      const rules: elb.Rule[] = []
      let marker: string | undefined
      do {
        const page = await call<elb.DescribeRulesOutput>('DescribeRules', {
          ListenerArn: listenerArn,
          ...(marker !== undefined && { Marker: marker }),
        })
        rules.push(...(page.Rules ?? []))
        marker = page.NextMarker
      } while (marker !== undefined)
      return rules
    },
    async setActions(listenerArn, rule, actions) {
      if (rule.IsDefault) await call('ModifyListener', { ListenerArn: listenerArn, DefaultActions: actions })
      else await call('ModifyRule', { RuleArn: rule.RuleArn, Actions: actions })
    },
    async targetGroupArn(name) {
      const { TargetGroups: groups } = await call<elb.DescribeTargetGroupsOutput>('DescribeTargetGroups', {
        Names: [name],
      })
      return groups?.[0]?.TargetGroupArn ?? ''
    },
    async targetHealth(targetGroupArn) {
      const output = await call<elb.DescribeTargetHealthOutput>('DescribeTargetHealth', {
        TargetGroupArn: targetGroupArn,
      })
      return output.TargetHealthDescriptions ?? []
    },
  }
}
