import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { createManualClock } from '../../local/clock.ts'
import type { RequestLane } from '../../shared/domain/request-budget.ts'
import type { Clock } from '../../shared/ports/clock.ts'
import type { RequestBudget } from '../../shared/ports/request-budget.ts'

/** The written meaning of {@link RequestBudget}. `make` gives one that nobody took from, on the clock's real time. */
export function describeRequestBudget(
  name: string,
  make: (clock: Pick<Clock, 'realNow' | 'sleep'>) => Promise<RequestBudget>,
): void {
  describe(`${name} as request budget`, () => {
    const start = async () => {
      const clock = createManualClock()
      // Pauses between tries pass by themselves: it is the budget's time that stands still.
      return { budget: await make({ realNow: clock.now, sleep: (ms) => sleep(ms) }), clock }
    }
    const takeInTurn = async (budget: RequestBudget, lanes: readonly RequestLane[]) => {
      const waits: number[] = []
      for (const lane of lanes) waits.push(await budget.tryTake(lane))
      return waits
    }
    const takeAtOnce = async (budget: RequestBudget, lane: RequestLane, count: number) => {
      const waits = await Promise.all(Array.from({ length: count }, () => budget.tryTake(lane)))
      return waits.filter((waitMs) => waitMs === 0).length
    }

    it('gives the plan one and tells when the next is due, then what is left to rollbacks', async () => {
      const { budget } = await start()
      expect(await takeInTurn(budget, ['plan', 'plan'])).toEqual([0, 143])
      const after = ['rollback', 'rollback', 'rollback', 'rollback', 'plan', 'background'] as const
      expect(await takeInTurn(budget, after)).toEqual([0, 0, 0, 105, 521, 521])
    })

    it('gives it then, and not before', async () => {
      const { budget, clock } = await start()
      await takeInTurn(budget, ['plan'])
      await clock.advance(142)
      expect(await budget.tryTake('plan')).toBe(1)
      await clock.advance(1)
      expect(await takeInTurn(budget, ['plan', 'plan'])).toEqual([0, 286])
    })

    it('gives no more than there are to a crowd', async () => {
      const { budget, clock } = await start()
      expect(await takeAtOnce(budget, 'plan', 20)).toBe(1)
      expect(await takeAtOnce(budget, 'rollback', 20)).toBe(3)
      await clock.advance(5000)
      expect(await takeAtOnce(budget, 'rollback', 20)).toBe(4)
    })

    it('lets the plan stand back for a second after a throttling, and a rollback until a request is back', async () => {
      const { budget, clock } = await start()
      await budget.noteThrottled()
      expect(await takeInTurn(budget, ['plan', 'rollback'])).toEqual([1000, 209])
      await clock.advance(209)
      expect(await takeInTurn(budget, ['rollback', 'plan'])).toEqual([0, 791])
      await clock.advance(791)
      expect(await takeInTurn(budget, ['plan', 'plan'])).toEqual([0, 143])
    })

    it('stands back from the last of many throttlings', async () => {
      const { budget, clock } = await start()
      await takeInTurn(budget, ['plan', 'rollback'])
      await Promise.all(Array.from({ length: 5 }, () => budget.noteThrottled()))
      await clock.advance(400)
      await budget.noteThrottled()
      expect(await takeInTurn(budget, ['plan', 'rollback'])).toEqual([1000, 209])
    })
  })
}
