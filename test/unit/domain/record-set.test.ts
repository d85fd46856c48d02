import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { InvariantError, NotFoundError, UpstreamError, ValidationError } from '../../../shared/domain/errors.ts'
import {
  comparePairs,
  normaliseName,
  pairKey,
  recordsOf,
  toPairState,
  toPairTarget,
} from '../../../shared/domain/record-set.ts'
import { sameRouting } from '../../../shared/domain/traffic.ts'
import { aPairOfRecords, aPairState, appPair, aRecord } from '../../support/record-sets.ts'

const green = { canary: 'green' } as const

describe('normaliseName', () => {
  it.each([
    ['App.Example.COM.', 'app.example.com'],
    ['\\052.example.com.', '*.example.com'],
    ['*.example.com', '*.example.com'],
    ['_sip._tcp.example.com', '_sip._tcp.example.com'],
    ['a\\055b.example.com', 'a-b.example.com'],
    ['a\\056b.example.com.', 'a\\056b.example.com'],
    ['\\101pp.example.com', 'app.example.com'],
    ['a\\9b.example.com', 'a\\9b.example.com'],
    ['example.com', 'example.com'],
  ])('takes %s for %s', (name, expected) => {
    expect(normaliseName(name)).toBe(expected)
  })

  it('changes nothing more the second time', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^([A-Za-z0-9*_-]|\\[0-3][0-7]{2})+(\.[a-z]+)*\.?$/), (name) => {
        expect(normaliseName(normaliseName(name))).toBe(normaliseName(name))
      }),
    )
  })
})

describe('the order of names', () => {
  it('is by labels from the last to the first, then by type', () => {
    const names = ['b.example.com', 'example.com', 'a.b.example.com', 'c.example.com', 'example.net', 'a.example.com']
    const pairs = names.map((name) => ({ name, type: 'A' }))
    const sorted = [...pairs, { name: 'example.com', type: 'AAAA' }].sort(comparePairs).map(pairKey)
    expect(sorted).toEqual([
      'example.com A',
      'example.com AAAA',
      'a.example.com A',
      'b.example.com A',
      'a.b.example.com A',
      'c.example.com A',
      'example.net A',
    ])
    expect(comparePairs(appPair, appPair)).toBe(0)
  })
})

describe('toPairState', () => {
  it('says the weights, keeps all else, and how long answers are kept', () => {
    const records = aPairOfRecords({ blue: 90, green: 10 })
    const state = toPairState([aRecord({ name: 'other.example.com' }), ...records, aRecord({ type: 'AAAA' })], appPair)
    expect(state).toEqual({
      weights: { blue: 90, green: 10 },
      settings: aPairState().settings,
      raw: { records: { blue: records[0], green: records[1] }, others: [] },
      lagSeconds: 60,
    })
  })

  it.each([
    ['a longer TTL', { ttlSeconds: 300 }, 300],
    ['an alias, whose answers are kept for a minute', { ttlSeconds: null }, 60],
  ])('knows how long resolvers keep %s', (_, fields, lagSeconds) => {
    const [blue, greenRecord] = aPairOfRecords()
    const records = [
      { ...aRecord(), ...blue, ...fields },
      { ...aRecord(), ...greenRecord, ...fields },
    ]
    expect(toPairState(records, appPair).lagSeconds).toBe(lagSeconds)
  })

  it('routes otherwise where anything but a weight differs', () => {
    const [blue = aRecord(), other = aRecord()] = aPairOfRecords()
    const changed = toPairState([{ ...blue, raw: { ...blue.raw, TTL: 300 } }, other], appPair)
    expect(sameRouting(changed, aPairState())).toBe(false)
    const third = toPairState([blue, other, aRecord({ setIdentifier: 'third', weight: 5 })], appPair)
    expect(sameRouting(third, aPairState())).toBe(false)
  })

  it('passes over other records of the group that get nothing', () => {
    const idle = aRecord({ setIdentifier: 'old', weight: 0 })
    expect(toPairState([...aPairOfRecords(), idle], appPair)).toEqual(aPairState())
  })

  it.each([
    ['neither record is there', [aRecord({ setIdentifier: 'old' })], NotFoundError, 'called app-blue or app-green'],
    ['nothing is there', [], NotFoundError, 'there is no record of app.example.com A'],
    [
      'one record is missing',
      aPairOfRecords().slice(0, 1),
      UpstreamError,
      'has no record called app-green (green); create it with weight 0',
    ],
    [
      'a record is routed otherwise',
      aPairOfRecords().map((record) => ({ ...record, weight: null, policy: 'latency' as const })),
      UpstreamError,
      'app-blue is routed by latency, not by weight',
    ],
  ])('says so where %s', (_, records, errorClass, message) => {
    expect(() => toPairState(records, appPair)).toThrow(errorClass)
    expect(() => toPairState(records, appPair)).toThrow(message)
  })
})

describe('toPairTarget', () => {
  it.each([
    [0, { blue: 100, green: 0 }],
    [10, { blue: 90, green: 10 }],
    [100, { blue: 0, green: 100 }],
    [0.1, { blue: 255, green: 1 }],
  ])('gives the canary %s %', (percent, weights) => {
    expect(toPairTarget(aPairState(), { ...green, percent }, appPair).weights).toEqual(weights)
  })

  it('changes the weights alone, in both records', () => {
    const seen = aPairState()
    const target = toPairTarget(seen, { ...green, percent: 25 }, appPair)
    const [blue, other] = recordsOf(seen)
    expect(recordsOf(target)).toEqual([
      { ...blue, weight: 75 },
      { ...other, weight: 25 },
    ])
    expect(target.settings).toBe(seen.settings)
    expect(target.lagSeconds).toBe(seen.lagSeconds)
  })

  it('never writes all zeros, and no zero for a share', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1000 }), (tenths) => {
        const { weights } = toPairTarget(aPairState(), { canary: 'blue', percent: tenths / 10 }, appPair)
        expect((weights.blue ?? 0) + (weights.green ?? 0)).toBeGreaterThan(0)
        expect(weights.blue === 0).toBe(tenths === 0)
        expect(weights.green === 0).toBe(tenths === 1000)
        expect(Math.max(weights.blue ?? 0, weights.green ?? 0)).toBeLessThanOrEqual(255)
      }),
    )
  })

  it('refuses a group in which somebody else gets traffic', () => {
    const third = aRecord({ setIdentifier: 'third', weight: 5 })
    const state = toPairState([...aPairOfRecords(), third, aRecord({ setIdentifier: null, weight: null })], appPair)
    expect(() => toPairTarget(state, { ...green, percent: 10 }, appPair)).toThrow(
      new UpstreamError('app.example.com A also sends traffic to third, a simple record; set that weight to 0'),
    )
  })

  it('refuses what is no percentage', () => {
    expect(() => toPairTarget(aPairState(), { ...green, percent: 101 }, appPair)).toThrow(ValidationError)
  })

  it('knows a state that is none of its own', () => {
    expect(() => recordsOf({ ...aPairState(), raw: { order: 1 } })).toThrow(InvariantError)
    expect(() => recordsOf({ ...aPairState(), raw: null })).toThrow(InvariantError)
  })
})
