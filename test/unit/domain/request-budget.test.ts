import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  noteThrottling,
  type RequestBudgetState,
  type RequestLane,
  takeRequest,
} from '../../../shared/domain/request-budget.ts'

const start = Date.UTC(2026, 0, 1)
/** Until a request has flowed back into the account's bucket, rounded up to whole milliseconds. */
const oneRequestMs = 209
/** The account's bucket holds half a request more than can be taken at once. */
const halfRequestMs = 105

/** The budget of one account, and what it let through. */
function anAccount() {
  let state: RequestBudgetState | null = null
  return {
    /** @returns 0, or how long to wait. */
    take(lane: RequestLane, nowMs: number): number {
      const taking = takeRequest(state, lane, nowMs)
      if (!taking.taken) return taking.waitMs
      state = taking.state
      return 0
    },
    throttled(nowMs: number) {
      state = noteThrottling(state, nowMs)
    },
    /** Takes until it gets nothing. @returns How many it got. */
    drain(lane: RequestLane, nowMs: number): number {
      let got = 0
      while (this.take(lane, nowMs) === 0) got++
      return got
    },
    atMs: () => state?.atMs ?? start,
  }
}

const aLane = fc.constantFrom<RequestLane>('rollback', 'plan', 'background')
const aBusyTime = fc.array(
  fc.record({ lane: aLane, passedMs: fc.integer({ min: 0, max: 700 }), wants: fc.integer({ min: 0, max: 8 }) }),
  { maxLength: 60 },
)

/** Lets the account have its past. @returns When that ends. */
function live(account: ReturnType<typeof anAccount>, calls: BusyTime): number {
  let nowMs = start
  for (const { lane, passedMs, wants } of calls) {
    nowMs += passedMs
    for (let want = 0; want < wants; want++) account.take(lane, nowMs)
  }
  return nowMs
}

type BusyTime = readonly { readonly lane: RequestLane; readonly passedMs: number; readonly wants: number }[]

describe('takeRequest', () => {
  it.each([
    { title: 'a plan alone', lanes: ['plan', 'plan', 'plan'], answers: [0, 143, 143] },
    { title: 'rollbacks alone', lanes: Array(6).fill('rollback'), answers: [0, 0, 0, 0, 105, 105] },
    {
      title: 'rollbacks behind a plan',
      lanes: ['plan', 'plan', 'rollback', 'rollback', 'rollback', 'rollback'],
      answers: [0, 143, 0, 0, 0, 105],
    },
    { title: 'a plan behind one rollback', lanes: ['rollback', 'plan', 'plan', 'plan'], answers: [0, 0, 143, 143] },
    {
      title: 'a plan behind four rollbacks: two are kept',
      lanes: ['rollback', 'rollback', 'rollback', 'rollback', 'plan'],
      answers: [0, 0, 0, 0, 521],
    },
  ] satisfies { title: string; lanes: RequestLane[]; answers: number[] }[])('at once: $title', ({ lanes, answers }) => {
    const account = anAccount()
    expect(lanes.map((lane) => account.take(lane, start))).toEqual(answers)
  })

  it('gives a plan that is alone 3.5 a second, and no more than five in any', () => {
    const account = anAccount()
    const takenAt: number[] = []
    for (let nowMs = start; takenAt.length < 20; ) {
      const waitMs = account.take('plan', nowMs)
      if (waitMs === 0) takenAt.push(nowMs - start)
      nowMs += waitMs
    }
    expect(takenAt.slice(0, 6)).toEqual([0, 143, 429, 715, 1000, 1286])
    expect(takenAt[19]).toBe(5286)
    for (const from of takenAt)
      expect(takenAt.filter((at) => at >= from && at < from + 1000).length).toBeLessThanOrEqual(5)
  })

  it('gives the background nothing while the plan takes each request as it flows back, and then all', () => {
    const account = anAccount()
    account.drain('plan', start)
    const taken = { plan: 0, background: 0 }
    for (let nowMs = start; nowMs < start + 5000; nowMs++) {
      taken.background += account.drain('background', nowMs)
      taken.plan += account.drain('plan', nowMs)
    }
    expect(taken).toEqual({ plan: 17, background: 0 })
    let alone = 0
    for (let nowMs = start + 5000; nowMs < start + 10_000; nowMs++) alone += account.drain('background', nowMs)
    expect(alone).toBe(17)
  })

  it('takes the latest time it knows for the time, and tells the caller how long by its own clock', () => {
    const account = anAccount()
    expect(account.drain('rollback', start)).toBe(4)
    expect(account.take('rollback', start - 900)).toBe(900 + halfRequestMs)
    expect(account.take('rollback', start + halfRequestMs)).toBe(0)
  })

  it('gives a caller whose clock is behind what is there', () => {
    const account = anAccount()
    account.take('rollback', start)
    expect(account.drain('rollback', start - 900)).toBe(3)
  })

  it('starts over with empty buckets when a wrong clock was far ahead', () => {
    const account = anAccount()
    expect(account.take('plan', start + 3_600_000)).toBe(0)
    expect(account.take('rollback', start)).toBe(oneRequestMs)
    const after = noteThrottling(null, start + 3_600_000)
    expect(takeRequest(after, 'plan', start)).toEqual({ taken: false, waitMs: 625 })
  })

  it('takes whole milliseconds from a clock with finer ones', () => {
    const state = { atMs: start, account: 35_000, plan: 5_000, planNotBeforeMs: start }
    expect(takeRequest(null, 'plan', start + 0.7)).toEqual({ taken: true, state })
    const account = anAccount()
    expect(account.drain('rollback', start + 0.7)).toBe(4)
    const waitMs = account.take('rollback', start + 0.7)
    expect(Number.isInteger(waitMs)).toBe(true)
    expect(account.take('rollback', start + 0.7 + waitMs)).toBe(0)
  })

  it('never lets through what a bucket of 5 that gets 5 a second would not, whatever the clocks say', () => {
    const calls = fc.array(
      fc.record({
        lane: aLane,
        passedMs: fc.nat(1500),
        skewMs: fc.integer({ min: -2000, max: 2000 }),
        wants: fc.nat(8),
      }),
    )
    fc.assert(
      fc.property(calls, (all) => {
        const account = anAccount()
        let nowMs = start
        let [tokens, filledAt] = [5, start - 10_000]
        for (const { lane, passedMs, skewMs, wants } of all) {
          nowMs += passedMs
          for (let want = 0; want < wants; want++) {
            if (account.take(lane, nowMs + skewMs) > 0) continue
            tokens = Math.min(5, tokens + ((account.atMs() - filledAt) * 5) / 1000) - 1
            filledAt = account.atMs()
            expect(tokens).toBeGreaterThan(-1e-6)
          }
        }
      }),
    )
  })

  it('lets a rollback wait 209 ms at most for each one ahead of it, however busy the plan is', () => {
    fc.assert(
      fc.property(aBusyTime, fc.integer({ min: 1, max: 12 }), (before, rollbacks) => {
        const account = anAccount()
        let nowMs = live(account, before)
        const beganMs = nowMs
        const waits: number[] = []
        for (; nowMs - beganMs <= oneRequestMs * rollbacks; nowMs++) {
          // Whoever asks first gets it: here always the plan.
          account.drain('plan', nowMs)
          while (waits.length < rollbacks && account.take('rollback', nowMs) === 0) waits.push(nowMs - beganMs)
        }
        expect(waits).toHaveLength(rollbacks)
        for (const [ahead, waitMs] of waits.entries()) expect(waitMs).toBeLessThanOrEqual(oneRequestMs * (ahead + 1))
      }),
    )
  })

  it('has two at once for rollbacks where none came within the last second', () => {
    fc.assert(
      fc.property(aBusyTime, (before) => {
        const account = anAccount()
        let nowMs = live(account, before)
        const lastMs = nowMs + 1000
        for (; nowMs < lastMs; nowMs++) account.drain('plan', nowMs)
        expect(account.drain('rollback', lastMs)).toBeGreaterThanOrEqual(2)
      }),
    )
  })

  it('tells a waiting lane that is alone exactly when its turn comes', () => {
    fc.assert(
      fc.property(aBusyTime, aLane, fc.boolean(), (before, lane, isThrottled) => {
        const account = anAccount()
        const nowMs = live(account, before)
        if (isThrottled) account.throttled(nowMs)
        account.drain(lane, nowMs)
        const waitMs = account.take(lane, nowMs)
        expect(account.take(lane, nowMs + waitMs - 1)).toBe(1)
        expect(account.take(lane, nowMs + waitMs)).toBe(0)
      }),
    )
  })
})

describe('noteThrottling', () => {
  it('lets the plan stand back for a second, and a rollback until a request has flowed back', () => {
    const account = anAccount()
    account.throttled(start)
    expect([account.take('plan', start), account.take('rollback', start)]).toEqual([1000, oneRequestMs])
    expect(account.take('plan', start + 999)).toBe(1)
    expect(account.drain('plan', start + 1000)).toBe(1)
  })

  it('begins its second anew when it happens again', () => {
    const account = anAccount()
    account.throttled(start)
    account.throttled(start + 600)
    expect(account.take('plan', start + 1000)).toBe(600)
    expect(account.take('rollback', start + 600)).toBe(oneRequestMs)
  })

  it('gives nothing back', () => {
    const account = anAccount()
    account.drain('plan', start)
    account.throttled(start)
    account.throttled(start)
    expect(account.take('rollback', start)).toBe(oneRequestMs)
  })
})
