import type { Action, TargetGroupStickinessConfig, TargetGroupTuple } from '@aws-sdk/client-elastic-load-balancing-v2'
import { limits } from './limits.ts'
import { refuse } from './lookup.ts'

/**
 * Checks a forward action and gives it a ForwardConfig with a weight for every group.
 *
 * @throws {AwsError} `ValidationError`, in AWS's words where they are known.
 * @see API reference, ForwardActionConfig; quotas for Application Load Balancers
 */
export function normalizeForward(action: Action): Action {
  const given = action.ForwardConfig?.TargetGroups
  const single = action.TargetGroupArn
  if (single !== undefined && given !== undefined && (given.length !== 1 || given[0]?.TargetGroupArn !== single)) {
    refuse(
      'ValidationError',
      'You can specify both a target group ARN and a forward config only with that one target group in it',
    )
  }
  const groups = given ?? (single === undefined ? [] : [{ TargetGroupArn: single }])
  if (groups.length === 0) refuse('ValidationError', 'A target group must be specified for a forward action')
  const most = limits['target-groups-per-action-on-application-load-balancer']
  if (groups.length > most) refuse('ValidationError', `A forward action can have at most ${most} target groups`)
  const arns = groups.map(({ TargetGroupArn: arn }) => arn ?? refuse('ValidationError', 'TargetGroupArn is required'))
  const twice = arns.find((arn, index) => arns.indexOf(arn) !== index)
  if (twice) refuse('ValidationError', `Target group '${twice}' is specified more than once in a forward action`)
  return {
    ...withoutConfig(action),
    ForwardConfig: {
      TargetGroups: groups.map((group) => ({ ...group, Weight: checkWeight(group, groups.length) })),
      TargetGroupStickinessConfig: checkStickiness(action.ForwardConfig?.TargetGroupStickinessConfig),
    },
  }
}

/** As AWS shows it: the groups in another order, and a single group also as TargetGroupArn. */
export function showForward(action: Action): Action {
  const groups = [...(action.ForwardConfig?.TargetGroups ?? [])].reverse()
  const [first] = groups
  return {
    ...action,
    ...(groups.length === 1 && first?.TargetGroupArn && { TargetGroupArn: first.TargetGroupArn }),
    ForwardConfig: { ...action.ForwardConfig, TargetGroups: groups },
  }
}

function withoutConfig({ TargetGroupArn: _arn, ForwardConfig: _config, ...rest }: Action): Action {
  return rest
}

function checkWeight({ TargetGroupArn: arn, Weight: weight }: TargetGroupTuple, groups: number): number {
  if (weight === undefined) {
    return groups === 1 ? 1 : refuse('ValidationError', `You must specify a weight for target group '${arn}'`)
  }
  if (!Number.isInteger(weight) || weight < 0 || weight > 999) {
    refuse('ValidationError', 'The weight for each target group must be between 0 and 999, inclusive')
  }
  return weight
}

function checkStickiness(config: TargetGroupStickinessConfig | undefined): TargetGroupStickinessConfig {
  const seconds = config?.DurationSeconds
  // AWS checks a duration even where stickiness is off (app-sre/qontract-reconcile#2089).
  const isWrong = seconds === undefined ? config?.Enabled === true : !isDuration(seconds)
  if (isWrong) refuse('ValidationError', 'Target group stickiness duration must be between 1 and 604800 seconds')
  return { Enabled: config?.Enabled ?? false, ...(seconds !== undefined && { DurationSeconds: seconds }) }
}

function isDuration(seconds: number): boolean {
  return Number.isInteger(seconds) && seconds >= 1 && seconds <= 604_800
}
