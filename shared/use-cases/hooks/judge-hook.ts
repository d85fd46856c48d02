import { emptyMemory, type GateMemory, type Judgement, type Verdict } from '../../domain/gates/gate.ts'
import { messageOf } from '../../domain/message-of.ts'
import type { Clock } from '../../ports/clock.ts'
import type { HookLook } from './look-at-hook-gate.ts'

/** One look at whatever a hook judges. */
export type LookAtHook = (look: HookLook) => Promise<Pick<Judgement, 'verdict' | 'memory' | 'settled'>>

/** Runs a call for at most so many real milliseconds, whatever holds it up. */
export type Within = <T>(timeoutMs: number, call: () => Promise<T>) => Promise<T>

export interface HookJudging {
  readonly deploymentId: string
  readonly look: LookAtHook
  /** Real milliseconds for all looks together. */
  readonly budgetMs: number
  /** Real milliseconds between two looks. */
  readonly pauseMs: number
}

/** How a hook ends, and on which verdict. */
export interface HookVerdict {
  readonly passed: boolean
  readonly reason: string
  readonly looks: number
  /** The newest; null where none was made. */
  readonly verdict: Verdict | null
}

/**
 * Looks again and again until it passes, fails, or its time is up. Time that is up is a failure: no data is not health, and
 * a hook that says nothing would hold the deployment for an hour. Never throws: a look that throws is a failure.
 */
export async function judgeHook(
  { clock, within }: { readonly clock: Clock; readonly within: Within },
  { deploymentId, look, budgetMs, pauseMs }: HookJudging,
): Promise<HookVerdict> {
  const endsAtMs = clock.realNow() + budgetMs
  const startedAtMs = clock.now()
  let memory: GateMemory = emptyMemory(0)
  let verdict: Verdict | null = null
  let looks = 0
  for (;;) {
    const leftMs = endsAtMs - clock.realNow()
    if (leftMs <= 0) return { passed: false, reason: outOfTime(budgetMs, verdict), looks, verdict }
    const current = memory
    try {
      looks += 1
      const judged = await within(leftMs + 1, () => look({ deploymentId, startedAtMs, memory: current }))
      ;({ memory, verdict } = judged)
      if (verdict.outcome === 'fail') return { passed: false, reason: verdict.reason, looks, verdict }
      if (judged.settled) return { passed: true, reason: verdict.reason, looks, verdict }
    } catch (error) {
      // The look that the time ran out on is no error of its own.
      if (clock.realNow() < endsAtMs) return { passed: false, reason: messageOf(error), looks, verdict }
    }
    await clock.sleep(Math.max(0, Math.min(pauseMs, endsAtMs - clock.realNow())))
  }
}

function outOfTime(budgetMs: number, verdict: Verdict | null): string {
  const last = verdict === null ? 'no look ended' : `last ${verdict.outcome}: ${verdict.reason}`
  return `did not pass within ${Math.round(budgetMs / 1000)} s; ${last}`
}
