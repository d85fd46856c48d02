import type { RuleCondition } from '@aws-sdk/client-elastic-load-balancing-v2'
import { describe, expect, it } from 'vitest'
import { readRequestFacts } from '../../../../local/data-plane/request-facts.ts'
import { compileCondition } from '../../../../local/data-plane/rule-conditions.ts'

function aRequest(changes: { method?: string; url?: string; headers?: string[]; from?: string } = {}) {
  return readRequestFacts({
    method: changes.method ?? 'GET',
    url: changes.url ?? '/shop/cart?color=red&size=XL',
    rawHeaders: changes.headers ?? ['Host', 'Shop.example.com:8080', 'X-Team', 'Blue', 'x-team', 'second'],
    socket: { remoteAddress: changes.from ?? '10.1.2.3' },
  })
}

const table: { name: string; condition: RuleCondition; request?: Parameters<typeof aRequest>[0]; holds: boolean }[] = [
  { name: 'path in Values', condition: { Field: 'path-pattern', Values: ['/shop/*'] }, holds: true },
  {
    name: 'path in its config',
    condition: { Field: 'path-pattern', PathPatternConfig: { Values: ['/shop/*'] } },
    holds: true,
  },
  { name: 'any of several paths', condition: { Field: 'path-pattern', Values: ['/no', '/shop/cart'] }, holds: true },
  { name: 'path without its query', condition: { Field: 'path-pattern', Values: ['*red*'] }, holds: false },
  { name: 'path by case', condition: { Field: 'path-pattern', Values: ['/SHOP/*'] }, holds: false },
  { name: 'host without port or case', condition: { Field: 'host-header', Values: ['*.EXAMPLE.com'] }, holds: true },
  {
    name: 'another host',
    condition: { Field: 'host-header', HostHeaderConfig: { Values: ['example.com'] } },
    holds: false,
  },
  {
    name: 'header value without case',
    condition: { Field: 'http-header', HttpHeaderConfig: { HttpHeaderName: 'X-TEAM', Values: ['bl*'] } },
    holds: true,
  },
  {
    name: 'second value of a header',
    condition: { Field: 'http-header', HttpHeaderConfig: { HttpHeaderName: 'x-team', Values: ['second'] } },
    holds: true,
  },
  {
    name: 'absent header',
    condition: { Field: 'http-header', HttpHeaderConfig: { HttpHeaderName: 'x-none', Values: ['*'] } },
    holds: false,
  },
  {
    name: 'method',
    condition: { Field: 'http-request-method', HttpRequestMethodConfig: { Values: ['POST', 'GET'] } },
    holds: true,
  },
  {
    name: 'method by case',
    condition: { Field: 'http-request-method', HttpRequestMethodConfig: { Values: ['get'] } },
    holds: false,
  },
  {
    name: 'query key and value',
    condition: { Field: 'query-string', QueryStringConfig: { Values: [{ Key: 'size', Value: 'x?' }] } },
    holds: true,
  },
  {
    name: 'query value under any key',
    condition: { Field: 'query-string', QueryStringConfig: { Values: [{ Value: 'RED' }] } },
    holds: true,
  },
  {
    name: 'query value under another key',
    condition: { Field: 'query-string', QueryStringConfig: { Values: [{ Key: 'size', Value: 'red' }] } },
    holds: false,
  },
  {
    name: 'source in the range',
    condition: { Field: 'source-ip', SourceIpConfig: { Values: ['10.0.0.0/8'] } },
    holds: true,
  },
  {
    name: 'source outside',
    condition: { Field: 'source-ip', SourceIpConfig: { Values: ['10.2.0.0/16'] } },
    holds: false,
  },
  {
    name: 'v4 source on a v6 socket',
    condition: { Field: 'source-ip', SourceIpConfig: { Values: ['10.1.2.3/32'] } },
    request: { from: '::ffff:10.1.2.3' },
    holds: true,
  },
  {
    name: 'v6 source',
    condition: { Field: 'source-ip', SourceIpConfig: { Values: ['10.0.0.0/8', '2001:db8::/32'] } },
    request: { from: '2001:db8::1' },
    holds: true,
  },
  {
    name: 'forwarded address is not the source',
    condition: { Field: 'source-ip', SourceIpConfig: { Values: ['1.1.1.1/32'] } },
    request: { headers: ['X-Forwarded-For', '1.1.1.1'] },
    holds: false,
  },
  {
    name: 'path of an absolute request',
    condition: { Field: 'path-pattern', Values: ['/only'] },
    request: { url: 'http://shop.example.com/only?x=1' },
    holds: true,
  },
]

describe('compileCondition', () => {
  it.each(table)('$name: $holds', ({ condition, request, holds }) => {
    expect(compileCondition(condition)(aRequest(request))).toBe(holds)
  })

  it.each([
    { name: 'an unknown field', condition: { Field: 'cookie' }, says: /cookie/ },
    { name: 'regular expressions', condition: { Field: 'path-pattern', RegexValues: ['^/a'] }, says: /RegexValues/ },
    {
      name: 'a header without a name',
      condition: { Field: 'http-header', HttpHeaderConfig: {} },
      says: /HttpHeaderName/,
    },
  ])('refuses $name', ({ condition, says }) => {
    expect(() => compileCondition(condition)).toThrow(says)
  })
})
