import { AwsError } from '../service.ts'
import type { ListenerRecord, LoadBalancerRecord, RuleRecord, Store, TargetGroupRecord } from './records.ts'

/** @throws {AwsError} `LoadBalancerNotFound` */
export function getLoadBalancer(store: Store, arn: string | undefined): LoadBalancerRecord {
  return store.loadBalancers.get(arn ?? '') ?? refuse('LoadBalancerNotFound', `Load balancer '${arn}' not found`)
}

/** @throws {AwsError} `ListenerNotFound` */
export function getListener(store: Store, arn: string | undefined): ListenerRecord {
  return store.listeners.get(arn ?? '') ?? refuse('ListenerNotFound', `Listener '${arn}' not found`)
}

/** @throws {AwsError} `RuleNotFound` */
export function getRule(store: Store, arn: string | undefined): RuleRecord {
  return store.rules.get(arn ?? '') ?? refuse('RuleNotFound', `Rule '${arn}' not found`)
}

/** @throws {AwsError} `TargetGroupNotFound` */
export function getTargetGroup(store: Store, arn: string | undefined): TargetGroupRecord {
  return store.targetGroups.get(arn ?? '') ?? refuse('TargetGroupNotFound', `Target group '${arn}' not found`)
}

export function listenersOf(store: Store, loadBalancerArn: string): ListenerRecord[] {
  return [...store.listeners.values()].filter((listener) => listener.loadBalancerArn === loadBalancerArn)
}

/** Ascending by priority, the default rule last. */
export function rulesOf(store: Store, listenerArn: string): RuleRecord[] {
  return sortRules([...store.rules.values()].filter((rule) => rule.listenerArn === listenerArn))
}

export function sortRules(rules: readonly RuleRecord[]): RuleRecord[] {
  const rank = ({ priority }: RuleRecord) => (priority === 'default' ? Number.POSITIVE_INFINITY : priority)
  return [...rules].sort((a, b) => (rank(a) === rank(b) ? 0 : rank(a) - rank(b)))
}

export function defaultRuleOf(store: Store, listenerArn: string): RuleRecord {
  const rule = [...store.rules.values()].find((r) => r.listenerArn === listenerArn && r.priority === 'default')
  if (!rule) throw new Error(`listener ${listenerArn} has no default rule`)
  return rule
}

/** ARNs of the target groups that a rule forwards to, weight 0 included. */
export function targetGroupsOf(rule: Pick<RuleRecord, 'actions'>): string[] {
  return rule.actions.flatMap((action) =>
    (action.ForwardConfig?.TargetGroups ?? []).map((group) => group.TargetGroupArn ?? ''),
  )
}

/** ARN of the load balancer that uses a target group: at most one. */
export function loadBalancerOf(store: Store, targetGroupArn: string): string | undefined {
  const rule = [...store.rules.values()].find((candidate) => targetGroupsOf(candidate).includes(targetGroupArn))
  return rule && store.listeners.get(rule.listenerArn)?.loadBalancerArn
}

/** Removes a listener with its rules and their tags. */
export function forgetListener(store: Store, arn: string): void {
  for (const rule of rulesOf(store, arn)) forgetRule(store, rule.arn)
  store.listeners.delete(arn)
  store.tags.delete(arn)
}

export function forgetRule(store: Store, arn: string): void {
  store.rules.delete(arn)
  store.tags.delete(arn)
}

export function refuse(code: string, message: string): never {
  throw new AwsError(code, message)
}
