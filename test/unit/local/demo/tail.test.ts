import { describe, expect, it } from 'vitest'
import { createManualClock } from '../../../../local/clock.ts'
import { type Arrivals, createArrivals } from '../../../../local/demo/route53/arrivals.ts'
import { watchTail } from '../../../../local/demo/route53/tail.ts'
import { anOutput, aShownDeployment } from '../../../support/demo.ts'

const endedAt = '2026-01-01T00:00:00.000Z'
const endsAt = '2026-01-01T00:02:00.000Z'
const rolledBack = aShownDeployment({ phase: 'rolled-back', weight: 0, endedAt, tail: { seconds: 120, endsAt } })

/** Watches the tail of a deployment that has just ended, while local time passes in steps of a second. */
async function watch(meanwhile: (second: number, arrivals: Arrivals, now: number) => void = () => {}) {
  const clock = createManualClock(Date.parse(endedAt))
  const arrivals = createArrivals()
  arrivals.record({ side: 'blue', at: clock.now() - 1, failed: true })
  const { output, text } = anOutput()
  const watched = watchTail({ deployment: rolledBack, bad: 'blue', arrivals, clock, output })
  let isOver = false
  void watched.finally(() => {
    isOver = true
  })
  let second = 0
  for (; !isOver; second++) {
    meanwhile(second, arrivals, clock.now())
    await clock.advance(1000)
  }
  return { tail: await watched, text: text(), second }
}

describe('watchTail', () => {
  it('counts who still comes to the bad side from the end of the deployment on', async () => {
    const { tail, text } = await watch((second, arrivals, at) => {
      arrivals.record({ side: second < 47 ? 'blue' : 'green', at: at + 300, failed: second % 4 === 0 })
    })
    expect(tail).toEqual({ seconds: 120, endsAt, lastRequestSeconds: 46.3, requests: 47, failed: 12 })
    expect(text).toBe('  ░░░░░░░░░░░░░░  0.0 %  still to the bad side, 120 of at most 120 s after; 47 requests\n')
  })

  it('looks on for ten seconds after the announced end, so that a late client is seen', async () => {
    const { tail, second } = await watch((second, arrivals, at) => {
      if (second === 125) arrivals.record({ side: 'blue', at, failed: false })
    })
    expect(second).toBe(130)
    expect(tail).toEqual({ seconds: 120, endsAt, lastRequestSeconds: 125, requests: 1, failed: 0 })
  })

  it('has 0 as the last second where nobody came', async () => {
    const { tail } = await watch()
    expect(tail).toEqual({ seconds: 120, endsAt, lastRequestSeconds: 0, requests: 0, failed: 0 })
  })

  it.each([
    { name: 'announced no tail', deployment: aShownDeployment({ phase: 'succeeded', endedAt }) },
    { name: 'has no end', deployment: { ...rolledBack, endedAt: null } },
  ])('watches nothing of a deployment that $name', async ({ deployment }) => {
    const { output, text } = anOutput()
    const clock = createManualClock()
    expect(await watchTail({ deployment, bad: 'blue', arrivals: createArrivals(), clock, output })).toBeNull()
    expect(text()).toBe('')
  })
})
