import { describe, expect, it } from 'vitest'
import { createFaults, createSeededRandom, type Fault, faultsSchema } from '../../../../local/aws/faults.ts'

const call = { service: 'elasticloadbalancing', action: 'ModifyRule' }
const aFault = (fault: Partial<Fault>): Fault => ({ kind: 'throttle', rate: 1, ...fault })

describe('createFaults', () => {
  it('lets a call through when there are none', () => {
    expect(createFaults().decide(call)).toEqual({ latencyMs: 0, fault: undefined })
  })

  it.each<[string, Partial<Fault>, boolean]>([
    ['every service and operation', {}, true],
    ['its service', { service: 'elasticloadbalancing' }, true],
    ['its operation', { action: 'ModifyRule' }, true],
    ['another service', { service: 'monitoring' }, false],
    ['another operation', { service: 'elasticloadbalancing', action: 'DescribeRules' }, false],
    ['nothing, at rate 0', { rate: 0 }, false],
  ])('hits a call when it is for %s', (_name, fault, isHit) => {
    const faults = createFaults()
    faults.replace([aFault(fault)])
    expect(faults.decide(call).fault !== undefined).toBe(isHit)
  })

  it('hits as often as its count, then lets go, and tells how often', () => {
    const faults = createFaults()
    faults.replace([aFault({ count: 2 })])
    expect([1, 2, 3].map(() => faults.decide(call).fault?.kind)).toEqual(['throttle', 'throttle', undefined])
    expect(faults.list()).toEqual([{ kind: 'throttle', rate: 1, count: 2, hits: 2 }])
  })

  it('adds latencies up and lets the first other fault decide', () => {
    const faults = createFaults()
    faults.replace([
      aFault({ kind: 'latency', latencyMs: 20 }),
      aFault({ kind: 'lost-answer', latencyMs: 5 }),
      aFault({ kind: 'error', latencyMs: 100 }),
    ])
    expect(faults.decide(call)).toMatchObject({ latencyMs: 25, fault: { kind: 'lost-answer' } })
  })

  it('throws the dice of its rate, and a count counts hits only', () => {
    const throws = [0.5, 0.49, 0.9, 0.1]
    const faults = createFaults(() => throws.shift() ?? 1)
    faults.replace([aFault({ rate: 0.5, count: 2 })])
    expect([1, 2, 3, 4, 5].map(() => faults.decide(call).fault !== undefined)).toEqual([
      false,
      true,
      false,
      true,
      false,
    ])
  })

  it('hits the same calls for the same seed', () => {
    const faults = createFaults()
    const run = (seed: number) => {
      faults.replace([aFault({ rate: 0.3 })], seed)
      return Array.from({ length: 200 }, () => faults.decide(call).fault !== undefined)
    }
    const first = run(7)
    expect(run(7)).toEqual(first)
    expect(run(8)).not.toEqual(first)
    const share = first.filter(Boolean).length / first.length
    expect(share).toBeGreaterThan(0.2)
    expect(share).toBeLessThan(0.4)
  })
})

describe('createSeededRandom', () => {
  it('stays from 0 up to 1 and is spread evenly', () => {
    const random = createSeededRandom(1)
    const buckets = [0, 0, 0, 0]
    for (let turn = 0; turn < 4000; turn++) {
      const bucket = Math.floor(random() * 4)
      buckets[bucket] = (buckets[bucket] ?? 0) + 1
    }
    expect(buckets).toHaveLength(4)
    for (const count of buckets) expect(Math.abs(count - 1000)).toBeLessThan(120)
  })
})

describe('faultsSchema', () => {
  it('fills in the rate', () => {
    expect(faultsSchema.parse({ faults: [{ kind: 'throttle' }], seed: 3 })).toEqual({
      faults: [{ kind: 'throttle', rate: 1 }],
      seed: 3,
    })
  })

  it.each([
    [{ kind: 'throttle', count: 0 }],
    [{ kind: 'throttle', rate: -0.1 }],
    [{ kind: 'latency', latencyMs: 600_001 }],
    [{ kind: 'error', status: 399 }],
    [{ kind: 'lost-answer', message: 'never seen' }],
  ])('refuses %j', (fault) => {
    expect(faultsSchema.safeParse({ faults: [fault] }).success).toBe(false)
  })
})
