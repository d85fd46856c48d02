import {
  type Action,
  DescribeListenersCommand,
  DescribeRulesCommand,
  DescribeTargetGroupAttributesCommand,
  DescribeTargetGroupsCommand,
  type ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import { NotFoundError } from '../../domain/errors.ts'
import { callingAws } from '../aws-error.ts'
import { withDeadline } from '../deadline.ts'

/** One rule, or one listener's default rule, with what it does. */
export interface ActionsAt {
  /** The rule's ARN; a default rule goes by its listener's, as routes name it. */
  readonly resource: string
  readonly actions: readonly Action[]
}

/** The reads that an inspection needs, one Region. Every one throws our errors only. */
export interface InspectionReads {
  targetGroup(arn: string): Promise<TargetGroupRead | null>
  attributes(targetGroupArn: string): Promise<ReadonlyMap<string, string>>
  /** Everything on a load balancer that routes, paged to the end. */
  allActions(loadBalancerArn: string): Promise<readonly ActionsAt[]>
  /** The default action and every rule of one listener, paged to the end. @throws {NotFoundError} If there is none. */
  actionsUnder(listenerArn: string): Promise<readonly ActionsAt[]>
}

export interface TargetGroupRead {
  readonly arn: string
  readonly loadBalancerArns: readonly string[]
  readonly targetType: string
  readonly healthCheckEnabled: boolean
}

/** @param deadlineMs - Real milliseconds for each page, retries included. */
export function createInspectionReads(client: ElasticLoadBalancingV2Client, deadlineMs: number): InspectionReads {
  const within = <T>(tried: string, on: string, send: (abortSignal: AbortSignal) => Promise<T>) =>
    callingAws({ tried: `elasticloadbalancing:${tried}`, on }, () => withDeadline(deadlineMs, send))

  async function listenersOf(loadBalancerArn: string): Promise<readonly string[]> {
    const arns: string[] = []
    let marker: string | undefined
    do {
      const command = new DescribeListenersCommand({ LoadBalancerArn: loadBalancerArn, ...page(marker) })
      const answer = await within('DescribeListeners', loadBalancerArn, (abortSignal) =>
        client.send(command, { abortSignal }),
      )
      arns.push(...(answer.Listeners ?? []).flatMap(({ ListenerArn }) => ListenerArn ?? []))
      marker = answer.NextMarker
    } while (marker)
    return arns
  }

  async function rulesOf(listenerArn: string): Promise<readonly ActionsAt[]> {
    const found: ActionsAt[] = []
    let marker: string | undefined
    do {
      const command = new DescribeRulesCommand({ ListenerArn: listenerArn, ...page(marker) })
      const answer = await within('DescribeRules', listenerArn, (abortSignal) => client.send(command, { abortSignal }))
      for (const { RuleArn, IsDefault, Actions } of answer.Rules ?? [])
        if (RuleArn) found.push({ resource: IsDefault ? listenerArn : RuleArn, actions: Actions ?? [] })
      marker = answer.NextMarker
    } while (marker)
    return found
  }

  return {
    async targetGroup(arn) {
      const command = new DescribeTargetGroupsCommand({ TargetGroupArns: [arn] })
      const answer = await orNull(() =>
        within('DescribeTargetGroups', arn, (abortSignal) => client.send(command, { abortSignal })),
      )
      const group = answer?.TargetGroups?.find(({ TargetGroupArn }) => TargetGroupArn === arn)
      if (!group) return null
      return {
        arn,
        loadBalancerArns: group.LoadBalancerArns ?? [],
        targetType: group.TargetType ?? 'instance',
        healthCheckEnabled: group.HealthCheckEnabled ?? true,
      }
    },
    async attributes(targetGroupArn) {
      const command = new DescribeTargetGroupAttributesCommand({ TargetGroupArn: targetGroupArn })
      const answer = await within('DescribeTargetGroupAttributes', targetGroupArn, (abortSignal) =>
        client.send(command, { abortSignal }),
      )
      return new Map((answer.Attributes ?? []).map(({ Key, Value }) => [Key ?? '', Value ?? '']))
    },
    async allActions(loadBalancerArn) {
      const all: ActionsAt[] = []
      // One after the other: the account's bucket of describe calls is shared with everything else that runs in it.
      for (const listener of await listenersOf(loadBalancerArn)) all.push(...(await rulesOf(listener)))
      return all
    },
    actionsUnder: rulesOf,
  }
}

function page(marker: string | undefined) {
  return marker === undefined ? {} : { Marker: marker }
}

/** What does not exist is null; every other error stays one. */
export async function orNull<T>(call: () => Promise<T>): Promise<T | null> {
  try {
    return await call()
  } catch (error) {
    if (error instanceof NotFoundError) return null
    throw error
  }
}
