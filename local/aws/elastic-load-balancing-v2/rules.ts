import * as sdk from '@aws-sdk/client-elastic-load-balancing-v2'
import { type AwsOperation, operation } from '../service.ts'
import { normalizeActions, showActions } from './actions.ts'
import { checkInteger } from './check.ts'
import { normalizeConditions, showCondition } from './conditions.ts'
import { type ControlPlane, carryListener } from './control-plane.ts'
import { limits } from './limits.ts'
import { forgetRule, getListener, getRule, listenersOf, refuse, rulesOf } from './lookup.ts'
import { paginate } from './pages.ts'
import type { RuleRecord, Store } from './records.ts'
import { checkTags } from './tags.ts'
import { checkTargetGroupUse } from './target-group-use.ts'
import { checkTransforms } from './transforms.ts'

export function createRuleOperations(control: ControlPlane): Record<string, AwsOperation> {
  const { store } = control
  return {
    CreateRule: operation<sdk.CreateRuleCommandInput, sdk.CreateRuleCommandOutput>(
      sdk.CreateRule$,
      true,
      async (input) => {
        const tags = checkTags(input.Tags)
        const rule = buildRule(control, input)
        await changeRules(control, [...rulesOf(store, rule.listenerArn), rule])
        store.tags.set(rule.arn, tags)
        return { Rules: [show(rule)] }
      },
    ),
    DescribeRules: operation<sdk.DescribeRulesCommandInput, sdk.DescribeRulesCommandOutput>(
      sdk.DescribeRules$,
      false,
      (input) => {
        const page = paginate(select(store, input), ({ arn }) => arn, input)
        return { Rules: page.items.map(show), ...(page.nextMarker && { NextMarker: page.nextMarker }) }
      },
    ),
    ModifyRule: operation<sdk.ModifyRuleCommandInput, sdk.ModifyRuleCommandOutput>(
      sdk.ModifyRule$,
      true,
      async (input) => {
        const next = modifyRule(store, input)
        await changeRules(
          control,
          rulesOf(store, next.listenerArn).map((rule) => (rule.arn === next.arn ? next : rule)),
        )
        return { Rules: [show(next)] }
      },
    ),
    DeleteRule: operation<sdk.DeleteRuleCommandInput, sdk.DeleteRuleCommandOutput>(
      sdk.DeleteRule$,
      true,
      async (input) => {
        const rule = getRule(store, input.RuleArn)
        if (rule.priority === 'default') {
          refuse('OperationNotPermitted', `Default rule '${rule.arn}' cannot be deleted`)
        }
        await changeRules(
          control,
          rulesOf(store, rule.listenerArn).filter(({ arn }) => arn !== rule.arn),
        )
        forgetRule(store, rule.arn)
        return {}
      },
    ),
    SetRulePriorities: operation<sdk.SetRulePrioritiesCommandInput, sdk.SetRulePrioritiesCommandOutput>(
      sdk.SetRulePriorities$,
      true,
      async (input) => {
        const moved = setPriorities(store, input.RulePriorities ?? [])
        const [first] = moved
        if (first) {
          const all = rulesOf(store, first.listenerArn)
          await changeRules(
            control,
            all.map((rule) => moved.find(({ arn }) => arn === rule.arn) ?? rule),
          )
        }
        return { Rules: moved.map(show) }
      },
    ),
  }
}

/** Checks all rules that a listener would have, gives them to the data plane, and keeps them. */
async function changeRules(control: ControlPlane, rules: readonly RuleRecord[]): Promise<void> {
  const { store } = control
  const listener = getListener(store, rules[0]?.listenerArn)
  checkTargetGroupUse(store, listener, rules)
  await carryListener(control, listener, rules)
  for (const rule of rules) store.rules.set(rule.arn, rule)
}

function buildRule({ store, identity }: ControlPlane, input: sdk.CreateRuleInput): RuleRecord {
  const listener = getListener(store, input.ListenerArn)
  const priority = checkInteger('Priority', input.Priority ?? 0, [1, 50_000])
  if (rulesOf(store, listener.arn).some((rule) => rule.priority === priority)) {
    refuse('PriorityInUse', `Priority '${priority}' is currently in use`)
  }
  const most = limits['rules-per-application-load-balancer']
  const siblings = listenersOf(store, listener.loadBalancerArn).flatMap(({ arn }) => rulesOf(store, arn))
  if (siblings.filter((rule) => rule.priority !== 'default').length >= most) {
    refuse('TooManyRules', `A load balancer can have at most ${most} rules`)
  }
  return {
    arn: identity.ruleArn(listener.arn),
    listenerArn: listener.arn,
    priority,
    conditions: normalizeConditions(input.Conditions),
    actions: normalizeActions(input.Actions, listener.protocol, []),
    transforms: checkTransforms(input.Transforms ?? []),
  }
}

/** What is not given stays. The default rule belongs to ModifyListener. */
function modifyRule(store: Store, input: sdk.ModifyRuleInput): RuleRecord {
  const rule = getRule(store, input.RuleArn)
  if (rule.priority === 'default') {
    refuse('OperationNotPermitted', `Default rule '${rule.arn}' cannot be modified`)
  }
  if (input.Transforms && input.ResetTransforms) {
    refuse('ValidationError', 'Transforms and ResetTransforms cannot both be specified')
  }
  const { protocol } = getListener(store, rule.listenerArn)
  return {
    ...rule,
    conditions: input.Conditions ? normalizeConditions(input.Conditions) : rule.conditions,
    actions: input.Actions ? normalizeActions(input.Actions, protocol, rule.actions) : rule.actions,
    transforms: input.ResetTransforms ? [] : input.Transforms ? checkTransforms(input.Transforms) : rule.transforms,
  }
}

function setPriorities(store: Store, pairs: readonly sdk.RulePriorityPair[]): RuleRecord[] {
  const moved = pairs.map(({ RuleArn: arn, Priority: priority }): RuleRecord => {
    const rule = getRule(store, arn)
    if (rule.priority === 'default') {
      refuse('OperationNotPermitted', `Priority of default rule '${rule.arn}' cannot be changed`)
    }
    return { ...rule, priority: checkInteger('Priority', priority ?? 0, [1, 50_000]) }
  })
  const [first] = moved
  if (!first) return refuse('ValidationError', 'At least one rule must be specified')
  if (moved.some(({ listenerArn }) => listenerArn !== first.listenerArn)) {
    refuse('ValidationError', 'The rules must belong to the same listener')
  }
  if (new Set(moved.map(({ arn }) => arn)).size < moved.length) {
    refuse('ValidationError', 'A rule is specified more than once')
  }
  const others = rulesOf(store, first.listenerArn).filter((rule) => !moved.some(({ arn }) => arn === rule.arn))
  const priorities = [...others, ...moved].map(({ priority }) => priority)
  const twice = priorities.find((priority, index) => priorities.indexOf(priority) !== index)
  if (twice !== undefined) refuse('PriorityInUse', `Priority '${twice}' is currently in use`)
  return moved
}

function select(store: Store, input: sdk.DescribeRulesInput): RuleRecord[] {
  const { ListenerArn: listenerArn, RuleArns: arns } = input
  if ((listenerArn === undefined) === !arns?.length) {
    refuse('ValidationError', 'You must specify either listener ARN or rule ARNs')
  }
  if (arns?.length) return arns.map((arn) => getRule(store, arn))
  return rulesOf(store, getListener(store, listenerArn).arn)
}

function show(rule: RuleRecord): sdk.Rule {
  return {
    RuleArn: rule.arn,
    Priority: String(rule.priority),
    Conditions: rule.conditions.map(showCondition),
    Actions: showActions(rule.actions),
    IsDefault: rule.priority === 'default',
    Transforms: [...rule.transforms],
  }
}
