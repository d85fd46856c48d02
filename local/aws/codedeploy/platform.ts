import type { AppSpec } from './app-spec.ts'
import { type EventRecord, eventNames } from './lifecycle.ts'
import type { DeploymentRecord, Route, TargetRecord } from './records.ts'

/** What a deployment turns out to stand on once it begins. */
export interface Preparation {
  readonly targets: readonly TargetRecord[]
  readonly spec?: AppSpec
  readonly route?: Route
}

/** What one look at an event that is under way found. */
export interface Work {
  readonly done: boolean
  /** The replacement's share from now on, percent 0–100. */
  readonly percent?: number
  /** Local milliseconds after which to look again. */
  readonly againInMs?: number
}

/** How deployments to one compute platform are done. */
export interface Platform {
  /** Reads what the deployment stands on; changes nothing. @throws {DeploymentFailure} */
  prepare(deployment: DeploymentRecord, now: number): Promise<Preparation>
  /**
   * Does what belongs to an event, or looks whether it is done. Called again and again while the event is under way, also
   * after a restart: it compares before it changes. @throws {DeploymentFailure}
   */
  work(deployment: DeploymentRecord, event: EventRecord, now: number): Promise<Work>
}

/** What an event takes that has nothing to wait for. */
const EVENT_MS = 1_000

/** Done once the event has lasted its moment. */
export function briefly(event: EventRecord, now: number): Work {
  const leftMs = (event.startedAt ?? now) + EVENT_MS - now
  return leftMs > 0 ? { done: false, againInMs: leftMs } : { done: true }
}

/** A target before its first event. A rollback runs no hooks, as their functions are the failed revision's. */
export function newTarget(id: string, deployment: DeploymentRecord, spec: AppSpec | undefined, now: number) {
  const hooks = deployment.creator === 'user' ? (spec?.hooks ?? {}) : {}
  const events = eventNames(deployment.platform, deployment.settings.deploymentStyle).map((name): EventRecord => {
    const hook = hooks[name]
    return { name, status: 'Pending', ...(hook !== undefined && { hook }) }
  })
  return { id, events, updatedAt: now }
}
