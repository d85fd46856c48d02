import * as z from 'zod'
import type { HookDeps } from '../../shared/compose-hook.ts'
import { ValidationError } from '../../shared/domain/errors.ts'
import type { Verdict } from '../../shared/domain/gates/gate.ts'
import { lookSpacingSeconds } from '../../shared/domain/gates/looks.ts'
import { type Answered, answerHook } from '../../shared/use-cases/hooks/answer-hook.ts'
import { judgeHook, type LookAtHook } from '../../shared/use-cases/hooks/judge-hook.ts'
import { lookAtHookGate, type WatchedGate } from '../../shared/use-cases/hooks/look-at-hook-gate.ts'
import { pathOf } from '../api/issue-text.ts'

/** A judge of your own. It may throw: that is a failure. `no-data` and `error` mean: ask again. */
export type OwnJudge = (hook: { readonly deploymentId: string }) => Promise<Verdict>

/** What a hook judges: a gate of Sluice, or a function of your own. */
export type HookJudge = WatchedGate | { readonly judge: OwnJudge }

export interface HookSettings {
  /** Real seconds for judging, beyond what the function's own time allows never. Default: that. */
  readonly budgetSeconds?: number
  /** Real seconds between two looks. Default 10: looks that are nearer count as one. */
  readonly pauseSeconds?: number
}

/** The part of Lambda's context that is needed. */
export interface HookContext {
  getRemainingTimeInMillis(): number
}

export interface HookResult {
  readonly status: 'Succeeded' | 'Failed'
  readonly reason: string
  readonly answered: Answered
}

export type HookHandler = (event: unknown, context: HookContext) => Promise<HookResult>

/** Real milliseconds kept back for the answer: three of its tries in a bad hour. Of a short time at most the half. */
const answerMs = 30_000

/** What CodeDeploy hands to a hook: these two members. */
const hookEvent = z.object({ DeploymentId: z.string().min(1), LifecycleEventHookExecutionId: z.string().min(1) })

/**
 * Makes the Lambda entry of a CodeDeploy lifecycle hook: judges until it passes, fails, or the function's time is nearly
 * up, and then answers. Whatever happens on the way is a failure with a line in the log, never silence. A second call for
 * the same hook does no harm: only the first answer counts.
 */
export function createHook(deps: HookDeps, judge: HookJudge, settings: HookSettings = {}): HookHandler {
  const look = toLook(deps, judge)
  const isObserved = 'gate' in judge && judge.gate.mode === 'observe'
  return async (event, context) => {
    const { deploymentId, executionId } = parseEvent(event)
    const leftMs = () => context.getRemainingTimeInMillis()
    const pauseMs = (settings.pauseSeconds ?? lookSpacingSeconds) * 1000
    const budgetMs = budgetOf(leftMs(), settings)
    const { passed, ...judged } = await judgeHook(deps, { deploymentId, look, budgetMs, pauseMs })
    const status = passed || isObserved ? 'Succeeded' : 'Failed'
    deps.logger[passed ? 'info' : 'error']('hook-judged', { deployment: deploymentId, status, ...judged })
    const answered = await answerHook(deps, { deploymentId, executionId, status }, leftMs)
    return { status, reason: judged.reason, answered }
  }
}

function budgetOf(remainingMs: number, { budgetSeconds }: HookSettings): number {
  const mostMs = remainingMs - Math.min(answerMs, remainingMs / 2)
  return budgetSeconds === undefined ? mostMs : Math.min(budgetSeconds * 1000, mostMs)
}

function toLook(deps: HookDeps, judge: HookJudge): LookAtHook {
  if ('gate' in judge) return (look) => lookAtHookGate(deps, judge, look)
  return async ({ deploymentId, memory }) => {
    const verdict = await judge.judge({ deploymentId })
    return { verdict, memory, settled: verdict.outcome === 'pass' }
  }
}

/** @throws {ValidationError} If it is no event of a hook: then nobody waits for an answer. */
function parseEvent(event: unknown): { readonly deploymentId: string; readonly executionId: string } {
  const parsed = hookEvent.safeParse(event)
  if (parsed.success) {
    const { DeploymentId, LifecycleEventHookExecutionId } = parsed.data
    return { deploymentId: DeploymentId, executionId: LifecycleEventHookExecutionId }
  }
  const problems = parsed.error.issues.map(({ path, message }) => ({ path: pathOf(path), message }))
  const what = problems.map(({ path, message }) => `${path === '' ? 'event' : path}: ${message}`).join('; ')
  throw new ValidationError(`this is no event of a CodeDeploy lifecycle hook (${what})`, problems)
}
