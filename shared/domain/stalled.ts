import type { Deployment } from './deployment.ts'
import type { Action } from './next-action.ts'

/**
 * How long something may wait to be done while no workflow can be started, seconds: as long as a canary may take to become
 * healthy. Step Functions being away for some minutes must not cost a good deployment.
 */
export const stalledSeconds = 1800

/** True when what follows is the workflow's to do and has been due for {@link stalledSeconds}. Reads no clock. */
export function isStalled(deployment: Deployment, action: Action, nowMs: number): boolean {
  const since = dueSince(deployment, action)
  return since !== null && nowMs - Date.parse(since) >= stalledSeconds * 1000
}

/** Since when something is due that only a workflow does, ISO 8601; null: nothing is, or it has a deadline of its own. */
function dueSince(deployment: Deployment, { type }: Action): string | null {
  if (type === 'wait' || type === 'close' || type === 'halt' || type === 'roll-back') return null
  const { stage, createdAt, deadlineAt, bakeEndsAt, nextActionAt, approvals } = deployment
  switch (stage) {
    case 'queued':
      return null
    // One that waited for its turn is due since then.
    case 'preparing':
      return nextActionAt ?? createdAt
    case 'verifying':
      return deadlineAt
    case 'shifting':
      return null
    case 'awaiting-approval':
      return approvals.at(-1)?.at ?? null
    case 'baking':
      return latest(bakeEndsAt, nextActionAt)
  }
}

function latest(a: string | null, b: string | null): string | null {
  if (a === null || b === null) return a ?? b
  return Date.parse(a) > Date.parse(b) ? a : b
}
