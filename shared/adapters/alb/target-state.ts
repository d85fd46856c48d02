import { UpstreamError } from '../../domain/errors.ts'
import { maxRouterWeight, otherSlot, type RouteState, type Slot, toRouterWeights } from '../../domain/traffic.ts'
import type { RouterWish } from '../../ports/traffic-router.ts'
import {
  groupStickinessOf,
  groupsOfState,
  noSlots,
  otherWeightedGroups,
  type WeightedGroup,
  withGroups,
} from './forward-action.ts'

/** @see Application Load Balancer user guide, quotas: target groups per action, not adjustable */
const maxGroupsPerAction = 5

/**
 * What `seen` becomes when the canary gets `wish.percent`. A side that is not in the action yet is added, at 0 too:
 * targets are health-checked only once their group is in an action.
 *
 * With group stickiness on and `keepIdle: false`, the side at 0 leaves the action: its cookies would be honoured
 * whatever the weights. Without stickiness `keepIdle: false` only adds nothing that gets no traffic.
 *
 * @throws {UpstreamError} If another group gets traffic by this action, or a sixth group would be needed.
 * @see Application Load Balancer user guide, sticky sessions, target group stickiness
 */
export function toTargetState(
  seen: RouteState,
  wish: RouterWish,
  groups: Readonly<Record<Slot, string>>,
  resource: string,
): RouteState {
  const present = groupsOfState(seen)
  const [foreign] = otherWeightedGroups(present, groups)
  if (foreign)
    throw new UpstreamError(
      `${resource} also sends traffic to ${foreign.arn} (weight ${foreign.weight}); set that weight to 0 or remove the group`,
    )
  const weights = toRouterWeights(wish.percent, maxRouterWeight.alb)
  const wanted: readonly WeightedGroup[] = [
    { arn: groups[otherSlot(wish.canary)], weight: weights.stable },
    { arn: groups[wish.canary], weight: weights.canary },
  ]
  const sticky = groupStickinessOf(seen) !== null
  const leaves = (group: WeightedGroup) =>
    group.weight === 0 && !wish.keepIdle && (sticky || !present.some(({ arn }) => arn === group.arn))
  const kept = present.filter(({ arn }) => !wanted.some((group) => group.arn === arn))
  const next = [...wanted.filter((group) => !leaves(group)), ...kept]
  if (next.length > maxGroupsPerAction)
    throw new UpstreamError(
      `${resource} would have ${next.length} target groups, AWS takes ${maxGroupsPerAction}; remove one at weight 0`,
    )
  return withGroups(seen, next, groups, resource)
}

/**
 * What `seen` becomes when everything goes to one group.
 * @param resource - The test rule or listener, for messages.
 */
export function toSingleGroup(seen: RouteState, targetGroupArn: string, resource: string): RouteState {
  return withGroups(seen, [{ arn: targetGroupArn, weight: 100 }], noSlots, resource)
}
