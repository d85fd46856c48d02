import { describe, expect, it } from 'vitest'
import { emptyMemory, type Outcome } from '../../../../shared/domain/gates/gate.ts'
import { judgeHook, type LookAtHook } from '../../../../shared/use-cases/hooks/judge-hook.ts'
import { aLeapingTime } from '../../../support/leaping-time.ts'

/** Says these words, one at each look and the last for ever, and counts in its memory. */
function says(...words: readonly (readonly [Outcome, boolean])[]): LookAtHook {
  let looks = 0
  return async ({ memory }) => {
    const [outcome, settled] = words[Math.min(looks++, words.length - 1)] ?? ['error', false]
    const goodInARow = memory.goodInARow + 1
    return {
      verdict: { outcome, reason: `look ${goodInARow}`, evidence: {} },
      memory: { ...memory, goodInARow },
      settled,
    }
  }
}

async function run(look: LookAtHook, budgetMs = 60_000) {
  const time = aLeapingTime()
  const judged = await judgeHook(time, { deploymentId: 'd-1', look, budgetMs, pauseMs: 10_000 })
  return { ...judged, elapsedMs: time.elapsedMs() }
}

it('passes at the first look that settles, with what the looks before remembered', async () => {
  expect(await run(says(['no-data', false], ['error', false], ['pass', true]))).toEqual({
    ...{ passed: true, reason: 'look 3', looks: 3, elapsedMs: 20_000 },
    verdict: { outcome: 'pass', reason: 'look 3', evidence: {} },
  })
})

it('does not pass by a word alone that settles nothing', async () => {
  expect(await run(says(['pass', false], ['fail', false]))).toMatchObject({ passed: false, reason: 'look 2' })
})

it('fails at once', async () => {
  expect(await run(says(['fail', false], ['pass', true]))).toMatchObject({ passed: false, looks: 1, elapsedMs: 0 })
})

it('hands each look the deployment and when judging began', async () => {
  const seen: unknown[] = []
  await run(async (look) => {
    seen.push(look)
    return says(['pass', true])(look)
  })
  expect(seen).toEqual([{ deploymentId: 'd-1', startedAtMs: Date.UTC(2026, 0, 1), memory: emptyMemory(0) }])
})

describe('when its time is up it fails', () => {
  it.each(['no-data', 'error', 'pass'] as const)('and says the last word, %s', async (outcome) => {
    expect(await run(says([outcome, false]), 25_000)).toEqual({
      ...{ passed: false, looks: 3, elapsedMs: 25_000 },
      reason: `did not pass within 25 s; last ${outcome}: look 3`,
      verdict: { outcome, reason: 'look 3', evidence: {} },
    })
  })

  it('though a look hangs', async () => {
    const judged = await run(() => new Promise(() => undefined), 25_000)
    expect(judged).toEqual({
      ...{ passed: false, looks: 1, verdict: null, elapsedMs: 25_001 },
      reason: 'did not pass within 25 s; no look ended',
    })
  })

  it('without a look where there was no time at all', async () => {
    expect(await run(says(['pass', true]), 0)).toMatchObject({ passed: false, looks: 0 })
  })
})

it.each([
  { so: 'rejects', look: async () => Promise.reject(new Error('the smoke test broke')) },
  {
    so: 'throws',
    look: () => {
      throw new Error('the smoke test broke')
    },
  },
])('fails at once where a look $so', async ({ look }) => {
  expect(await run(look)).toEqual({
    ...{ passed: false, reason: 'the smoke test broke', looks: 1, verdict: null, elapsedMs: 0 },
  })
})
