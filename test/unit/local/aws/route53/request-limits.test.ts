import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRequestLimits, type LimitOptions } from '../../../../../local/aws/route53/request-limits.ts'

function someLimits(options: LimitOptions = {}) {
  let realMs = 1000
  const limits = createRequestLimits({ ...options, realNow: () => realMs })
  const isTaken = () => {
    try {
      limits.takeToken()
      return true
    } catch {
      return false
    }
  }
  const wait = (ms: number) => {
    realMs += ms
  }
  return { limits, isTaken, wait }
}

describe('the rate of the account', () => {
  it('saves no more than a burst, however long the pause', () => {
    const { isTaken, wait } = someLimits()
    wait(3_600_000)
    expect(Array.from({ length: 7 }, isTaken)).toEqual([true, true, true, true, true, false, false])
  })

  it('never lets more through than burst and rate allow, and never less than the rate', () => {
    const pauses = fc.array(fc.integer({ min: 0, max: 700 }), { minLength: 1, maxLength: 60 })
    fc.assert(
      fc.property(pauses, fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 8 }), (waits, rate, burst) => {
        const { limits, isTaken, wait } = someLimits({ requestsPerSecond: rate, burst })
        let taken = 0
        let elapsedMs = 0
        for (const ms of waits) {
          wait(ms)
          elapsedMs += ms
          while (isTaken()) taken++
          expect(taken).toBeLessThanOrEqual(burst + (elapsedMs / 1000) * rate + 1e-6)
        }
        // Each look took all there was and was refused once.
        expect(limits.refused.throttled).toBe(waits.length)
      }),
    )
  })

  it('loses nothing where the pauses are short', () => {
    const { isTaken, wait } = someLimits()
    while (isTaken());
    let taken = 0
    for (let turn = 0; turn < 1000; turn++) {
      wait(7)
      if (isTaken()) taken++
    }
    // Five in each of seven seconds, the last one in the last millisecond.
    expect(taken).toBe(35)
  })
})

it('frees each zone after its own processing', () => {
  const { limits, wait } = someLimits({ processingMs: 100 })
  limits.occupyZone('Z1')
  wait(60)
  limits.occupyZone('Z2')
  expect(() => limits.checkZone('Z1')).toThrow(
    expect.objectContaining({ code: 'PriorRequestNotComplete', status: 400 }),
  )
  wait(40)
  expect(() => limits.checkZone('Z1')).not.toThrow()
  expect(() => limits.checkZone('Z2')).toThrow('still processing')
  expect(limits.refused).toEqual({ throttled: 0, priorRequestNotComplete: 2 })
})
