import type { CodeDeployRevision } from './codedeploy-revision.ts'
import type { LambdaVersions } from './deployment-request.ts'
import type { DriftChange } from './drift.ts'
import type { DriverProgress } from './driver-progress.ts'
import type { FreezeWindow } from './freeze.ts'
import type { Gate, GateMemory, Outcome, Verdict } from './gates/gate.ts'
import type { LateWatch } from './late-watch.ts'
import type { Plan } from './plan.ts'
import type { RaiseBlock } from './raise-block.ts'
import type { Notify, Route } from './service.ts'
import type { Strategy } from './strategy.ts'
import type { RawWeights, RouteState, Slot } from './traffic.ts'

export const openPhases = [
  'queued',
  'preparing',
  'verifying',
  'shifting',
  'baking',
  'awaiting-approval',
  'paused',
  'halted',
  'rolling-back',
] as const

export const finalPhases = ['succeeded', 'rolled-back', 'aborted', 'superseded', 'rejected', 'rollback-failed'] as const

export const phases = [...openPhases, ...finalPhases] as const

export type FinalPhase = (typeof finalPhases)[number]
export type Phase = (typeof phases)[number]

export function isFinal(phase: Phase): phase is FinalPhase {
  return (finalPhases as readonly Phase[]).includes(phase)
}

/** True when nothing is left to do: final, and not a failed rollback, which is still tried and keeps its service. */
export function isOver(phase: Phase): boolean {
  return isFinal(phase) && phase !== 'rollback-failed'
}

/** Who did it. `system` is Sluice itself (workflow, check). */
export interface Actor {
  readonly kind: 'local' | 'iam' | 'oidc' | 'token' | 'slack' | 'system'
  readonly name: string
}

/** Why a deployment ended, halted or is being rolled back. */
export interface Cause {
  readonly type: 'gate' | 'command' | 'drift' | 'recovery' | 'superseded' | 'preflight' | 'driver'
  readonly gate?: string
  readonly actor?: Actor
  readonly reason: string
}

export interface Finding {
  /** `code` or `code:subject`, stable: `alarm-firing:web-5xx`. */
  readonly id: string
  readonly severity: 'error' | 'warning'
  readonly title: string
  readonly detail: string
}

export interface Override {
  readonly finding: string
  readonly reason: string
}

export interface Approval {
  readonly by: string
  readonly at: string
  /** The step (zero-based) whose weight this approval releases. */
  readonly step: number
}

/** How far the plan has come, apart from any hold or rollback on top of it. */
export type Stage = 'queued' | 'preparing' | 'verifying' | 'shifting' | 'baking' | 'awaiting-approval'

/** Stops raising, keeps what is there: asked for by a person (`paused`), or by drift or a gate (`halted`). */
export interface Hold {
  readonly kind: 'paused' | 'halted'
  readonly since: string
  /** When the hold ends by rolling back; null: never. */
  readonly until: string | null
  readonly cause: Cause
}

export interface RouteProgress {
  /** The resource this route writes: rule or listener ARN. */
  readonly resource: string
  /** Taken by Prepare for the plan, and again just before the first write. Null until then. */
  readonly snapshot: RouteState | null
  /** True from just before the first write on: a rollback must look at this route. */
  readonly touched: boolean
  /** Healthy targets with which stable carried everything before the first shift; null where that is not known. */
  readonly stableHealthyBefore: number | null
  /** The optional test rule or listener while it points at the canary: what it was before. */
  readonly test: { readonly resource: string; readonly snapshot: RouteState } | null
  /** What the newest try to restore it came to; absent while none was needed. */
  readonly restore?: RestoreOutcome
  /** The newest change of Route 53 for this route, and the step it belongs to; absent before the first. */
  readonly change?: { readonly id: string; readonly step: number }
  /** What somebody else changed here and nobody settled yet, as it was last noted; absent while nobody did. */
  readonly drift?: DriftChange & { readonly at: string }
  /** What somebody else put there soon after the end: from then on it is theirs. Absent while nobody did. */
  readonly changedAfterEnd?: { readonly at: string; readonly found: RawWeights }
}

/** A rollback goes on past a route that fails, and says of each what became of it. */
export type RestoreOutcome =
  | { readonly status: 'restored'; readonly at: string }
  | { readonly status: 'failed'; readonly at: string; readonly reason: string }

/** How long clients may still come to the side that was left: resolvers keep answers for their TTL. */
export interface Tail {
  /** From the read-back on. */
  readonly seconds: number
  readonly endsAt: string
}

export interface DeploymentEvent {
  readonly seq: number
  readonly at: string
  readonly type: 'phase' | 'write' | 'verdict' | 'command' | 'note'
  readonly actor: Actor
  readonly reason: string
  readonly from?: Phase
  readonly to?: Phase
  readonly resource?: string
  readonly before?: RawWeights
  readonly after?: RawWeights
  readonly gate?: string
  readonly verdict?: Outcome
  readonly evidence?: Readonly<Record<string, unknown>>
}

/** A command that waits until the workflow acts on it. */
export interface PromoteRequest {
  /** The step (zero-based) that was current when it was asked for. */
  readonly step: number
  readonly full: boolean
  readonly actor: Actor
}

/** What a deployment that waits needs of its request when its turn comes: everything else is decided anew then. */
export interface QueuedRequest {
  readonly to?: Slot
  readonly strategy?: Strategy
  readonly gates?: readonly Gate[]
  readonly codedeploy?: CodeDeployRevision
  readonly lambda?: LambdaVersions
  /** True: it takes the place of what is open or waits before it. False: it waits for the end of that. */
  readonly takesOver: boolean
}

/** The open deployment whose place could not be taken, because it cannot be rolled back without harm. */
export interface HeldBack {
  readonly deployment: string
  readonly reason: string
}

/** Settings frozen at creation, or as it leaves the queue: a later PUT of the service does not change a running deployment. */
export interface DeploymentSettings {
  readonly routes: readonly Route[]
  readonly strategy: Strategy
  readonly gates: readonly Gate[]
  readonly settleSeconds: number
  readonly approvals: { readonly required: number; readonly timeoutSeconds: number }
  readonly onDrift: 'halt' | 'overwrite' | 'roll-back'
  /** Absent, as in records of earlier versions: none. */
  readonly freeze?: readonly FreezeWindow[]
  /** Absent, as in records of earlier versions: none, and nothing is said of the old side. */
  readonly lateWatch?: LateWatch
  /** Absent, as in records of earlier versions: nobody is told. */
  readonly notify?: Notify
  /** With a `codedeploy` route: what it deploys; absent where a running deployment is taken over. */
  readonly codedeploy?: CodeDeployRevision
}

/** Why a driver's deployment stalled or failed, as it was told once. */
export interface DriverDiagnosisNote {
  /** The lifecycle event that stalls, or `the end`: of each it is said once. */
  readonly about: string
  readonly text: string
}

/** The driver's own deployment behind one of ours. */
export interface Driven {
  /** Kept before it is created: from then on it may exist. */
  readonly wantedAt: string
  /** True: somebody else had started it, and the service's policy is to take it over. */
  readonly isAdopted: boolean
  /** As last seen; null until it was. */
  readonly progress: DriverProgress | null
  /** What was last found to be behind a stall or a failure; absent while nothing was. */
  readonly diagnosis?: DriverDiagnosisNote
  /** What takes it back, as last seen; null while nothing does. */
  readonly takingBack: DriverProgress | null
}

export interface Deployment {
  readonly schemaVersion: 1
  readonly id: string
  readonly service: string
  /** Moves on phase, step, weight, command and on a change of a verdict word. What readers wait on. */
  readonly version: number
  /** Moves with every save; the store's optimistic lock. */
  readonly revision: number
  readonly phase: Phase
  readonly cause: Cause | null
  /** `snapshot` once anybody decided to roll back; every other writer stops at its check. */
  readonly goal: 'plan' | 'snapshot'
  readonly stage: Stage
  readonly hold: Hold | null
  readonly stable: Slot
  readonly canary: Slot
  readonly settings: DeploymentSettings
  readonly revisionLabel: string | null
  readonly reason: string | null
  readonly links: Readonly<Record<string, string>>
  readonly overrides: readonly Override[]
  readonly plan: Plan
  /** The step (zero-based) whose weight was last verified; 0 before the first. */
  readonly step: number
  /** The step (zero-based) that is being written, or waited for, or current while it bakes. */
  readonly target: number
  /** Percent last verified; 0 before the first shift and after a rollback. */
  readonly weight: number
  readonly effectiveWeight: number
  readonly firstShiftAt: string | null
  /** When the current weight had settled; null before the first shift. */
  readonly settledAt: string | null
  /** When the current step's bake is over; moves on by the length of a pause. */
  readonly bakeEndsAt: string | null
  /** Until when VerifyCanary, or an approval, may take; null otherwise. */
  readonly deadlineAt: string | null
  readonly promote: PromoteRequest | null
  /** What it asked for when it was put in the queue; absent: it never was in one. */
  readonly queued?: QueuedRequest
  /** While it is in the queue; absent or null: nothing but its turn is missing. */
  readonly heldBack?: HeldBack | null
  /** What its turn, or the step that is being written, last had to wait for; absent or null: nothing. */
  readonly waitsFor?: RaiseBlock | null
  /** A person chose, at `resume`, that the next write may replace a foreign change. */
  readonly overwriteDrift: boolean
  /** How often the check had the current step written again, over foreign changes; absent: never. */
  readonly overwrites?: number
  /** Gates that halted and a person resumed from: in this step they do not halt again. */
  readonly waivedGates: readonly string[]
  readonly approvals: readonly Approval[]
  readonly findings: readonly Finding[]
  readonly routes: readonly RouteProgress[]
  /** With a `codedeploy` route, from the wish to create the driver's deployment on; absent otherwise. */
  readonly driven?: Driven
  /** Of a late rollback: the deployment that succeeded and is taken back. */
  readonly lateRollbackOf?: string
  /** Of a late rollback that was asked for whatever speaks against it; absent otherwise. */
  readonly forced?: true
  /** After success: the late rollback that took it back. Absent while none did. */
  readonly lateRollbackBy?: string
  /** After success: the gates that failed in the late watch; each was told once. Absent: none. */
  readonly lateFailed?: readonly string[]
  /** After success: when the late watch was over. Absent before that, and where another deployment ended it. */
  readonly lateWatchEndedAt?: string
  /** After a rollback of DNS records; absent otherwise. */
  readonly tail?: Tail
  /** Which execution drives it: 1 is the first, successors count up. */
  readonly execution: number
  readonly createdBy: Actor
  readonly createdAt: string
  readonly nextActionAt: string | null
  readonly endedAt: string | null
  readonly eventSeq: number
  /** Events not copied to items of their own yet; dropped at the next save after the copy. */
  readonly lastEvents: readonly DeploymentEvent[]
}

/** A gate's newest verdict as readers see it. */
export interface GateReport {
  readonly name: string
  readonly kind: Gate['kind']
  readonly mode: Gate['mode']
  readonly verdict: Outcome
  readonly reason: string
  readonly evidence: Verdict['evidence']
  readonly judgedAt: string
}

/** What is kept beside a deployment and changes with numbers, not with decisions. One item, own lock. */
export interface DeploymentMeasures {
  readonly revision: number
  readonly gates: readonly GateReport[]
  readonly memories: Readonly<Record<string, GateMemory>>
  /** Share of the canary that arrived, percent; null until there is data. */
  readonly observedWeight: number | null
  readonly rollback: RollbackReadiness
}

export interface RollbackReadiness {
  readonly ready: boolean
  readonly reasons: readonly string[]
  readonly estimatedSeconds: number
}
