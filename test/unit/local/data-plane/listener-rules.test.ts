import type { Action } from '@aws-sdk/client-elastic-load-balancing-v2'
import { describe, expect, it } from 'vitest'
import { type CompiledRule, compileRules, matchRule, takeTurn } from '../../../../local/data-plane/listener-rules.ts'
import { readRequestFacts } from '../../../../local/data-plane/request-facts.ts'

const forward = (weights: Readonly<Record<string, number>>): Action => ({
  Type: 'forward',
  ForwardConfig: {
    TargetGroups: Object.entries(weights).map(([TargetGroupArn, Weight]) => ({ TargetGroupArn, Weight })),
  },
})

const aRule = (arn: string, action: Action, ...paths: string[]) => ({
  arn,
  conditions: paths.map((path) => ({ Field: 'path-pattern', Values: [path] })),
  actions: [action],
})

const at = (url: string) => () => readRequestFacts({ url, rawHeaders: [], socket: {} })

function turns(rules: readonly CompiledRule[], count: number) {
  const action = rules[0]?.action
  if (action?.type !== 'forward') throw new Error('the first rule does not forward')
  return Array.from({ length: count }, () => takeTurn(action))
}

describe('matchRule', () => {
  const rules = compileRules([
    aRule('both', forward({ a: 1 }), '/x/*', '*.png'),
    aRule('first', forward({ a: 1 }), '/x/*'),
    aRule('default', forward({ a: 1 })),
  ])
  it.each([
    { url: '/x/1.png', arn: 'both' },
    { url: '/x/1.gif', arn: 'first' },
    { url: '/y.png', arn: 'default' },
  ])('$url → $arn: the first rule whose conditions all hold', ({ url, arn }) => {
    expect(matchRule(rules, at(url))?.arn).toBe(arn)
  })
})

describe('compileRules', () => {
  it('goes on in the weighted order when another rule changes', () => {
    const before = compileRules([aRule('r', forward({ a: 1, b: 1 }))])
    const whole = turns(compileRules([aRule('r', forward({ a: 1, b: 1 }))]), 4)
    const start = turns(before, 1)
    const after = compileRules([aRule('r', forward({ a: 1, b: 1 })), aRule('new', forward({ a: 1 }))], before)
    expect([...start, ...turns(after, 3)]).toEqual(whole)
  })

  it('starts the order anew when the weights change', () => {
    const before = compileRules([aRule('r', forward({ a: 1, b: 1 }))])
    turns(before, 1)
    expect(compileRules([aRule('r', forward({ a: 3, b: 1 }))], before)[0]?.action).toMatchObject({ turn: 0 })
  })

  it('has no turn when no group has weight', () => {
    expect(turns(compileRules([aRule('r', forward({ a: 0, b: 0 }))]), 2)).toEqual([undefined, undefined])
  })

  it('takes a forward action in its short form', () => {
    const rules = compileRules([aRule('r', { Type: 'forward', TargetGroupArn: 'a' })])
    expect(rules[0]?.action).toMatchObject({ type: 'forward', groupArns: ['a'], weights: [1], stickyMs: undefined })
  })

  it('passes authentication through to the action behind it', () => {
    const rules = compileRules([
      { arn: 'r', conditions: [], actions: [{ Type: 'authenticate-oidc', Order: 1 }, forward({ a: 1 })] },
    ])
    expect(rules[0]?.action.type).toBe('forward')
  })

  it.each([
    { name: 'no routing action', rule: aRule('r', { Type: 'authenticate-oidc' }) },
    { name: 'no action', rule: { arn: 'r', conditions: [], actions: [] } },
    { name: 'an unknown condition', rule: { ...aRule('r', forward({ a: 1 })), conditions: [{ Field: 'moon' }] } },
    { name: 'a forward to nowhere', rule: aRule('r', { Type: 'forward' }) },
  ])('refuses a rule with $name and names the rule', ({ rule }) => {
    expect(() => compileRules([rule])).toThrow(/^rule r: /)
  })
})
