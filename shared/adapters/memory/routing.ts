import type { Action } from '@aws-sdk/client-elastic-load-balancing-v2'
import { loadBalancerArnOf } from '../../domain/elb-arn.ts'
import { NotFoundError, UpstreamError } from '../../domain/errors.ts'
import { weightedGroupsOf } from '../alb/forward-action.ts'
import { copyOf } from './copy.ts'

/** Weights by target group ARN. */
export type WeightsByGroup = Readonly<Record<string, number>>

/** A write that took effect. */
export interface WriteRecord {
  readonly resource: string
  readonly before: WeightsByGroup
  readonly after: WeightsByGroup
}

/** What a rule or listener of the memory cloud does. */
export interface RoutingWish {
  readonly weights: WeightsByGroup
  /** Group stickiness, seconds; absent: off. */
  readonly stickySeconds?: number
  /** Actions before the forward action, such as `authenticate-oidc`. */
  readonly before?: readonly Action[]
}

/** Rules and listeners with their actions; enforces what AWS enforces on a change of weights. */
export interface MemoryRouting {
  /** Puts a rule or listener there, or changes it as somebody else would: not one of our writes. */
  set(resource: string, wish: RoutingWish): void
  /** @throws {NotFoundError} If there is no such rule or listener. */
  actions(resource: string): readonly Action[]
  remove(resource: string): void
  /** A write of ours. @throws {NotFoundError} Unknown rule or group. @throws {UpstreamError} What AWS refuses. */
  write(resource: string, actions: readonly Action[]): void
  readonly writes: readonly WriteRecord[]
  /** Rules and listeners that have `group` in their actions, with its weight there. */
  usersOf(group: string): readonly { readonly resource: string; readonly weight: number }[]
  has(resource: string): boolean
}

/** @param hasGroup - Whether a target group exists. */
export function createMemoryRouting(hasGroup: (arn: string) => boolean): MemoryRouting {
  const resources = new Map<string, readonly Action[]>()
  const writes: WriteRecord[] = []

  function actions(resource: string): readonly Action[] {
    const found = resources.get(resource)
    if (!found) throw new NotFoundError(`there is no ${resource}`)
    return copyOf(found)
  }

  const usersOf = (group: string) =>
    [...resources].flatMap(([resource, its]) =>
      groupsIn(its).flatMap(({ arn, weight }) => (arn === group ? [{ resource, weight }] : [])),
    )

  function check(resource: string, next: readonly Action[]): void {
    const groups = groupsIn(next)
    const missing = groups.find(({ arn }) => !hasGroup(arn))
    if (missing) throw new NotFoundError(`TargetGroupNotFound: ${missing.arn}`)
    const foreign = groups.find(({ arn }) =>
      usersOf(arn).some((user) => loadBalancerArnOf(user.resource) !== loadBalancerArnOf(resource)),
    )
    if (foreign) throw new UpstreamError(`TargetGroupAssociationLimit: ${foreign.arn} is on another load balancer`)
    const refusal = refusalOf(groups)
    if (refusal) throw new UpstreamError(`ValidationError: ${refusal}`)
  }

  return {
    writes,
    actions,
    usersOf,
    has: (resource) => resources.has(resource),
    remove: (resource) => void resources.delete(resource),
    set: (resource, wish) => void resources.set(resource, toActions(wish)),
    write(resource, next) {
      const before = actions(resource)
      check(resource, next)
      resources.set(resource, copyOf(next))
      writes.push({ resource, before: toWeights(before), after: toWeights(next) })
    },
  }
}

/** Weights of a list of actions by group. */
export function toWeights(actions: readonly Action[]): WeightsByGroup {
  return Object.fromEntries(groupsIn(actions).map(({ arn, weight }) => [arn, weight]))
}

function groupsIn(actions: readonly Action[]) {
  return actions.filter(({ Type }) => Type === 'forward').flatMap(weightedGroupsOf)
}

function toActions({ weights, stickySeconds, before = [] }: RoutingWish): readonly Action[] {
  const forward: Action = {
    Type: 'forward',
    Order: before.length + 1,
    ForwardConfig: {
      TargetGroups: Object.entries(weights).map(([TargetGroupArn, Weight]) => ({ TargetGroupArn, Weight })),
      TargetGroupStickinessConfig:
        stickySeconds === undefined ? { Enabled: false } : { Enabled: true, DurationSeconds: stickySeconds },
    },
  }
  return copyOf([...before.map((action, index) => ({ ...action, Order: index + 1 })), forward])
}

/** @see ELBv2 API reference, TargetGroupTuple; a rule whose weights are all 0 is documented nowhere, so none is taken. */
function refusalOf(groups: readonly { readonly arn: string; readonly weight: number }[]): string | null {
  if (groups.length < 1 || groups.length > 5) return `an action takes 1 to 5 target groups, not ${groups.length}`
  if (new Set(groups.map(({ arn }) => arn)).size < groups.length) return 'a target group is named twice'
  if (groups.some(({ weight }) => !Number.isInteger(weight) || weight < 0 || weight > 999))
    return 'weights are whole numbers from 0 to 999'
  return groups.every(({ weight }) => weight === 0) ? 'every weight is 0' : null
}
