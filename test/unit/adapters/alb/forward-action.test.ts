import type { Action } from '@aws-sdk/client-elastic-load-balancing-v2'
import { describe, expect, it } from 'vitest'
import { toRequestActions, toRouteState, withGroups } from '../../../../shared/adapters/alb/forward-action.ts'
import { InvariantError, UpstreamError } from '../../../../shared/domain/errors.ts'
import { sameRouting } from '../../../../shared/domain/traffic.ts'
import { aForward, aForwardRequest, albArns, anOidcAction } from '../../../support/alb.ts'

const { blue, green, other, rule } = albArns
const slots = { blue, green }
const toState = (actions: readonly Action[]) => toRouteState(actions, slots, rule)
const fromStore = <T>(value: T): T => JSON.parse(JSON.stringify(value))

describe('reading weights', () => {
  it.each([
    ['two groups', aForward({ [blue]: 90, [green]: 10 }), { blue: 90, green: 10 }],
    ['the other order', aForward({ [green]: 10, [blue]: 90 }), { blue: 90, green: 10 }],
    ['a single group with its default weight', aForward({ [blue]: 1 }), { blue: 100, green: null }],
    ['a single group whose number says 0', aForward({ [green]: 0 }), { blue: null, green: 100 }],
    ['a single group by its ARN alone', { Type: 'forward' as const, TargetGroupArn: blue }, { blue: 100, green: null }],
    ['a foreign group beside blue', aForward({ [blue]: 50, [other]: 50 }), { blue: 50, green: null }],
    ['foreign groups only', aForward({ [other]: 1 }), { blue: null, green: null }],
    ['all weights 0', aForward({ [blue]: 0, [green]: 0 }), { blue: 0, green: 0 }],
  ])('reads %s', (_name, action, weights) => {
    expect(toState([action]).weights).toEqual(weights)
  })

  it('refuses a rule without a forward action, naming it', () => {
    const redirect: Action = { Type: 'redirect', RedirectConfig: { StatusCode: 'HTTP_301' } }
    expect(() => toState([redirect])).toThrow(UpstreamError)
    expect(() => toState([redirect])).toThrow(rule)
  })
})

describe('comparing what is not a weight', () => {
  const base = [anOidcAction(1), aForward({ [blue]: 90, [green]: 10 }, 60, 2)]

  it.each<[string, readonly Action[]]>([
    ['other weights of the same share', [anOidcAction(1), aForward({ [green]: 100, [blue]: 900 }, 60, 2)]],
    ['the actions in another order of the answer', [...base].reverse()],
    ['other numbers in the same sequence', [anOidcAction(10), aForward({ [blue]: 90, [green]: 10 }, 60, 20)]],
    ['another group at weight 0', [anOidcAction(1), aForward({ [blue]: 90, [green]: 10, [other]: 0 }, 60, 2)]],
    [
      'the flag that only requests need',
      [withOidc({ UseExistingClientSecret: true }), aForward({ [blue]: 90, [green]: 10 }, 60, 2)],
    ],
  ])('takes %s as the same', (_name, actions) => {
    expect(sameRouting(toState(actions), toState(base))).toBe(true)
  })

  it.each<[string, readonly Action[]]>([
    ['other weights', [anOidcAction(1), aForward({ [blue]: 89, [green]: 11 }, 60, 2)]],
    ['other stickiness', [anOidcAction(1), aForward({ [blue]: 90, [green]: 10 }, 61, 2)]],
    ['no stickiness', [anOidcAction(1), aForward({ [blue]: 90, [green]: 10 }, undefined, 2)]],
    ['another group with traffic', [anOidcAction(1), aForward({ [blue]: 90, [green]: 10, [other]: 1 }, 60, 2)]],
    ['another action changed', [withOidc({ ClientId: 'else' }), aForward({ [blue]: 90, [green]: 10 }, 60, 2)]],
    ['another action gone', [aForward({ [blue]: 90, [green]: 10 }, 60, 1)]],
  ])('sees %s', (_name, actions) => {
    expect(sameRouting(toState(actions), toState(base))).toBe(false)
  })

  it('takes disabled stickiness as off, whatever duration it keeps', () => {
    const disabled = aForward({ [blue]: 1 })
    const kept = {
      ...disabled,
      ForwardConfig: {
        ...disabled.ForwardConfig,
        TargetGroupStickinessConfig: { Enabled: false, DurationSeconds: 60 },
      },
    }
    expect(toState([kept]).settings).toBe(toState([{ Type: 'forward', TargetGroupArn: blue }]).settings)
  })
})

describe('writing', () => {
  it('sends the other actions as they are, OIDC with the secret that AWS keeps', () => {
    const cognito: Action = {
      Type: 'authenticate-cognito',
      Order: 2,
      AuthenticateCognitoConfig: { UserPoolArn: 'arn:pool', UserPoolClientId: 'c', UserPoolDomain: 'd' },
    }
    const state = toState([aForward({ [blue]: 90, [green]: 10 }, 60, 3), cognito, anOidcAction(1)])
    expect(toRequestActions(fromStore(state))).toEqual([
      withOidc({ UseExistingClientSecret: true }),
      cognito,
      aForwardRequest({ [blue]: 90, [green]: 10 }, 60, 3),
    ])
  })

  it('names a single target group once, with a weight', () => {
    expect(toRequestActions(toState([aForward({ [blue]: 1 })]))).toEqual([aForwardRequest({ [blue]: 100 })])
    expect(toRequestActions(toState([{ Type: 'forward', TargetGroupArn: blue }]))).toEqual([
      { Type: 'forward', ForwardConfig: { TargetGroups: [{ TargetGroupArn: blue, Weight: 100 }] } },
    ])
  })

  it('puts back a snapshot with a foreign group exactly', () => {
    const snapshot = toState([aForward({ [blue]: 70, [other]: 30 })])
    expect(toRequestActions(fromStore(snapshot))).toEqual([aForwardRequest({ [blue]: 70, [other]: 30 })])
  })

  it('keeps a client secret nowhere', () => {
    const state = toState([withOidc({ ClientSecret: 'hunter2' }), aForward({ [blue]: 1 }, undefined, 2)])
    expect(JSON.stringify(state)).not.toContain('hunter2')
    expect(JSON.stringify(toRequestActions(state))).not.toContain('hunter2')
  })

  it('is plain JSON, whatever undefined members an answer has', () => {
    const state = toState([{ ...aForward({ [blue]: 1 }), RedirectConfig: undefined }])
    expect(fromStore(state)).toStrictEqual(state)
  })

  it('never leaves all weights at 0', () => {
    const state = toState([aForward({ [blue]: 1 })])
    expect(() => withGroups(state, [{ arn: blue, weight: 0 }], slots, rule)).toThrow(InvariantError)
    expect(() => withGroups(state, [], slots, rule)).toThrow(InvariantError)
  })

  it.each([[null], ['text'], [{}], [{ actions: 'none' }]])('refuses a stored state that is none: %j', (raw) => {
    expect(() => toRequestActions({ weights: { blue: 1, green: 0 }, settings: '', raw })).toThrow(InvariantError)
  })
})

function withOidc(config: Partial<NonNullable<Action['AuthenticateOidcConfig']>>): Action {
  const action = anOidcAction(1)
  const known = action.AuthenticateOidcConfig
  if (!known) throw new Error('the fixture has a configuration')
  return { ...action, AuthenticateOidcConfig: { ...known, ...config } }
}
