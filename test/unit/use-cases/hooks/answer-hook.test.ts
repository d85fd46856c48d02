import { expect, it } from 'vitest'
import { NotFoundError, TransientError, UpstreamError } from '../../../../shared/domain/errors.ts'
import type { HookAnswer } from '../../../../shared/ports/hook-status.ts'
import { answerHook } from '../../../../shared/use-cases/hooks/answer-hook.ts'
import { aLeapingTime } from '../../../support/leaping-time.ts'

const answer: HookAnswer = { deploymentId: 'd-1', executionId: 'hook-1', status: 'Succeeded' }

/** @param puts - What each try comes to: an answer or an error, the last for ever; `hangs` never comes. */
function run(leftMs: number, ...puts: readonly ('taken' | 'already-over' | 'hangs' | Error)[]) {
  const time = aLeapingTime()
  const tries: { readonly atMs: number; readonly answer: HookAnswer }[] = []
  const logged: string[] = []
  const log = (event: string) => void logged.push(event)
  const hookStatus = {
    async put(given: HookAnswer) {
      const outcome = puts[Math.min(tries.length, puts.length - 1)] ?? 'taken'
      tries.push({ atMs: time.elapsedMs(), answer: given })
      if (outcome instanceof Error) throw outcome
      return outcome === 'hangs' ? new Promise<never>(() => undefined) : outcome
    },
  }
  const deps = { ...time, hookStatus, logger: { info: log, warn: log, error: log } }
  const done = answerHook(deps, answer, () => leftMs - time.elapsedMs())
  return { done, tries, logged, time }
}

const throttled = new TransientError('throttled', { refused: true })

it.each(['taken', 'already-over'] as const)('gives the answer, and is content with %s', async (outcome) => {
  const { done, tries, logged } = run(10_000, outcome)
  expect(await done).toBe(outcome)
  expect(tries).toEqual([{ atMs: 0, answer }])
  expect(logged).toEqual([])
})

it('tries again while it is throttled, less and less often', async () => {
  const { done, tries, logged } = run(60_000, ...Array(6).fill(throttled), 'taken')
  expect(await done).toBe('taken')
  expect(tries.map(({ atMs }) => atMs)).toEqual([0, 500, 1500, 3500, 7500, 15_500, 23_500])
  expect(logged).toEqual(Array(6).fill('hook-answer-retried'))
})

it('throws when there is no time for another try, so that Lambda calls it again', async () => {
  const { done, tries } = run(3000, throttled)
  await expect(done).rejects.toBe(throttled)
  expect(tries.map(({ atMs }) => atMs)).toEqual([0, 500, 1500])
})

it('throws at once what no repetition mends', async () => {
  const denied = new UpstreamError('access denied')
  const { done, tries } = run(60_000, denied)
  await expect(done).rejects.toBe(denied)
  expect(tries).toHaveLength(1)
})

it('logs that nobody asked, and is done', async () => {
  const { done, logged } = run(60_000, new NotFoundError('no such execution'))
  expect(await done).toBe('nobody-asked')
  expect(logged).toEqual(['hook-nobody-asked'])
})

it('ends with its time where the answer hangs', async () => {
  const { done, time } = run(4000, 'hangs')
  await expect(done).rejects.toThrow('no answer')
  expect(time.elapsedMs()).toBe(4000)
})
