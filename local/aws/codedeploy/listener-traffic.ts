import type { Action, Rule } from '@aws-sdk/client-elastic-load-balancing-v2'
import { AwsError } from '../service.ts'
import type { BalancerCalls } from './balancer-calls.ts'
import { DeploymentFailure } from './failure.ts'

/** ARNs of the two target groups of a deployment. */
export interface Pair {
  readonly blue: string
  readonly green: string
}

/** What a listener's rules give one group of a pair, percent 0–100. */
export function percentOf(action: Action, groupArn: string): number {
  const groups = action.ForwardConfig?.TargetGroups ?? []
  const total = groups.reduce((sum, { Weight = 0 }) => sum + Weight, 0)
  const weight = groups.find(({ TargetGroupArn }) => TargetGroupArn === groupArn)?.Weight ?? 0
  return total === 0 ? 0 : (100 * weight) / total
}

/** The forward action of a rule that carries the pair: one of its groups or both, and no other. */
export function forwardOfPair(rule: Rule, pair: Pair): Action | undefined {
  const groups = (action: Action) => action.ForwardConfig?.TargetGroups ?? []
  return (rule.Actions ?? []).find(
    (action) =>
      groups(action).length > 0 &&
      groups(action).every(({ TargetGroupArn: arn }) => arn === pair.blue || arn === pair.green),
  )
}

/** A rule's actions with the pair's traffic divided; everything else about them stays. */
export function divided(actions: readonly Action[], forward: Action, pair: Pair, greenPercent: number): Action[] {
  return actions.map((action): Action => {
    // DescribeRules never shows the client secret; without this word the change would be refused.
    if (action.AuthenticateOidcConfig) {
      return { ...action, AuthenticateOidcConfig: { ...action.AuthenticateOidcConfig, UseExistingClientSecret: true } }
    }
    if (action !== forward) return action
    const { TargetGroupArn: _single, ...rest } = action
    return {
      ...rest,
      ForwardConfig: {
        ...action.ForwardConfig,
        TargetGroups: [
          { TargetGroupArn: pair.blue, Weight: 100 - greenPercent },
          { TargetGroupArn: pair.green, Weight: greenPercent },
        ],
      },
    }
  })
}

/**
 * Gives the green group its share in every rule of a listener that carries the pair. Rules that have it already are left
 * alone, so that doing it twice is doing it once.
 *
 * @param greenPercent - Whole percent, 0–100.
 * @throws {DeploymentFailure} `ELASTIC_LOAD_BALANCING_INVALID` when no rule carries the pair, or the load balancer refuses.
 */
export async function divideTraffic(
  calls: BalancerCalls,
  listenerArn: string,
  pair: Pair,
  greenPercent: number,
): Promise<void> {
  const carrying = await rulesOfPair(calls, listenerArn, pair)
  if (carrying.length === 0) throw notBehind()
  for (const { rule, forward } of carrying) {
    const isPaired = forward.ForwardConfig?.TargetGroups?.length === 2
    if (isPaired && percentOf(forward, pair.green) === greenPercent) continue
    await refused(calls.setActions(listenerArn, rule, divided(rule.Actions ?? [], forward, pair, greenPercent)))
  }
}

/** @throws {DeploymentFailure} `ELASTIC_LOAD_BALANCING_INVALID` when the listener cannot be read. */
export async function rulesOfPair(calls: BalancerCalls, listenerArn: string, pair: Pair) {
  const rules = await refused(calls.rulesOf(listenerArn))
  return rules.flatMap((rule) => {
    const forward = forwardOfPair(rule, pair)
    return forward ? [{ rule, forward }] : []
  })
}

/** @throws {DeploymentFailure} `ELASTIC_LOAD_BALANCING_INVALID` in place of the load balancer's own error. */
export async function refused<Result>(answer: Promise<Result>): Promise<Result> {
  try {
    return await answer
  } catch (error) {
    if (!(error instanceof AwsError)) throw error
    throw invalid(error.message)
  }
}

export function notBehind(): DeploymentFailure {
  return invalid('Primary taskset target group must be behind listener')
}

function invalid(reason: string): DeploymentFailure {
  return new DeploymentFailure(
    'ELASTIC_LOAD_BALANCING_INVALID',
    `The ELB could not be updated due to the following error: ${reason}`,
  )
}
