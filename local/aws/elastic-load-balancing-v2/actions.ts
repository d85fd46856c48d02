import type { Action, AuthenticateOidcActionConfig } from '@aws-sdk/client-elastic-load-balancing-v2'
import { checkInteger } from './check.ts'
import { normalizeForward, showForward } from './forward-action.ts'
import { refuse } from './lookup.ts'
import type { ListenerRecord } from './records.ts'
import { checkFixedResponse, normalizeRedirect } from './terminal-actions.ts'

const routingTypes = ['forward', 'redirect', 'fixed-response']
const authenticatingTypes = ['authenticate-oidc', 'authenticate-cognito', 'jwt-validation']

/** The config that belongs to each type; another type's is refused. */
const configOf: Readonly<Record<string, keyof Action>> = {
  forward: 'ForwardConfig',
  redirect: 'RedirectConfig',
  'fixed-response': 'FixedResponseConfig',
  'authenticate-oidc': 'AuthenticateOidcConfig',
  'authenticate-cognito': 'AuthenticateCognitoConfig',
  'jwt-validation': 'JwtValidationConfig',
}

/**
 * Checks a rule's actions and brings them into the form in which they are kept: in `Order`, a forward action with
 * weighted groups, no client secret.
 *
 * @param existing - Actions that the rule has now; empty for a new rule.
 * @throws {AwsError} `ValidationError` for a value, `InvalidLoadBalancerAction` for a list that makes no sense.
 * @see API reference, Action: exactly one routing action, last; `Order` required when there are several
 */
export function normalizeActions(
  actions: readonly Action[] | undefined,
  protocol: ListenerRecord['protocol'],
  existing: readonly Action[],
): Action[] {
  if (!actions?.length) return refuse('ValidationError', 'An action must be specified')
  if (actions.length > 5) refuse('TooManyActions', 'A rule can have at most 5 actions')
  for (const action of actions) checkType(action, protocol)
  const sorted = sortByOrder(actions)
  const routing = sorted.filter(({ Type }) => routingTypes.includes(Type ?? ''))
  if (routing.length !== 1) {
    refuse('InvalidLoadBalancerAction', `Exactly one action of type ${routingTypes.join(', ')} is required`)
  }
  if (sorted.at(-1) !== routing[0]) {
    refuse('InvalidLoadBalancerAction', `The ${routing[0]?.Type} action must be the last action to be performed`)
  }
  return sorted.map((action) => normalizeAction(action, protocol, existing))
}

/**
 * Actions as DescribeRules shows them. The groups come in another order than they were given: AWS promises none, and
 * code that relies on one must not pass here.
 */
export function showActions(actions: readonly Action[]): Action[] {
  return actions.map((action) => (action.Type === 'forward' ? showForward(action) : action))
}

function checkType(action: Action, protocol: ListenerRecord['protocol']): void {
  const type = action.Type ?? ''
  const config = configOf[type]
  if (!config) refuse('ValidationError', `'${type}' is not an action type`)
  const foreign = Object.values(configOf).find((name) => name !== config && action[name] !== undefined)
  if (foreign) refuse('ValidationError', `${foreign} cannot be specified for an action of type ${type}`)
  if (type !== 'forward' && action.TargetGroupArn !== undefined) {
    refuse('ValidationError', `TargetGroupArn cannot be specified for an action of type ${type}`)
  }
  if (type !== 'forward' && action[config ?? 'Type'] === undefined) {
    refuse('ValidationError', `${config} must be specified for an action of type ${type}`)
  }
  if (authenticatingTypes.includes(type) && protocol !== 'HTTPS') {
    refuse('InvalidLoadBalancerAction', `Actions of type '${type}' are supported only on HTTPS listeners`)
  }
}

function sortByOrder(actions: readonly Action[]): Action[] {
  const orders = actions.map(({ Order }) => {
    if (Order !== undefined) return checkInteger('The order of an action', Order, [1, 50_000])
    if (actions.length > 1) refuse('ValidationError', 'Order must be specified for a rule with several actions')
    return 1
  })
  if (new Set(orders).size < orders.length) refuse('ValidationError', 'The order of each action must be unique')
  return [...actions].sort((a, b) => (a.Order ?? 1) - (b.Order ?? 1))
}

function normalizeAction(action: Action, protocol: ListenerRecord['protocol'], existing: readonly Action[]): Action {
  switch (action.Type) {
    case 'forward':
      return normalizeForward(action)
    case 'redirect':
      return normalizeRedirect(action, protocol)
    case 'fixed-response':
      return checkFixedResponse(action)
    case 'authenticate-oidc':
      return {
        ...action,
        AuthenticateOidcConfig: normalizeOidc(action.AuthenticateOidcConfig, existing),
      }
    default:
      return action
  }
}

/** The secret is checked for and thrown away: nothing here calls the identity provider, and AWS never shows it. */
function normalizeOidc(
  config: AuthenticateOidcActionConfig | undefined,
  existing: readonly Action[],
): AuthenticateOidcActionConfig | undefined {
  if (!config) return undefined
  const { ClientSecret: secret, UseExistingClientSecret: useExisting, ...kept } = config
  if (useExisting && secret !== undefined) {
    refuse('ValidationError', 'ClientSecret and UseExistingClientSecret cannot both be specified')
  }
  if (useExisting && !existing.some(({ Type }) => Type === 'authenticate-oidc')) {
    refuse('ValidationError', 'UseExistingClientSecret is set, but the rule has no existing client secret')
  }
  if (!useExisting && !secret) {
    refuse('ValidationError', 'ClientSecret must be specified unless UseExistingClientSecret is set')
  }
  if (kept.SessionTimeout !== undefined) checkInteger('SessionTimeout', kept.SessionTimeout, [1, 604_800])
  return {
    ...kept,
    SessionCookieName: kept.SessionCookieName ?? 'AWSELBAuthSessionCookie',
    Scope: kept.Scope ?? 'openid',
    SessionTimeout: kept.SessionTimeout ?? 604_800,
    OnUnauthenticatedRequest: kept.OnUnauthenticatedRequest ?? 'authenticate',
  }
}
