import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { loadBalancingRateOf } from '../../../../local/aws/elastic-load-balancing-v2/request-rates.ts'
import { type RateOptions, withinRates } from '../../../../local/aws/request-rates.ts'
import { AwsError, type AwsOperation } from '../../../../local/aws/service.ts'

/** Operations that answer their name, within rates, on a clock that stands still. */
function someOperations(options: Omit<RateOptions, 'code' | 'realNow'>) {
  let realMs = 1000
  const answering = (name: string) => ({ mutates: false, handle: () => name }) as unknown as AwsOperation
  const names = ['Read', 'List', 'Write']
  const { operations, throttled } = withinRates(Object.fromEntries(names.map((name) => [name, answering(name)])), {
    ...options,
    code: 'Throttling',
    realNow: () => realMs,
  })
  const call = (name: string, region = 'eu-west-1') => operations[name]?.handle({}, { requestId: 'r', region })
  const isTaken = (name: string, region?: string) => {
    try {
      call(name, region)
      return true
    } catch {
      return false
    }
  }
  const wait = (ms: number) => {
    realMs += ms
  }
  return { call, isTaken, wait, throttled }
}

describe('the rate of an operation', () => {
  it('lets the burst through, then what flows back; the rest is refused as AWS does', () => {
    const { call, isTaken, wait, throttled } = someOperations({ rates: { Read: { perSecond: 2, burst: 3 } } })
    expect([1, 2, 3, 4].map(() => isTaken('Read'))).toEqual([true, true, true, false])
    wait(500)
    expect(call('Read')).toBe('Read')
    expect(() => call('Read')).toThrow(new AwsError('Throttling', 'Rate exceeded'))
    expect(throttled).toEqual({ Read: 2 })
  })

  it('is that of a second where no burst is named, and no pause saves more', () => {
    const { isTaken, wait } = someOperations({ rates: { Read: { perSecond: 2 } } })
    wait(3_600_000)
    expect([1, 2, 3].map(() => isTaken('Read'))).toEqual([true, true, false])
  })

  it('is nobody else’s: other operations and Regions have buckets of their own, or none', () => {
    const { isTaken } = someOperations({ rates: { Read: { perSecond: 1 }, List: { perSecond: 1 } } })
    expect(isTaken('Read')).toBe(true)
    expect(isTaken('Read')).toBe(false)
    expect(isTaken('Read', 'us-east-2')).toBe(true)
    expect(isTaken('List')).toBe(true)
    expect(Array.from({ length: 50 }, () => isTaken('Write'))).toEqual(Array(50).fill(true))
  })

  it('may be shared by several operations', () => {
    const rateOf = (name: string) => (name === 'Write' ? undefined : 'reads')
    const { isTaken, throttled } = someOperations({ rates: { reads: { perSecond: 1, burst: 2 } }, rateOf })
    expect([isTaken('Read'), isTaken('List'), isTaken('Read'), isTaken('Write')]).toEqual([true, true, false, true])
    expect(throttled).toEqual({ reads: 1 })
  })

  it('never lets more through than burst and rate allow, and never less than the rate', () => {
    const pauses = fc.array(fc.integer({ min: 0, max: 700 }), { minLength: 1, maxLength: 60 })
    fc.assert(
      fc.property(
        pauses,
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 8 }),
        (waits, perSecond, burst) => {
          const { isTaken, wait } = someOperations({ rates: { Read: { perSecond, burst } } })
          let taken = 0
          let elapsedMs = 0
          for (const ms of waits) {
            wait(ms)
            elapsedMs += ms
            while (isTaken('Read')) taken++
            expect(taken).toBeLessThanOrEqual(burst + (elapsedMs / 1000) * perSecond + 1e-6)
          }
          while (isTaken('Read'));
          wait(1000)
          expect(Array.from({ length: Math.min(perSecond, burst) }, () => isTaken('Read'))).not.toContain(false)
        },
      ),
    )
  })

  it.each([
    { perSecond: 0, burst: 1 },
    { perSecond: 1, burst: 0 },
    { perSecond: 0.5 },
    { perSecond: Number.NaN, burst: 1 },
  ])('is refused where it could let nothing through: $perSecond a second, $burst at once', (rate) => {
    expect(() => someOperations({ rates: { Read: rate } })).toThrow(RangeError)
  })
})

it('counts what load balancing is asked, and nothing that changes it', () => {
  const names = ['DescribeRules', 'DescribeTargetHealth', 'ModifyRule', 'CreateRule', 'RegisterTargets']
  expect(names.map(loadBalancingRateOf)).toEqual(['reads', 'reads', undefined, undefined, undefined])
})
