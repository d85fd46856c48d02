import { beforeEach, describe, expect, it } from 'vitest'
import { createManualClock, type ManualClock } from '../../../../local/clock.ts'
import { createMemoryPropagation } from '../../../../shared/adapters/memory/propagation.ts'
import { createMemoryRequestBudget } from '../../../../shared/adapters/memory/request-budget.ts'
import { NotFoundError, TransientError } from '../../../../shared/domain/errors.ts'
import { isInsync } from '../../../../shared/use-cases/zone/propagation.ts'
import { createZoneWorld } from '../../../support/zone-world.ts'

let manual: ManualClock
let answer: () => 'pending' | 'insync'
let polls: number
let deps: Parameters<typeof isInsync>[0]

beforeEach(() => {
  manual = createManualClock()
  const clock = { now: manual.now, realNow: manual.now, sleep: (ms: number) => manual.sleep(ms) }
  polls = 0
  answer = () => 'pending'
  deps = {
    clock,
    propagation: createMemoryPropagation(),
    requestBudget: createMemoryRequestBudget(clock),
    hostedZones: {
      ...createZoneWorld().deps.hostedZones,
      async changeStatus() {
        polls++
        return answer()
      },
    },
  }
})

describe('whether a change has arrived', () => {
  it('is asked once for all who wait, and again after 10 s', async () => {
    expect(await Promise.all([isInsync(deps, 'C1'), isInsync(deps, 'C1'), isInsync(deps, 'C1')])).toEqual([
      false,
      false,
      false,
    ])
    expect(polls).toBe(1)
    answer = () => 'insync'
    await manual.advance(9000)
    expect([await isInsync(deps, 'C1'), polls]).toEqual([false, 1])
    await manual.advance(1000)
    expect([await isInsync(deps, 'C1'), polls]).toEqual([true, 2])
    expect([await isInsync(deps, 'C1'), polls]).toEqual([true, 2])
  })

  it('is true of a change that Route 53 knows no more', async () => {
    answer = () => {
      throw new NotFoundError('NoSuchChange')
    }
    expect(await isInsync(deps, 'C1')).toBe(true)
  })

  it('is not known yet where Route 53 throttles, and the plan stands back', async () => {
    answer = () => {
      throw new TransientError('Throttling: Rate exceeded', { refused: true })
    }
    expect(await isInsync(deps, 'C1')).toBe(false)
    expect(await deps.requestBudget.tryTake('plan')).toBe(1000)
  })

  it.each([
    ['background', false],
    ['plan', true],
  ] as const)('asked in the lane %s of an account that is always busy is %s', async (lane, expected) => {
    answer = () => 'insync'
    // The plan takes each request as it flows back: the background finds its bucket full at no time.
    await deps.requestBudget.tryTake('plan')
    await manual.advance(200)
    expect(await isInsync(deps, 'C1', lane)).toBe(expected)
  })
})
