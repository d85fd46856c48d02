import type { RuleCondition } from '@aws-sdk/client-elastic-load-balancing-v2'
import { describe, expect, it } from 'vitest'
import { normalizeConditions, showCondition } from '../../../../../local/aws/elastic-load-balancing-v2/conditions.ts'

const path = (...Values: string[]): RuleCondition => ({ Field: 'path-pattern', PathPatternConfig: { Values } })
const header = (HttpHeaderName: string, ...Values: string[]): RuleCondition => ({
  Field: 'http-header',
  HttpHeaderConfig: { HttpHeaderName, Values },
})
const source = (...Values: string[]): RuleCondition => ({ Field: 'source-ip', SourceIpConfig: { Values } })
const method = (...Values: string[]): RuleCondition => ({
  Field: 'http-request-method',
  HttpRequestMethodConfig: { Values },
})

describe('normalizeConditions', () => {
  it.each<[string, RuleCondition[]]>([
    ['plain values', [{ Field: 'path-pattern', Values: ['/a*'] }]],
    ['five values', [path('/1', '/2', '/3', '/4', '/5')]],
    ['a header twice', [header('x-a', '1'), header('x-b', '2')]],
    ['address blocks', [source('10.0.0.0/8', '2001:db8::/32')]],
    ['a query without key', [{ Field: 'query-string', QueryStringConfig: { Values: [{ Value: 'a' }] } }]],
    ['a method', [method('GET', 'X_Y-Z')]],
    ['a host', [{ Field: 'host-header', HostHeaderConfig: { Values: ['*.Example.com'] } }]],
  ])('takes %s', (_name, conditions) => {
    expect(normalizeConditions(conditions)).toHaveLength(conditions.length)
  })

  it.each<[string, RuleCondition[] | undefined, string]>([
    ['no condition', [], 'must be specified'],
    ['none given', undefined, 'must be specified'],
    ['an unknown field', [{ Field: 'cookie' }], "'cookie' must be one of"],
    ['a field without values', [path()], 'value must be specified'],
    ['six values', [path('/1', '/2', '/3'), header('x-a', '4', '5', '6')], 'at most 5 condition values'],
    ['a second path', [path('/a'), path('/b')], 'Only one condition'],
    ['plain values beside a config', [{ ...path('/a'), Values: ['/b'] }], 'cannot both be specified'],
    ['plain values for a header', [{ Field: 'http-header', Values: ['a'] }], 'use HttpHeaderConfig'],
    [
      'the config of another field',
      [{ ...path('/a'), ...{ SourceIpConfig: { Values: [] } } }],
      'SourceIpConfig cannot',
    ],
    ['a path that is too long', [path(`/${'a'.repeat(128)}`)], '1 to 128 characters'],
    ['an empty value', [path('')], '1 to 128 characters'],
    ['a path with a space', [path('/a b')], 'path patterns'],
    ['an address without block', [source('10.0.0.1')], 'address block'],
    ['a block that is too long', [source('10.0.0.0/33')], 'address block'],
    ['a method in small letters', [method('get')], 'A-Z'],
    ['the host as a header', [header('Host', 'a')], 'host-header condition'],
    ['a header without name', [header('', 'a')], 'header name'],
    ['a regular expression', [{ Field: 'path-pattern', RegexValues: ['^a'] }], 'not implemented'],
    [
      'a query without value',
      [{ Field: 'query-string', QueryStringConfig: { Values: [{ Key: 'a' }] } }],
      'requires a Value',
    ],
  ])('refuses %s', (_name, conditions, message) => {
    expect(() => normalizeConditions(conditions)).toThrow(message)
  })

  it('shows a path both as plain values and in its config, however it was given', () => {
    const shown = { Field: 'path-pattern', Values: ['/a*'], PathPatternConfig: { Values: ['/a*'] } }
    expect(normalizeConditions([{ Field: 'path-pattern', Values: ['/a*'] }]).map(showCondition)).toEqual([shown])
    expect(normalizeConditions([path('/a*')]).map(showCondition)).toEqual([shown])
  })
})
