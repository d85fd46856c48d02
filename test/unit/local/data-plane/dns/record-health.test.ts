import type { ResourceRecordSet } from '@aws-sdk/client-route-53'
import { describe, expect, it } from 'vitest'
import { isRecordHealthy } from '../../../../../local/data-plane/dns/record-health.ts'
import { anAlias, aRecord, aWeighted, aZone, balancersOf, healthOf, zonesOf } from '../../../../support/dns.ts'

const good = 'good-1.us-east-1.elb.amazonaws.com'
const bad = 'bad-1.us-east-1.elb.amazonaws.com'
const zone = aZone('example.com', [
  aWeighted('half.example.com', '192.0.2.1', 1, 'down'),
  aWeighted('half.example.com', '192.0.2.2', 1, 'up'),
  aWeighted('none.example.com', '192.0.2.1', 1, 'down'),
  aWeighted('none.example.com', '192.0.2.2', 0, 'down'),
  aRecord('unchecked.example.com', 'A', ['192.0.2.1']),
  anAlias('to-none.example.com', 'none.example.com', { evaluates: true }),
  anAlias('to-none-anyway.example.com', 'none.example.com'),
  anAlias('loop-a.example.com', 'loop-b.example.com', { evaluates: true }),
  anAlias('loop-b.example.com', 'loop-a.example.com', { evaluates: true }),
])
const sources = {
  zones: zonesOf(zone),
  health: healthOf({ up: true, down: false }),
  balancers: balancersOf({
    [good]: { address: '127.0.0.2', isHealthy: true },
    [bad]: { address: '127.0.0.3', isHealthy: false },
  }),
}
const alias = (target: string, changes: Parameters<typeof anAlias>[2] = { evaluates: true }) =>
  anAlias('app.example.com', target, changes)

describe('isRecordHealthy', () => {
  it.each<{ name: string; record: ResourceRecordSet; is: boolean }>([
    { name: 'without a health check', record: aWeighted('a.example.com', '192.0.2.1', 1), is: true },
    { name: 'whose health check passes', record: aWeighted('a.example.com', '192.0.2.1', 1, 'up'), is: true },
    { name: 'whose health check fails', record: aWeighted('a.example.com', '192.0.2.1', 1, 'down'), is: false },
    { name: 'whose health check is gone', record: aWeighted('a.example.com', '192.0.2.1', 1, 'gone'), is: true },
    { name: 'that stands for a healthy load balancer', record: alias(good), is: true },
    { name: 'that stands for an unhealthy load balancer', record: alias(bad), is: false },
    { name: 'that stands for a healthy one with the prefix', record: alias(`dualstack.${good}`), is: true },
    { name: 'that stands for an unhealthy one with the prefix', record: alias(`dualstack.${bad}`), is: false },
    { name: 'that stands for an unhealthy one in other letters', record: alias(bad.toUpperCase()), is: false },
    { name: 'that does not ask about its target', record: alias(bad, { evaluates: false }), is: true },
    {
      name: 'whose own check fails before a healthy target',
      record: alias(good, { evaluates: true, HealthCheckId: 'down' }),
      is: false,
    },
    {
      name: 'whose target is unhealthy behind a passing check',
      record: alias(bad, { evaluates: true, HealthCheckId: 'up' }),
      is: false,
    },
    { name: 'that stands for records of which one is healthy', record: alias('half.example.com'), is: true },
    { name: 'that stands for records of which none is', record: alias('none.example.com'), is: false },
    { name: 'that stands for an unchecked record', record: alias('unchecked.example.com'), is: true },
    { name: 'that stands for an alias that asks further', record: alias('to-none.example.com'), is: false },
    { name: 'that stands for an alias that does not', record: alias('to-none-anyway.example.com'), is: true },
    { name: 'that stands for nothing', record: alias('missing.example.com'), is: false },
    { name: 'that stands for another type', record: { ...alias('unchecked.example.com'), Type: 'AAAA' }, is: false },
    { name: 'in a loop of aliases', record: alias('loop-a.example.com'), is: true },
  ])('says $is of a record $name', ({ record, is }) => {
    expect(isRecordHealthy(sources, zone, record)).toBe(is)
  })
})
