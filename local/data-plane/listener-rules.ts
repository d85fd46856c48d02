import type { Action, RedirectActionConfig } from '@aws-sdk/client-elastic-load-balancing-v2'
import type { ListenerRule } from './data-plane.ts'
import { buildFixedAnswer } from './fixed-answers.ts'
import type { OwnAnswer } from './own-answer.ts'
import type { RequestFacts } from './request-facts.ts'
import { compileCondition, type Predicate } from './rule-conditions.ts'
import { buildChoiceSequence } from './weighted-choice.ts'

export type CompiledAction =
  | ForwardAction
  | { readonly type: 'fixed-response'; readonly answer: OwnAnswer }
  | { readonly type: 'redirect'; readonly config: RedirectActionConfig }

export interface ForwardAction {
  readonly type: 'forward'
  readonly groupArns: readonly string[]
  readonly weights: readonly number[]
  /** Indexes into `groupArns`; empty when every weight is 0. */
  readonly sequence: Uint8Array
  /** Where in the sequence the next request is. */
  turn: number
  /** Group stickiness in local milliseconds; undefined when off. */
  readonly stickyMs: number | undefined
}

export interface CompiledRule {
  readonly arn: string
  readonly conditions: readonly Predicate[]
  readonly action: CompiledAction
}

/**
 * Compiles a listener's rules. A forward action that is what it was before keeps its turn, so that touching another rule
 * does not restart the weighted order.
 *
 * @throws {RangeError} If a rule cannot be carried; names the rule.
 */
export function compileRules(rules: readonly ListenerRule[], before: readonly CompiledRule[] = []): CompiledRule[] {
  return rules.map((rule) => {
    try {
      const action = compileAction(rule.actions)
      keepTurn(action, before.find((old) => old.arn === rule.arn)?.action)
      return { arn: rule.arn, conditions: rule.conditions.map(compileCondition), action }
    } catch (cause) {
      throw new RangeError(`rule ${rule.arn}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
    }
  })
}

/** The first rule whose conditions all hold. `facts` is only asked for when a rule has conditions. */
export function matchRule(rules: readonly CompiledRule[], facts: () => RequestFacts): CompiledRule | undefined {
  for (const rule of rules) {
    if (rule.conditions.length === 0) return rule
    const request = facts()
    if (rule.conditions.every((holds) => holds(request))) return rule
  }
  return undefined
}

/** The group whose turn it is; undefined when no group has weight. */
export function takeTurn(action: ForwardAction): number | undefined {
  const index = action.sequence[action.turn]
  action.turn = action.turn + 1 < action.sequence.length ? action.turn + 1 : 0
  return index
}

/**
 * The routing action is the last. Authentication before it (authenticate-oidc, authenticate-cognito, jwt-validation) is
 * passed through: there is no identity provider here.
 */
function compileAction(actions: readonly Action[]): CompiledAction {
  const action = actions.at(-1)
  switch (action?.Type) {
    case 'forward':
      return compileForward(action)
    case 'fixed-response':
      return {
        type: 'fixed-response',
        answer: buildFixedAnswer(action.FixedResponseConfig ?? { StatusCode: undefined }),
      }
    case 'redirect':
      return { type: 'redirect', config: action.RedirectConfig ?? { StatusCode: 'HTTP_301' } }
    default:
      throw new RangeError(`the last action must route, not be ${String(action?.Type)}`)
  }
}

function compileForward(action: Action): ForwardAction {
  const groups = action.ForwardConfig?.TargetGroups ?? [{ TargetGroupArn: action.TargetGroupArn, Weight: 1 }]
  const stickiness = action.ForwardConfig?.TargetGroupStickinessConfig
  const groupArns = groups.map(({ TargetGroupArn }) => {
    if (!TargetGroupArn) throw new RangeError('a forward action names no target group')
    return TargetGroupArn
  })
  const weights = groups.map(({ Weight }) => Weight ?? 1)
  return {
    type: 'forward',
    groupArns,
    weights,
    sequence: buildChoiceSequence(weights),
    turn: 0,
    stickyMs: stickiness?.Enabled ? (stickiness.DurationSeconds ?? 0) * 1000 : undefined,
  }
}

function keepTurn(action: CompiledAction, before: CompiledAction | undefined): void {
  if (action.type !== 'forward' || before?.type !== 'forward') return
  const isSame =
    String(action.groupArns) === String(before.groupArns) && String(action.weights) === String(before.weights)
  if (isSame) action.turn = before.turn
}
