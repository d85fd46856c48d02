import type { Action } from '@aws-sdk/client-elastic-load-balancing-v2'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { normalizeActions, showActions } from '../../../../../local/aws/elastic-load-balancing-v2/actions.ts'
import { AwsError } from '../../../../../local/aws/service.ts'
import { forwardTo, notFound } from '../../../../support/elastic-load-balancing.ts'

const oidc = {
  Issuer: 'https://idp.test',
  AuthorizationEndpoint: 'https://idp.test/auth',
  TokenEndpoint: 'https://idp.test/token',
  UserInfoEndpoint: 'https://idp.test/user',
  ClientId: 'sluice',
}
const login = (config: object): Action => ({
  Type: 'authenticate-oidc',
  Order: 1,
  AuthenticateOidcConfig: { ...oidc, ...config },
})
const last = (action: Action): Action => ({ ...action, Order: 2 })

function codeOf(action: () => unknown): string {
  try {
    action()
  } catch (error) {
    if (error instanceof AwsError) return error.code
    throw error
  }
  return 'accepted'
}

const sticky = (config: object): Action => ({
  Type: 'forward',
  ForwardConfig: { TargetGroups: [{ TargetGroupArn: 'a', Weight: 1 }], TargetGroupStickinessConfig: config },
})
const redirect = (config: object): Action => ({
  Type: 'redirect',
  RedirectConfig: { StatusCode: 'HTTP_302', ...config },
})
const answer = (config: object): Action => ({
  Type: 'fixed-response',
  FixedResponseConfig: { StatusCode: '200', ...config },
})

describe('normalizeActions', () => {
  it.each<[string, Action[], string]>([
    ['no action', [], 'ValidationError'],
    ['an unknown type', [{ Type: 'drop' as 'forward' }], 'ValidationError'],
    [
      'weights 0 and 999',
      [
        forwardTo([
          ['a', 0],
          ['b', 999],
        ]),
      ],
      'accepted',
    ],
    [
      'five groups',
      [
        forwardTo([
          ['a', 1],
          ['b', 1],
          ['c', 1],
          ['d', 1],
          ['e', 1],
        ]),
      ],
      'accepted',
    ],
    [
      'six groups',
      [
        forwardTo([
          ['a', 1],
          ['b', 1],
          ['c', 1],
          ['d', 1],
          ['e', 1],
          ['f', 1],
        ]),
      ],
      'ValidationError',
    ],
    [
      'a weight below 0',
      [
        forwardTo([
          ['a', -1],
          ['b', 1],
        ]),
      ],
      'ValidationError',
    ],
    [
      'a weight over 999',
      [
        forwardTo([
          ['a', 1000],
          ['b', 1],
        ]),
      ],
      'ValidationError',
    ],
    [
      'a weight between two integers',
      [
        forwardTo([
          ['a', 0.5],
          ['b', 1],
        ]),
      ],
      'ValidationError',
    ],
    ['several groups, one without weight', [forwardTo([['a'], ['b', 1]])], 'ValidationError'],
    ['one group without weight', [forwardTo([['a']])], 'accepted'],
    ['no group', [forwardTo([])], 'ValidationError'],
    [
      'a group twice',
      [
        forwardTo([
          ['a', 1],
          ['a', 2],
        ]),
      ],
      'ValidationError',
    ],
    ['a group ARN and its own config', [{ ...forwardTo([['a', 7]]), TargetGroupArn: 'a' }], 'accepted'],
    ['a group ARN and the config of another', [{ ...forwardTo([['b', 7]]), TargetGroupArn: 'a' }], 'ValidationError'],
    [
      'a group ARN and two groups',
      [
        {
          ...forwardTo([
            ['a', 7],
            ['b', 3],
          ]),
          TargetGroupArn: 'a',
        },
      ],
      'ValidationError',
    ],
    ['stickiness for a second', [sticky({ Enabled: true, DurationSeconds: 1 })], 'accepted'],
    ['stickiness for a week', [sticky({ Enabled: true, DurationSeconds: 604_800 })], 'accepted'],
    ['stickiness for longer', [sticky({ Enabled: true, DurationSeconds: 604_801 })], 'ValidationError'],
    ['stickiness without duration', [sticky({ Enabled: true })], 'ValidationError'],
    ['stickiness off for no time', [sticky({ Enabled: false, DurationSeconds: 0 })], 'ValidationError'],
    ['several actions without order', [login({ ClientSecret: 's' }), forwardTo([['a']])], 'ValidationError'],
    ['the same order twice', [login({ ClientSecret: 's' }), { ...forwardTo([['a']]), Order: 1 }], 'ValidationError'],
    ['an order of 0', [{ ...notFound, Order: 0 }], 'ValidationError'],
    ['an order of 50001', [{ ...notFound, Order: 50_001 }], 'ValidationError'],
    ['two routing actions', [{ ...notFound, Order: 1 }, last(forwardTo([['a']]))], 'InvalidLoadBalancerAction'],
    ['no routing action', [login({ ClientSecret: 's' })], 'InvalidLoadBalancerAction'],
    [
      'a routing action that is not last',
      [{ ...login({ ClientSecret: 's' }), Order: 3 }, last(notFound)],
      'InvalidLoadBalancerAction',
    ],
    ['a login with its secret', [login({ ClientSecret: 's' }), last(notFound)], 'accepted'],
    ['a login without secret', [login({}), last(notFound)], 'ValidationError'],
    ['a login with an empty secret', [login({ ClientSecret: '' }), last(notFound)], 'ValidationError'],
    [
      'a login with a secret that is not there',
      [login({ UseExistingClientSecret: true }), last(notFound)],
      'ValidationError',
    ],
    [
      'a login with both',
      [login({ UseExistingClientSecret: true, ClientSecret: 's' }), last(notFound)],
      'ValidationError',
    ],
    ['the config of another type', [{ ...notFound, ForwardConfig: {} }], 'ValidationError'],
    ['a group ARN for another type', [{ ...notFound, TargetGroupArn: 'a' }], 'ValidationError'],
    ['a type without its config', [{ Type: 'redirect' }], 'ValidationError'],
    ['an answer of 3XX', [answer({ StatusCode: '302' })], 'ValidationError'],
    ['an answer of an unknown type', [answer({ ContentType: 'image/png' })], 'ValidationError'],
    ['an answer that is too long', [answer({ MessageBody: 'x'.repeat(1025) })], 'ValidationError'],
    ['a redirect to itself', [redirect({})], 'InvalidLoadBalancerAction'],
    [
      'a redirect to itself in other words',
      [redirect({ Protocol: 'HTTPS', Path: '/#{path}' })],
      'InvalidLoadBalancerAction',
    ],
    ['a redirect to another host', [redirect({ Host: 'new.test' })], 'accepted'],
    ['a redirect from HTTPS to HTTP', [redirect({ Protocol: 'HTTP' })], 'InvalidLoadBalancerAction'],
    ['a redirect to port 0', [redirect({ Port: '0' })], 'ValidationError'],
    ['a redirect to a relative path', [redirect({ Path: 'new' })], 'ValidationError'],
    ['a redirect of another code', [redirect({ StatusCode: 'HTTP_307', Host: 'a' })], 'ValidationError'],
  ])('judges %s', (_name, actions, code) => {
    expect(codeOf(() => normalizeActions(actions, 'HTTPS', []))).toBe(code)
  })

  it.each(['authenticate-oidc', 'authenticate-cognito', 'jwt-validation'] as const)('refuses %s over HTTP', (Type) => {
    const config = {
      'authenticate-oidc': { AuthenticateOidcConfig: { ...oidc, ClientSecret: 's' } },
      'authenticate-cognito': {
        AuthenticateCognitoConfig: { UserPoolArn: 'a', UserPoolClientId: 'b', UserPoolDomain: 'c' },
      },
      'jwt-validation': { JwtValidationConfig: { JwksEndpoint: 'https://idp.test/keys', Issuer: 'https://idp.test' } },
    }[Type]
    const actions = [{ Type, Order: 1, ...config }, last(notFound)]
    expect(codeOf(() => normalizeActions(actions, 'HTTP', []))).toBe('InvalidLoadBalancerAction')
    expect(codeOf(() => normalizeActions(actions, 'HTTPS', []))).toBe('accepted')
  })

  it('never keeps a client secret, and takes the login back when it says that there is one', () => {
    const kept = normalizeActions([login({ ClientSecret: 'hush' }), last(notFound)], 'HTTPS', [])
    expect(JSON.stringify(kept)).not.toContain('hush')
    const back = login({ UseExistingClientSecret: true })
    expect(normalizeActions([back, last(notFound)], 'HTTPS', kept)).toEqual(kept)
  })

  it('sorts by order', () => {
    const actions = [last(notFound), login({ ClientSecret: 's' })]
    expect(normalizeActions(actions, 'HTTPS', []).map(({ Type }) => Type)).toEqual([
      'authenticate-oidc',
      'fixed-response',
    ])
  })
})

describe('showActions', () => {
  it('shows a single group also as TargetGroupArn, with weight 1', () => {
    expect(showActions(normalizeActions([{ Type: 'forward', TargetGroupArn: 'a' }], 'HTTP', []))).toEqual([
      {
        Type: 'forward',
        TargetGroupArn: 'a',
        ForwardConfig: {
          TargetGroups: [{ TargetGroupArn: 'a', Weight: 1 }],
          TargetGroupStickinessConfig: { Enabled: false },
        },
      },
    ])
  })

  it('shows several groups in another order than they were given, and loses none', () => {
    const weights = fc.array(fc.integer({ min: 0, max: 999 }), { minLength: 2, maxLength: 5 })
    fc.assert(
      fc.property(weights, (list) => {
        const given = list.map((weight, index): [string, number] => [`group-${index}`, weight])
        const [shown] = showActions(normalizeActions([forwardTo(given)], 'HTTP', []))
        const groups = (shown?.ForwardConfig?.TargetGroups ?? []).map((g) => [g.TargetGroupArn, g.Weight])
        expect(groups).not.toEqual(given)
        expect(groups.sort()).toEqual([...given].sort())
        expect(shown?.TargetGroupArn).toBeUndefined()
      }),
    )
  })

  it('shows actions that can be sent back when a single group is in them', () => {
    const shown = showActions(normalizeActions([forwardTo([['a', 30]])], 'HTTP', []))
    expect(showActions(normalizeActions(shown, 'HTTP', []))).toEqual(shown)
  })
})
