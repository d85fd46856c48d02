import type { Deployment } from '../domain/deployment.ts'

/** The longest that one Bake waits: a waiting Lambda token is never older, and every hour somebody looks. */
const longestSliceSeconds = 3600

/** What every Task hands to the next state: ids and small words; everything else is in the record. */
export interface TaskAnswer {
  readonly deploymentId: string
  readonly schemaVersion: 1
  /** Routes the state machine's Choice. */
  readonly next: 'verify' | 'shift' | 'bake' | 'roll-back' | 'close'
  /** How long a Bake that follows waits before it judges: what is left until `nextActionAt`, 1 to 3600 s. */
  readonly sliceSeconds: number
}

export function taskAnswer(deployment: Deployment, next: TaskAnswer['next'], nowMs: number): TaskAnswer {
  const dueMs = deployment.nextActionAt === null ? Number.POSITIVE_INFINITY : Date.parse(deployment.nextActionAt)
  const leftSeconds = Math.ceil((dueMs - nowMs) / 1000)
  return {
    deploymentId: deployment.id,
    schemaVersion: 1,
    next,
    sliceSeconds: Math.min(longestSliceSeconds, Math.max(1, leftSeconds)),
  }
}
