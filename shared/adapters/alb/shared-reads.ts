import {
  type Action,
  DescribeListenersCommand,
  DescribeRulesCommand,
  DescribeTargetGroupsCommand,
  type ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import { regionOf } from '../../domain/elb-arn.ts'
import { NotFoundError, UpstreamError } from '../../domain/errors.ts'
import type { TargetGroups } from '../../ports/target-groups.ts'
import { callingAws, codeOf } from '../aws-error.ts'
import type { CallRate } from '../call-rate.ts'
import { withDeadline } from '../deadline.ts'
import { askHalving, type GatherTimes, gatherBy } from '../gather.ts'
import { type ActionsOwner, actionsOfListener, actionsOfRule } from './actions-api.ts'

/**
 * ARNs a call. The API reference names no limit for those of rules, listeners and target groups; 20 is what it names for
 * the neighbouring DescribeTags and DescribeLoadBalancers, so that is what every call is made to bear.
 */
export const arnsPerCall = 20

/** For how long the load balancer of a target group is taken to be the same, real milliseconds. */
const knownMs = 5 * 60_000

export interface SharedAlbReads {
  /** What a rule or listener does with its traffic. @throws As the single reading. */
  readonly actionsOf: (owner: ActionsOwner) => Promise<readonly Action[]>
  readonly targetGroups: TargetGroups
}

export interface SharedAlbOptions extends GatherTimes {
  /** The client of a Region. */
  readonly readerFor: (region: string) => ElasticLoadBalancingV2Client
  readonly rate: CallRate
  /** Real milliseconds for each call, retries included. */
  readonly deadlineMs: number
}

/**
 * Reads of Elastic Load Balancing that put the ARNs of concurrent callers into one call for each kind and Region. AWS
 * answers such a call whole or, where one of the ARNs is gone or none of its own, not at all: then the halves are asked, until only whoever
 * asked for that one is told so.
 */
export function createSharedAlbReads({ readerFor, rate, deadlineMs, ...times }: SharedAlbOptions): SharedAlbReads {
  const within = withinFor(rate, deadlineMs)
  const options = { ...times, fits: (batch: readonly string[]) => new Set(batch).size < arnsPerCall }

  const rule = gatherBy<string, readonly Action[]>(
    regionOf,
    askEach(async (region, RuleArns) => {
      const { Rules } = await within('DescribeRules', RuleArns, (abortSignal) =>
        readerFor(region).send(new DescribeRulesCommand({ RuleArns }), { abortSignal }),
      )
      return (arn) => actionsOfRule(Rules, arn)
    }),
    options,
  )
  const listener = gatherBy<string, readonly Action[]>(
    regionOf,
    askEach(async (region, ListenerArns) => {
      const { Listeners } = await within('DescribeListeners', ListenerArns, (abortSignal) =>
        readerFor(region).send(new DescribeListenersCommand({ ListenerArns }), { abortSignal }),
      )
      return (arn) => actionsOfListener(Listeners, arn)
    }),
    options,
  )
  const loadBalancer = gatherBy<string, string | null>(
    regionOf,
    askEach(async (region, TargetGroupArns) => {
      const { TargetGroups: groups } = await within('DescribeTargetGroups', TargetGroupArns, (abortSignal) =>
        readerFor(region).send(new DescribeTargetGroupsCommand({ TargetGroupArns }), { abortSignal }),
      )
      return (arn) => groups?.find(({ TargetGroupArn }) => TargetGroupArn === arn)?.LoadBalancerArns?.[0] ?? null
    }),
    options,
  )
  return {
    actionsOf: (owner) => ('ruleArn' in owner ? rule(owner.ruleArn) : listener(owner.listenerArn)),
    targetGroups: rememberFound(loadBalancer),
  }
}

type Send<T> = (signal: AbortSignal) => Promise<T>

function withinFor(rate: CallRate, deadlineMs: number) {
  return <T>(tried: string, arns: readonly string[], send: Send<T>): Promise<T> => {
    const on = arns.length === 1 ? (arns[0] ?? '') : `${arns.length} ARNs, ${arns[0]} the first`
    return rate(() => callingAws({ tried: `elasticloadbalancing:${tried}`, on }, () => withDeadline(deadlineMs, send)))
  }
}

/** @param describe - One call; what it returns picks an ARN's part of the answer, or throws that one's own error. */
function askEach<Value>(describe: (region: string, arns: string[]) => Promise<(arn: string) => Value>) {
  return (region: string, keys: readonly string[]): Promise<readonly (Value | Error)[]> =>
    askHalving(
      keys,
      async (some) => {
        const pick = await describe(region, [...new Set(some)])
        return some.map((arn) => orError(() => pick(arn)))
      },
      isOfOne,
    )
}

/** One ARN is gone, or is none to AWS: such a call is refused whole, too. */
function isOfOne(error: unknown): boolean {
  return error instanceof NotFoundError || (error instanceof UpstreamError && codeOf(error.cause) === 'ValidationError')
}

function orError<Value>(pick: () => Value): Value | Error {
  try {
    return pick()
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error))
  }
}

function rememberFound(ask: (targetGroupArn: string) => Promise<string | null>): TargetGroups {
  const known = new Map<string, { readonly loadBalancerArn: string; readonly untilMs: number }>()
  return {
    async loadBalancerOf(targetGroupArn) {
      const kept = known.get(targetGroupArn)
      if (kept && kept.untilMs > performance.now()) return kept.loadBalancerArn
      const found = await ask(targetGroupArn).catch((error: unknown) => {
        if (error instanceof NotFoundError) return null
        throw error
      })
      if (found === null) known.delete(targetGroupArn)
      else known.set(targetGroupArn, { loadBalancerArn: found, untilMs: performance.now() + knownMs })
      return found
    },
  }
}
