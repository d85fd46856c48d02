/**
 * What the model keeps of the world: one deployment, the routes that it moves, and the runs of functions that work on
 * it. Everything that has no bearing on who may write what, and when, is left out.
 */

/** What a route gives to the canary, percent. The snapshot is 0. */
export type Weight = number

/** What somebody else sets: no share of any plan here. */
export const foreignWeight: Weight = 33

export const processNames = ['workflow', 'abort', 'gate', 'check'] as const

/**
 * Whose calls are interleaved: an execution of the workflow; a person's abort with the roll-back function that it
 * invokes; a roll-back by a gate that failed; the scheduled check.
 */
export type ProcessName = (typeof processNames)[number]

export type Phase = 'shifting' | 'baking' | 'halted' | 'rolling-back' | 'rolled-back' | 'aborted' | 'succeeded'

/** The deployment's record, as far as it decides anything. */
export interface ModelRecord {
  readonly goal: 'plan' | 'snapshot'
  readonly phase: Phase
  readonly stage: 'shifting' | 'baking'
  /** The step (zero-based) that is written, or bakes. */
  readonly target: number
  /** True from the first `shifted` on: gates are judged. */
  readonly hasShifted: boolean
  readonly isHalted: boolean
  /** The step's write is put off: stable could not carry what would come back. */
  readonly isDelayed: boolean
  /** The rollback was asked for by a person. */
  readonly isPersonal: boolean
  readonly execution: number
  /** By route. */
  readonly touched: readonly boolean[]
  readonly restore: readonly (null | 'restored' | 'failed')[]
  /** What somebody else set, and the record says so. */
  readonly drift: readonly (null | Weight)[]
  readonly changedAfterEnd: readonly boolean[]
  /** How often it has ended. */
  readonly ends: number
  /** Moves with each save: what a save is compared with. */
  readonly revision: number
  /** Moves with what readers wait for. */
  readonly version: number
}

/**
 * How old a lease is, in ticks of the model's clock: 0, a write may start; 1, it has too little time left for that; 2, it
 * has run out.
 */
export type LeaseAge = 0 | 1 | 2

export interface LeaseItem {
  readonly holder: ProcessName | null
  readonly age: LeaseAge
  /** Rises with each taking. */
  readonly fence: number
  readonly lastWritten: Weight | null
  readonly intended: Weight | null
}

export interface ModelRoute {
  readonly live: Weight
  readonly lease: LeaseItem
}

/** A write that was sent, has no answer, and may still take effect. */
export interface WireWrite {
  readonly route: number
  readonly weight: Weight
  /** Of the lease that it was sent under. */
  readonly age: LeaseAge
}

/** For what a route is written: the plan's next step, everything at its end, the snapshot, what a late write undid. */
export type Purpose = 'shift' | 'finish' | 'restore' | 'put-back'

/** What one write of a route came to. */
export type WriteOutcome =
  /** Written and read back, or found there as the late effect of an earlier try: it gets an event. */
  | 'wrote'
  | 'there'
  /** Somebody else changed the route. */
  | 'drift'
  /** A `ConflictError`: the record forbids it, the lease was lost, or somebody changed the route meanwhile. */
  | 'stopped'
  /** A `TransientError`: another holder kept the lease, or ours had too little time left. */
  | 'failed'

/** One write of a route: what `writeRoute` holds in its variables. */
export interface Writing {
  readonly purpose: Purpose
  readonly route: number
  readonly target: Weight
  readonly fence: number | null
  /** Ticks that it waited for the lease. */
  readonly waited: number
  readonly seen: Weight | null
  readonly lastWritten: Weight | null
  readonly intended: Weight | null
  /** False where the newest write had no answer. */
  readonly sent: boolean
  /** How often the old routing was read back after a write that was answered. */
  readonly reads: number
  /** Calls whose outcome nobody knows. */
  readonly unaccounted: number
  readonly outcome: WriteOutcome | null
  /** Whether a rollback was recorded when the lease was last seen to be held. Only invariants look at it. */
  readonly wasDecided: boolean
}

/** A route that somebody else has set to something. */
export interface Drift {
  readonly route: number
  readonly found: Weight | null
}

/** A run of a function. `at` names the call that it makes next. */
export interface Process {
  readonly at: string
  /** The record that its task decided on. */
  readonly decided: ModelRecord | null
  /** The record that its next save is made from. */
  readonly copy: ModelRecord | null
  readonly writing: Writing | null
  /** By route, what its rollback came to. */
  readonly restored: readonly (boolean | null)[]
  readonly look: QuietLook | null
  /** What it found, and has yet to record. */
  readonly drift: Drift | null
  /** Stable was ill when it began. Only invariants look at it. */
  readonly beganIll: boolean
}

/** What a look that takes no lease has seen so far. */
export interface QuietLook {
  readonly route: number
  readonly fence: number
  /** How old the lease is by now that somebody held at the first sight; null where nobody did. */
  readonly heldAge: LeaseAge | null
  readonly live: Weight | null
}

/** How often each thing that nobody controls may still happen. */
export interface Budget {
  readonly ticks: number
  readonly deaths: number
  readonly hangs: number
  readonly foreign: number
  readonly checks: number
  readonly aborts: number
  readonly gates: number
  readonly ills: number
}

/** A safeguard that can be taken away: the model is worth something only if each is missed. */
export const safeguards = [
  'last-look',
  'fence',
  'read-back',
  'second-read-back',
  'watch',
  'waiting-for-the-lease',
  'asking-stable',
] as const

export type Safeguard = (typeof safeguards)[number]

/** What does not change while the model runs. */
export interface Config {
  /** The canary's share by step, percent; the last is 100. */
  readonly steps: readonly Weight[]
  readonly routes: number
  readonly without: Safeguard | null
}

export interface State {
  readonly config: Config
  readonly record: ModelRecord
  readonly pointer: 'open' | 'watched' | 'free'
  readonly routes: readonly ModelRoute[]
  readonly wire: readonly WireWrite[]
  /** The stable side could not carry what a rollback brings back. */
  readonly isStableIll: boolean
  readonly processes: Readonly<Record<ProcessName, Process | null>>
  /** The newest execution of the workflow that was started. */
  readonly started: number
  readonly budget: Budget
  /** A write took effect after the lease that it was sent under had run out. Only invariants look at it. */
  readonly hasLanded: boolean
}

export const noBudget: Budget = { ticks: 0, deaths: 0, hangs: 0, foreign: 0, checks: 0, aborts: 0, gates: 0, ills: 0 }

/** A deployment that is about to write its first step; its workflow has just begun. */
export function initialState(config: Config, budget: Budget): State {
  const byRoute = <Value>(value: Value) => Array.from({ length: config.routes }, () => value)
  const lease: LeaseItem = { holder: null, age: 0, fence: 0, lastWritten: null, intended: null }
  return {
    config,
    record: {
      ...{ goal: 'plan', phase: 'shifting', stage: 'shifting', target: 0, hasShifted: false, isHalted: false },
      ...{ isDelayed: false, isPersonal: false, execution: 1, ends: 0, revision: 1, version: 1 },
      ...{ touched: byRoute(false), restore: byRoute(null) },
      ...{ drift: byRoute(null), changedAfterEnd: byRoute(false) },
    },
    pointer: 'open',
    routes: byRoute({ live: 0, lease }),
    wire: [],
    isStableIll: false,
    processes: { workflow: newProcess('bake', config), abort: null, gate: null, check: null },
    started: 1,
    budget,
    hasLanded: false,
  }
}

export function newProcess(at: string, { routes }: Pick<Config, 'routes'>): Process {
  const restored = Array.from({ length: routes }, () => null)
  return { at, decided: null, copy: null, writing: null, restored, look: null, drift: null, beganIll: false }
}

export function isOver({ phase }: ModelRecord): boolean {
  return phase === 'rolled-back' || phase === 'aborted' || phase === 'succeeded'
}
