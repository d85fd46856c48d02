import type { Action, TargetGroupTuple } from '@aws-sdk/client-elastic-load-balancing-v2'
import { toCanonicalText } from '../../domain/canonical-text.ts'
import { InvariantError, UpstreamError } from '../../domain/errors.ts'
import type { RouteState, Slot } from '../../domain/traffic.ts'

/** The target group of each slot; null for a test rule, which knows no slots. */
export type SlotGroups = Readonly<Record<Slot, string | null>>

export const noSlots: SlotGroups = { blue: null, green: null }

/** One target group of a forward action, its weight always given. */
export interface WeightedGroup {
  readonly arn: string
  /** 0–999. */
  readonly weight: number
}

/** What `RouteState.raw` holds: all actions, by `Order`, without secrets. */
interface AlbRaw {
  readonly actions: readonly Action[]
}

/**
 * What a rule or listener does with its traffic, as one comparable value.
 *
 * `settings` holds every other action, in sequence, and stickiness; `Order` counts as the sequence that it makes, not as
 * numbers. Groups besides blue and green are in it while they get traffic: their appearing is drift, and the snapshot
 * takes it back. At weight 0 they get none, so they are kept in `raw` only, as an absent group counts as 0.
 *
 * @param actions - As DescribeRules or DescribeListeners returned them.
 * @param resource - The rule or listener, for messages.
 * @throws {UpstreamError} If there is no forward action.
 */
export function toRouteState(actions: readonly Action[], groups: SlotGroups, resource: string): RouteState {
  const ordered = [...actions].sort((a, b) => (a.Order ?? 0) - (b.Order ?? 0)).map(withoutSecret)
  const forward = ordered.find(isForward)
  if (!forward)
    throw new UpstreamError(
      `${resource} has no forward action; add one that forwards to both of the route's target groups`,
    )
  const weighted = weightedGroupsOf(forward)
  return {
    weights: { blue: weightOf(weighted, groups.blue), green: weightOf(weighted, groups.green) },
    settings: toCanonicalText(
      ordered.map((action) => (isForward(action) ? settingsOf(action, groups) : comparable(action))),
    ),
    // Plain JSON: the SDK's answers carry members that are undefined, which not every store takes.
    raw: JSON.parse(JSON.stringify({ actions: ordered } satisfies AlbRaw)),
  }
}

/**
 * `seen` with its forward action sending to `next` only; all other actions and stickiness as they are.
 *
 * @param next - At least one with a weight above 0: nobody documents what an ALB does with zeros alone.
 */
export function withGroups(
  seen: RouteState,
  next: readonly WeightedGroup[],
  groups: SlotGroups,
  resource: string,
): RouteState {
  if (!next.some(({ weight }) => weight > 0))
    throw new InvariantError(`refusing to leave ${resource} without a target group above weight 0`)
  const actions = actionsOf(seen).map((action) => (isForward(action) ? forwardTo(action, next) : action))
  return toRouteState(actions, groups, resource)
}

/** Group stickiness of a state, seconds; null where it is off. */
export function groupStickinessOf(seen: RouteState): number | null {
  return stickinessSeconds(forwardOf(seen))
}

/** The groups of a state's forward action. */
export function groupsOfState(seen: RouteState): readonly WeightedGroup[] {
  return weightedGroupsOf(forwardOf(seen))
}

/** Groups besides blue and green that get traffic. */
export function otherWeightedGroups(weighted: readonly WeightedGroup[], groups: SlotGroups): readonly WeightedGroup[] {
  return weighted.filter(({ arn, weight }) => weight > 0 && arn !== groups.blue && arn !== groups.green)
}

/**
 * The `Actions` (or `DefaultActions`) that put `target` in place.
 *
 * DescribeRules' answer cannot be sent back as it is: it lacks the OIDC client secret, so that action needs
 * `UseExistingClientSecret`, and it names a single target group twice, which AWS refuses beside a second one.
 *
 * @see ELBv2 API reference, ModifyRule, AuthenticateOidcActionConfig, ForwardActionConfig
 */
export function toRequestActions(target: RouteState): Action[] {
  return actionsOf(target).map((action) => {
    if (isForward(action)) return forwardTo(action, weightedGroupsOf(action))
    if (!action.AuthenticateOidcConfig) return action
    return { ...action, AuthenticateOidcConfig: { ...action.AuthenticateOidcConfig, UseExistingClientSecret: true } }
  })
}

/** The weight of one group among a forward action's; null: it is not in the action. */
function weightOf(weighted: readonly WeightedGroup[], arn: string | null): number | null {
  return weighted.find((group) => group.arn === arn)?.weight ?? null
}

/** The groups of one forward action; the only group of an action gets everything, whatever its number says. */
export function weightedGroupsOf({ TargetGroupArn, ForwardConfig }: Action): readonly WeightedGroup[] {
  const tuples = ForwardConfig?.TargetGroups ?? []
  const [only] = tuples.length > 0 ? tuples : TargetGroupArn ? [{ TargetGroupArn }] : []
  // The order of groups in answers is not stable, but the order of a request does not matter either.
  if (tuples.length < 2) return only?.TargetGroupArn ? [{ arn: only.TargetGroupArn, weight: 100 }] : []
  return tuples.flatMap(({ TargetGroupArn: arn, Weight }) => (arn ? [{ arn, weight: Weight ?? 0 }] : []))
}

function forwardTo({ Type, Order, ForwardConfig }: Action, next: readonly WeightedGroup[]): Action {
  const stickiness = ForwardConfig?.TargetGroupStickinessConfig
  return {
    Type,
    ...(Order === undefined ? {} : { Order }),
    ForwardConfig: {
      TargetGroups: next.map(({ arn, weight }): TargetGroupTuple => ({ TargetGroupArn: arn, Weight: weight })),
      ...(stickiness ? { TargetGroupStickinessConfig: stickiness } : {}),
    },
  }
}

function settingsOf(forward: Action, groups: SlotGroups) {
  const weighted = weightedGroupsOf(forward)
  const total = weighted.reduce((sum, { weight }) => sum + weight, 0)
  return {
    Type: 'forward',
    stickinessSeconds: stickinessSeconds(forward),
    others: otherWeightedGroups(weighted, groups)
      .map(({ arn, weight }) => ({ arn, share: weight / total }))
      .sort((a, b) => (a.arn < b.arn ? -1 : 1)),
  }
}

function stickinessSeconds({ ForwardConfig }: Action): number | null {
  const stickiness = ForwardConfig?.TargetGroupStickinessConfig
  return stickiness?.Enabled ? (stickiness.DurationSeconds ?? 0) : null
}

function comparable({ Order: _sequence, AuthenticateOidcConfig: oidc, ...rest }: Action) {
  if (!oidc) return rest
  const { UseExistingClientSecret: _transport, ...kept } = oidc
  return { ...rest, AuthenticateOidcConfig: kept }
}

function withoutSecret(action: Action): Action {
  if (!action.AuthenticateOidcConfig) return action
  const { ClientSecret: _secret, ...kept } = action.AuthenticateOidcConfig
  return { ...action, AuthenticateOidcConfig: kept }
}

function isForward({ Type }: Action): boolean {
  return Type === 'forward'
}

function forwardOf(state: RouteState): Action {
  const forward = actionsOf(state).find(isForward)
  if (!forward) throw new InvariantError('a stored ALB state has no forward action')
  return forward
}

/** States come back from the store as plain JSON; ours always have actions. */
function actionsOf({ raw }: RouteState): readonly Action[] {
  if (typeof raw === 'object' && raw !== null && 'actions' in raw && Array.isArray(raw.actions))
    return raw.actions as Action[]
  throw new InvariantError('a stored ALB state holds no actions')
}
