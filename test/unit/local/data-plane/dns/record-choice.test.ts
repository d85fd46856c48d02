import type { ResourceRecordSet } from '@aws-sdk/client-route-53'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { chooseRecords } from '../../../../../local/data-plane/dns/record-choice.ts'
import { createTurns, type Turns } from '../../../../../local/data-plane/dns/weighted-turns.ts'
import { aRecord } from '../../../../support/dns.ts'

const name = 'app.example.com'

function record(id: string, changes: Partial<ResourceRecordSet>): ResourceRecordSet {
  return aRecord(name, 'A', ['192.0.2.1'], { SetIdentifier: id, ...changes })
}

const weighted = (weights: readonly number[]) => weights.map((Weight, index) => record(`r${index}`, { Weight }))

interface Asking {
  /** Identifiers of those whose health check fails. */
  readonly sick?: readonly string[]
  readonly turns?: Turns
  readonly times?: number
}

/** Identifiers that so many queries get, one after the other. */
function ask(
  records: readonly ResourceRecordSet[],
  { sick = [], turns = createTurns(), times = 1 }: Asking = {},
): string[] {
  const healthy = records.filter(({ SetIdentifier = '' }) => !sick.includes(SetIdentifier))
  const group = { key: name, records, healthy }
  return Array.from({ length: times }, () => chooseRecords(group, turns)).flatMap((chosen) =>
    chosen.map(({ SetIdentifier = '' }) => SetIdentifier),
  )
}

function count(ids: readonly string[], records: readonly ResourceRecordSet[]): number[] {
  return records.map(({ SetIdentifier }) => ids.filter((id) => id === SetIdentifier).length)
}

const sum = (values: readonly number[]) => values.reduce((all, one) => all + one, 0)
const someWeights = fc.array(fc.integer({ min: 0, max: 255 }), { minLength: 1, maxLength: 8 })

describe('chooseRecords among weighted records', () => {
  it.each([
    { name: 'ninety to ten', weights: [90, 10], times: 100, expected: [90, 10] },
    { name: 'the finest split', weights: [255, 1], times: 256, expected: [255, 1] },
    { name: 'nothing for one', weights: [100, 0], times: 100, expected: [100, 0] },
    { name: 'all zero, which is equal shares', weights: [0, 0, 0], times: 9, expected: [3, 3, 3] },
    { name: 'a single record with weight 0', weights: [0], times: 3, expected: [3] },
  ])('gives $name', ({ weights, times, expected }) => {
    const records = weighted(weights)
    expect(count(ask(records, { times }), records)).toEqual(expected)
  })

  it('gives every run of as many queries as the weights have in sum exactly the shares, wherever it starts', () => {
    fc.assert(
      fc.property(someWeights, fc.nat(3000), (weights, start) => {
        const shares = sum(weights) > 0 ? weights : weights.map(() => 1)
        const records = weighted(weights)
        const turns = createTurns()
        ask(records, { turns, times: start })
        expect(count(ask(records, { turns, times: sum(shares) }), records)).toEqual(shares)
      }),
    )
  })

  it('is never a whole query off after any number of them', () => {
    fc.assert(
      fc.property(someWeights, fc.integer({ min: 1, max: 600 }), (weights, times) => {
        const shares = sum(weights) > 0 ? weights : weights.map(() => 1)
        const records = weighted(weights)
        const counts = count(ask(records, { times }), records)
        for (const [index, share] of shares.entries()) {
          expect(Math.abs((counts[index] ?? 0) - (share * times) / sum(shares))).toBeLessThan(1)
        }
      }),
    )
  })

  it('is within 1 in 100 in every run of 100 queries over two records', () => {
    const weight = fc.integer({ min: 0, max: 255 })
    fc.assert(
      fc.property(weight, fc.integer({ min: 1, max: 255 }), fc.nat(600), (green, blue, start) => {
        const records = weighted([green, blue])
        const turns = createTurns()
        ask(records, { turns, times: start })
        const [ofGreen = 0] = count(ask(records, { turns, times: 100 }), records)
        expect(Math.abs(ofGreen - (100 * green) / (green + blue))).toBeLessThanOrEqual(1)
      }),
    )
  })

  it('never gives a record with weight 0 anything while a healthy one has more', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 0, max: 3 }), fc.boolean()), { minLength: 1, maxLength: 6 }),
        (all) => {
          fc.pre(all.some(([weight, isHealthy]) => weight > 0 && isHealthy))
          const records = weighted(all.map(([weight]) => weight))
          const sick = records.filter((_, index) => !all[index]?.[1]).map(({ SetIdentifier = '' }) => SetIdentifier)
          const counts = count(ask(records, { sick, times: 40 }), records)
          for (const [index, [weight, isHealthy]] of all.entries()) {
            if (weight === 0 || !isHealthy) expect(counts[index]).toBe(0)
          }
        },
      ),
    )
  })

  it.each([
    {
      name: 'leaves unhealthy ones out and keeps the others in proportion',
      weights: [60, 30, 10],
      sick: ['r0'],
      expected: [0, 30, 10],
    },
    {
      name: 'uses those with weight 0 when all others are unhealthy, equally',
      weights: [50, 50, 0, 0],
      sick: ['r0', 'r1'],
      expected: [0, 0, 20, 20],
    },
    {
      name: 'treats all as healthy when none is, so that weight 0 stays without',
      weights: [30, 10, 0],
      sick: ['r0', 'r1', 'r2'],
      expected: [30, 10, 0],
    },
  ])('$name', ({ weights, sick, expected }) => {
    const records = weighted(weights)
    expect(count(ask(records, { sick, times: 40 }), records)).toEqual(expected)
  })

  it('starts again with the new shares when a weight changes', () => {
    const turns = createTurns()
    ask(weighted([90, 10]), { turns, times: 57 })
    const records = weighted([50, 50])
    expect(count(ask(records, { turns, times: 2 }), records)).toEqual([1, 1])
  })

  it('goes on where it was when the records are replaced by equal ones', () => {
    const turns = createTurns()
    const first = ask(weighted([9, 1]), { turns, times: 5 })
    const second = ask(weighted([9, 1]), { turns, times: 5 })
    expect(count([...first, ...second], weighted([9, 1]))).toEqual([9, 1])
  })
})

describe('chooseRecords among others', () => {
  it('gives a simple record whatever its health check says', () => {
    const simple = aRecord(name, 'A', ['192.0.2.1', '192.0.2.2'], { HealthCheckId: 'down' })
    expect(chooseRecords({ key: name, records: [simple], healthy: [] }, createTurns())).toEqual([simple])
  })

  it('gives nothing where there is nothing', () => {
    expect(chooseRecords({ key: name, records: [], healthy: [] }, createTurns())).toEqual([])
  })

  const failover = [record('a-second', { Failover: 'SECONDARY' }), record('b-first', { Failover: 'PRIMARY' })]
  const geolocation = [
    record('a', { GeoLocation: { CountryCode: 'DE' } }),
    record('b', { GeoLocation: { CountryCode: '*' } }),
  ]
  const latency = [record('b', { Region: 'eu-west-1' }), record('a', { Region: 'us-east-1' })]
  it.each<{ name: string; records: ResourceRecordSet[]; sick: string[]; expected: string }>([
    { name: 'failover: the primary', records: failover, sick: [], expected: 'b-first' },
    {
      name: 'failover: the secondary while the primary is unhealthy',
      records: failover,
      sick: ['b-first'],
      expected: 'a-second',
    },
    {
      name: 'failover: the primary while both are unhealthy',
      records: failover,
      sick: ['b-first', 'a-second'],
      expected: 'b-first',
    },
    { name: 'geolocation: the default', records: geolocation, sick: [], expected: 'b' },
    { name: 'geolocation: another while the default is unhealthy', records: geolocation, sick: ['b'], expected: 'a' },
    { name: 'latency: the first by identifier', records: latency, sick: [], expected: 'a' },
    { name: 'latency: the next while that is unhealthy', records: latency, sick: ['a'], expected: 'b' },
  ])('gives of $name', ({ records, sick, expected }) => {
    expect(ask(records, { sick })).toEqual([expected])
  })

  const values = Array.from({ length: 10 }, (_, index) => record(`v${index}`, { MultiValueAnswer: true }))
  it('gives up to 8 multivalue records, each as often as the others', () => {
    const turns = createTurns()
    const rounds = Array.from({ length: 10 }, () => ask(values, { turns }))
    expect(rounds.map((ids) => new Set(ids).size)).toEqual(Array(10).fill(8))
    expect(count(rounds.flat(), values)).toEqual(Array(10).fill(8))
  })

  it('gives the healthy ones of the multivalue records, and all where none is', () => {
    const three = values.slice(0, 3)
    expect(ask(three, { sick: ['v1'] })).toEqual(['v0', 'v2'])
    expect(ask(three, { sick: ['v0', 'v1', 'v2'] })).toEqual(['v0', 'v1', 'v2'])
  })
})
