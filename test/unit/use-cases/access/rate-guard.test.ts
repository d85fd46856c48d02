import { beforeEach, describe, expect, it } from 'vitest'
import { createManualClock } from '../../../../local/clock.ts'
import { createMemoryRateCounts } from '../../../../shared/adapters/memory/rate-counts.ts'
import { TransientError } from '../../../../shared/domain/errors.ts'
import type { RateCounts } from '../../../../shared/ports/rate-counts.ts'
import { createRateGuard, type RateRules } from '../../../../shared/use-cases/access/rate-guard.ts'

const rules: RateRules = {
  counted: {
    command: { most: 3, windowSeconds: 60 },
    'take-back': { most: 5, windowSeconds: 60 },
    refused: { most: 2, windowSeconds: 60 },
    forbidden: { most: 2, windowSeconds: 60 },
  },
  reads: { most: 4, perSecond: 2 },
}

let clock: ReturnType<typeof createManualClock>
let counted: RateCounts
let calls: number
let warnings: unknown[]
beforeEach(async () => {
  clock = createManualClock()
  await clock.advance(60_000 - (clock.now() % 60_000))
  const memory = createMemoryRateCounts({ realNow: clock.now })
  calls = 0
  warnings = []
  counted = {
    count: (...wish) => {
      calls++
      return memory.count(...wish)
    },
  }
})

const aGuard = (rateCounts: RateCounts = counted) =>
  createRateGuard(
    {
      rateCounts,
      clock: { realNow: clock.now },
      logger: { warn: (event, fields) => void warnings.push({ event, fields }) },
    },
    rules,
  )

const countTimes = async (guard: ReturnType<typeof aGuard>, times: number, kind: 'command' | 'refused' = 'command') => {
  const waits: number[] = []
  for (let time = 0; time < times; time++) waits.push(await guard.count(kind, 'someone'))
  return waits
}

describe('commands', () => {
  it('are taken up to the limit, and again after the wait that was told', async () => {
    const guard = aGuard()
    expect(await countTimes(guard, 5)).toEqual([0, 0, 0, 80_000, 80_000])
    await clock.advance(79_999)
    expect(await guard.count('command', 'someone')).toBe(1)
    await clock.advance(1)
    expect(await guard.count('command', 'someone')).toBe(0)
  })

  it('cost a write each, and none while the caller has to wait', async () => {
    await countTimes(aGuard(), 50)
    expect(calls).toBe(4)
  })

  it('are counted over all processes', async () => {
    expect(await countTimes(aGuard(), 2)).toEqual([0, 0])
    expect(await countTimes(aGuard(), 2)).toEqual([0, 80_000])
  })

  it('leave what takes traffic back, and other callers, as they are', async () => {
    const guard = aGuard()
    await countTimes(guard, 10)
    expect(await guard.count('take-back', 'someone')).toBe(0)
    expect(await guard.count('command', 'someone else')).toBe(0)
  })

  it('pass where they cannot be counted, which is logged', async () => {
    const guard = aGuard({ count: () => Promise.reject(new TransientError('DynamoDB throttles')) })
    expect(await countTimes(guard, 10)).toEqual(Array.from({ length: 10 }, () => 0))
    expect(warnings[0]).toEqual({
      event: 'rate-not-counted',
      fields: { kind: 'command', reason: 'DynamoDB throttles' },
    })
  })
})

describe('refused attempts', () => {
  it('are known without counting once they were too many', async () => {
    const guard = aGuard()
    expect(guard.known('refused', 'someone')).toBe(0)
    expect(await countTimes(guard, 3, 'refused')).toEqual([0, 0, 90_000])
    expect(guard.known('refused', 'someone')).toBe(90_000)
    await clock.advance(90_000)
    expect(guard.known('refused', 'someone')).toBe(0)
  })

  it('of a thousand callers are remembered, of the oldest no longer', async () => {
    const guard = aGuard()
    await countTimes(guard, 3, 'refused')
    for (let other = 0; other < 1000; other++)
      for (let time = 0; time < 3; time++) await guard.count('refused', `other ${other}`)
    expect(guard.known('refused', 'someone')).toBe(0)
    expect(guard.known('refused', 'other 0')).toBe(90_000)
  })
})

describe('reads', () => {
  it('are taken from a bucket of this process, and nobody is asked', async () => {
    const guard = aGuard()
    expect(Array.from({ length: 6 }, () => guard.read('someone'))).toEqual([0, 0, 0, 0, 500, 500])
    expect(guard.read('someone else')).toBe(0)
    await clock.advance(500)
    expect(guard.read('someone')).toBe(0)
    expect(calls).toBe(0)
  })
})
