import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type CallRateOptions, createCallRate } from '../../../shared/adapters/call-rate.ts'
import { TransientError } from '../../../shared/domain/errors.ts'

/** A rate on a clock that stands still: who has to wait notes until when, and goes on at once. */
function aRate(options: Partial<CallRateOptions> = {}) {
  let nowMs = 1_000_000
  const waits: number[] = []
  const clock = {
    realNow: () => nowMs,
    sleep: async (ms: number) => void waits.push(ms),
  }
  const rate = createCallRate({ perSecond: 10, burst: 3, of: 'Elastic Load Balancing', clock, ...options })
  /** How long a call that comes now has to wait, milliseconds. */
  async function wait(): Promise<number> {
    waits.length = 0
    expect(await rate(async () => 'done')).toBe('done')
    return waits[0] ?? 0
  }
  const pass = (ms: number) => {
    nowMs += ms
  }
  return { rate, wait, pass }
}

describe('a rate of calls', () => {
  it('lets the burst go at once and the others one by one, in their order', async () => {
    const { wait } = aRate()
    const waits: number[] = []
    for (let call = 0; call < 6; call++) waits.push(await wait())
    expect(waits).toEqual([0, 0, 0, 100, 200, 300])
  })

  it('fills up again, never beyond the burst', async () => {
    const { wait, pass } = aRate()
    for (let call = 0; call < 3; call++) await wait()
    pass(3_600_000)
    expect([await wait(), await wait(), await wait(), await wait()]).toEqual([0, 0, 0, 100])
  })

  it('turns away at once whose turn would come too late, and keeps no place for them', async () => {
    const { rate, wait, pass } = aRate({ burst: 1, patienceMs: 150 })
    expect([await wait(), await wait()]).toEqual([0, 100])
    let asked = false
    const late = rate(async () => {
      asked = true
    })
    await expect(late).rejects.toThrow(TransientError)
    await expect(late).rejects.toThrow(/^Elastic Load Balancing: so many calls wait already/)
    expect(asked).toBe(false)
    pass(100)
    expect(await wait()).toBe(100)
  })

  it('never lets more begin in any stretch of time than burst and rate allow', async () => {
    const pauses = fc.array(fc.integer({ min: 0, max: 300 }), { minLength: 1, maxLength: 40 })
    await fc.assert(
      fc.asyncProperty(
        pauses,
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 8 }),
        async (gaps, perSecond, burst) => {
          const { wait, pass } = aRate({ perSecond, burst, patienceMs: Number.POSITIVE_INFINITY })
          let nowMs = 0
          const begins: number[] = []
          for (const gap of gaps) {
            pass(gap)
            nowMs += gap
            begins.push(nowMs + (await wait()))
          }
          begins.forEach((from, first) => {
            begins.slice(first).forEach((to, others) => {
              expect(others + 1).toBeLessThanOrEqual(burst + ((to - from) / 1000) * perSecond + 1e-6)
            })
          })
        },
      ),
    )
  })

  it('hands on what the call throws', async () => {
    await expect(aRate().rate(() => Promise.reject(new Error('no such rule')))).rejects.toThrow('no such rule')
  })
})
