import type {
  Actor,
  Cause,
  DeploymentSettings,
  DriverDiagnosisNote,
  Finding,
  HeldBack,
  RouteProgress,
} from './deployment.ts'
import type { Drift } from './drift.ts'
import type { DriverProgress } from './driver-progress.ts'
import type { Outcome } from './gates/gate.ts'
import type { Plan } from './plan.ts'
import type { RaiseBlock } from './raise-block.ts'
import type { RawWeights, RouteState, Slot } from './traffic.ts'

/** Everything that can happen to a deployment. Commands carry the person; the rest is Sluice's own doing. */
export type TransitionEvent =
  /** Its turn has come: everything that was provisional while it waited is decided now. */
  | {
      readonly type: 'dequeued'
      readonly stable: Slot
      readonly settings: DeploymentSettings
      readonly plan: Plan
      readonly routes: readonly RouteProgress[]
    }
  /** Its turn has come and it may not start yet. */
  | { readonly type: 'start-blocked'; readonly block: RaiseBlock }
  /** It may not take the place of the open one yet. */
  | { readonly type: 'held-back'; readonly by: HeldBack }
  | {
      readonly type: 'prepared'
      readonly findings: readonly Finding[]
      readonly snapshots: Snapshots
      /** Healthy targets of stable by resource, where they could be counted. */
      readonly stableHealthy: Readonly<Record<string, number>>
      readonly deadlineAt: string
    }
  | { readonly type: 'refused'; readonly findings: readonly Finding[]; readonly reason: string }
  | { readonly type: 'touched'; readonly resource: string; readonly snapshot: RouteState }
  | {
      readonly type: 'test-pointed'
      readonly resource: string
      readonly testResource: string
      readonly snapshot: RouteState
    }
  | { readonly type: 'test-restored'; readonly resource: string }
  | {
      readonly type: 'written'
      readonly resource: string
      readonly before: RawWeights
      readonly after: RawWeights
      /** The change of Route 53 that spreads now; absent or null where there is none. */
      readonly changeId?: string | null
      readonly reason: string
    }
  | { readonly type: 'shift-wanted'; readonly step: number; readonly reason: string; readonly deadlineAt: string }
  | { readonly type: 'shift-delayed'; readonly until: string; readonly reason: string }
  /** A raise may not be made now; `until` is when it is tried again. */
  | { readonly type: 'raise-blocked'; readonly block: RaiseBlock; readonly until: string; readonly deadlineAt: string }
  | { readonly type: 'approval-wanted'; readonly step: number; readonly deadlineAt: string }
  | {
      readonly type: 'shifted'
      readonly step: number
      readonly settledAt: string
      readonly bakeEndsAt: string
      readonly lookAt: string
    }
  /** The driver's deployment is about to be created, or one that somebody else started is taken over. */
  | { readonly type: 'driver-wanted'; readonly adopted: DriverProgress | null }
  /** `diagnosis`: what is found to be behind a stall or a failure, said once; null: nothing. */
  | {
      readonly type: 'driver-followed'
      readonly progress: DriverProgress
      readonly diagnosis: DriverDiagnosisNote | null
    }
  | { readonly type: 'driver-taken-back'; readonly progress: DriverProgress }
  /** The driver has reached a step of the plan. */
  | {
      readonly type: 'driver-shifted'
      readonly step: number
      readonly settledAt: string
      readonly bakeEndsAt: string
      readonly lookAt: string
    }
  | { readonly type: 'prolonged'; readonly until: string }
  | {
      readonly type: 'verdict'
      readonly gate: string
      readonly verdict: Outcome
      readonly reason: string
      readonly evidence: Evidence
    }
  | { readonly type: 'succeeded' }
  | { readonly type: 'halt'; readonly cause: Cause; readonly drift?: Drift }
  | { readonly type: 'roll-back'; readonly cause: Cause; readonly drift?: Drift }
  /** Somebody else changed a route. `stands`: it still has to be settled, by a write of ours or by a person. */
  | { readonly type: 'drift-noted'; readonly drift: Drift; readonly stands: boolean; readonly reason: string }
  /** The current step's weight is to be written again, over what somebody else put there. */
  | {
      readonly type: 'overwrite-wanted'
      readonly drift: Drift
      readonly reason: string
      readonly deadlineAt: string
    }
  /** Every route was read back equal to its snapshot. `tailSeconds`: how long resolvers may go on as before; default 0. */
  | { readonly type: 'restored'; readonly tailSeconds?: number }
  /** What became of each route, while not all of them are restored. */
  | { readonly type: 'partly-restored'; readonly outcomes: readonly RestoredRoute[] }
  | { readonly type: 'restore-failed'; readonly reason: string }
  /** Somebody else changed a route soon after the end. */
  | {
      readonly type: 'changed-after-end'
      readonly resource: string
      readonly found: RawWeights
      readonly reason: string
    }
  /** A gate fails in the late watch. */
  | { readonly type: 'failed-late'; readonly gate: string; readonly reason: string }
  | { readonly type: 'late-watch-over'; readonly reason: string }
  /** A late rollback has taken back what succeeded. */
  | { readonly type: 'taken-back'; readonly by: string; readonly reason: string }
  /** Of a late rollback: the side it goes back to can carry the traffic, or must, as it was forced. */
  | { readonly type: 'old-side-ready'; readonly reason: string; readonly forcedBy?: Actor }
  | { readonly type: 'succeeded-by'; readonly execution: number; readonly reason: string }
  | { readonly type: 'note'; readonly reason: string; readonly evidence?: Evidence }
  | { readonly type: 'pause'; readonly actor: Actor; readonly reason: string; readonly until: string | null }
  | {
      readonly type: 'resume'
      readonly actor: Actor
      readonly reason: string
      readonly drift: 'adopt' | 'overwrite' | null
      readonly adoptedWeight: number | null
      /** What is live on each route, by resource, where it is adopted. */
      readonly adopted?: Snapshots
    }
  | { readonly type: 'promote'; readonly actor: Actor; readonly reason: string; readonly full: boolean }
  | { readonly type: 'approve'; readonly actor: Actor; readonly reason: string }

export interface RestoredRoute {
  readonly resource: string
  /** Why it could not be restored; null where it was. */
  readonly failure: string | null
}

type Evidence = Readonly<Record<string, unknown>>
type Snapshots = Readonly<Record<string, RouteState>>
