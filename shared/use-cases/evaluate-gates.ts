import type { Deps } from '../deps.ts'
import { decideNext } from '../domain/next-action.ts'
import { followDrift } from './follow-drift.ts'
import { judgeGates } from './judge-gates.ts'
import { performAction } from './perform-action.ts'
import { DriftFound } from './route-guard.ts'
import { type TaskAnswer, taskAnswer } from './task-answer.ts'

/** Judges the gates of a deployment as it stands, decides what follows, and does it. */
export async function evaluateGates(deps: Deps, id: string): Promise<TaskAnswer> {
  const { deployment, gates } = await judgeGates(deps, id)
  try {
    return await performAction(deps, deployment, decideNext(deployment, gates, deps.clock.now()))
  } catch (error) {
    if (!(error instanceof DriftFound)) throw error
    return taskAnswer(await followDrift(deps, deployment, error), 'bake', deps.clock.now())
  }
}
