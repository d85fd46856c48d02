import { describe, expect, it } from 'vitest'
import { findRoute53Faults, toRoute53Text } from '../../../../local/demo/route53/report.ts'
import { aRoute53Report } from '../../../support/demo.ts'

const tail = { seconds: 120, endsAt: '2026-01-01T00:02:00.000Z', lastRequestSeconds: 120, requests: 35, failed: 9 }

describe('findRoute53Faults', () => {
  it('finds none where both ended as they should', () => {
    expect(findRoute53Faults(aRoute53Report())).toEqual([])
    expect(findRoute53Faults(aRoute53Report({ bad: { tail } }))).toEqual([])
  })

  it.each<{ name: string; changes: { good?: object; bad?: object }; fault: string }>([
    {
      name: 'a lost request of the good version',
      changes: { good: { failed: 1 } },
      fault: 'the good version lost 1 of 6000 requests',
    },
    {
      name: 'a good version that was taken back',
      changes: { good: { phase: 'rolled-back' } },
      fault: 'the good version ended "rolled-back", not "succeeded"',
    },
    {
      name: 'a bad version that stayed',
      changes: { bad: { phase: 'succeeded' } },
      fault: 'the bad version ended "succeeded", not "rolled-back"',
    },
    {
      name: 'other weights after the rollback',
      changes: { bad: { readBack: { blue: 20, green: 80 } } },
      fault: 'the weights after the rollback differ from the snapshot',
    },
    {
      name: 'a canary without clients',
      changes: { good: { observed: { weight: 20, byClients: 0, byLoadBalancers: 18.4 } } },
      fault: 'no request of a client reached the good version while it was the canary',
    },
    {
      name: 'an API that saw nothing arrive',
      changes: { good: { observed: { weight: 20, byClients: 20, byLoadBalancers: null } } },
      fault: 'the API never told what arrived at the good version',
    },
    {
      name: 'no tail',
      changes: { bad: { tail: null } },
      fault: 'the API did not tell how long clients may still come to the bad side',
    },
    {
      name: 'a client that came after the tail',
      changes: { bad: { tail: { ...tail, lastRequestSeconds: 120.1 } } },
      fault: 'a client went to the bad side 120.1 s after the rollback, not at most 120 s',
    },
  ])('finds $name', ({ changes, fault }) => {
    expect(findRoute53Faults(aRoute53Report(changes))).toEqual([fault])
  })
})

describe('toRoute53Text', () => {
  const run = { console: 'http://127.0.0.1:4500/', speed: 60, seconds: 29.2 }

  it('tells of both releases, what arrived, and the tail', () => {
    expect(toRoute53Text(aRoute53Report(), run)).toBe(`
Report
  good version   succeeded: 6000 requests, 0 failed
    at 20 %      arrived 21.6 % of what the clients sent; by the load balancers' metrics 18.4 %
  bad version    rolled-back: 3000 requests, 130 failed
    because      gate "errors": error-rate 0.25 is above 0.01
    rollback     verified 374.8 s after the first failed request (6.2 s on your clock)
    weights      before blue 0 / green 100, read back blue 0 / green 100
    tail         last request to the bad side 46.3 s after the rollback (0.8 s on your clock);
                 announced: at most 120 s; 35 requests, 9 failed
    at 20 %      arrived 22.2 % of what the clients sent; by the load balancers' metrics unknown
  clients        196 behind 41 resolvers, which hold an answer for its TTL, 60 s
  took           29 s at 60 × speed
  look around    http://127.0.0.1:4500/
`)
  })

  it('says so where there was no tail', () => {
    expect(toRoute53Text(aRoute53Report({ bad: { tail: null } }), run)).toContain('\n    tail         unknown\n')
  })
})
