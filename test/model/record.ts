import type { Decision } from './run.ts'
import { type Config, type Drift, isOver, type ModelRecord } from './state.ts'

// The record's transitions as far as the model knows them; each mirrors the event of the same name in the domain.

type Changes = Partial<ModelRecord>

/** A change that only Sluice needs to know of. */
function quietly(record: ModelRecord, changes: Changes = {}): ModelRecord {
  return { ...record, ...changes, revision: record.revision + 1 }
}

/** A change that readers wait for. */
function openly(record: ModelRecord, changes: Changes): ModelRecord {
  return { ...quietly(record, changes), version: record.version + 1 }
}

function withRoute<Value>(values: readonly Value[], route: number, value: Value): readonly Value[] {
  return values.map((standing, index) => (index === route ? value : standing))
}

const shown = ({ isHalted, stage }: Pick<ModelRecord, 'isHalted' | 'stage'>) => (isHalted ? 'halted' : stage)

export function mayPlanWrite({ goal, isHalted, phase }: ModelRecord): boolean {
  return goal === 'plan' && !isHalted && phase !== 'succeeded'
}

export function rollBack(record: ModelRecord, isPersonal: boolean): Decision {
  if (isOver(record)) return record.phase === 'succeeded' ? 'conflict' : null
  if (record.goal === 'snapshot') return isPersonal && !record.isPersonal ? openly(record, { isPersonal: true }) : null
  return openly(record, { goal: 'snapshot', phase: 'rolling-back', isHalted: false, isDelayed: false, isPersonal })
}

export function restored(record: ModelRecord): Decision {
  if (isOver(record)) return record.phase === 'succeeded' ? 'conflict' : null
  if (record.goal === 'plan') return 'conflict'
  return openly(record, {
    phase: record.isPersonal ? 'aborted' : 'rolled-back',
    ends: record.ends + 1,
    restore: record.restore.map((status, route) => (record.touched[route] ? 'restored' : status)),
  })
}

export function partlyRestored(record: ModelRecord, restore: ModelRecord['restore']): Decision {
  return isOver(record) ? null : quietly(record, { restore })
}

/** What we wrote is no longer what somebody else set. */
export function written(record: ModelRecord, route: number): Decision {
  const isOfPlan = record.goal === 'plan' && !isOver(record)
  return quietly(record, isOfPlan ? { drift: withRoute(record.drift, route, null) } : {})
}

export function touched(record: ModelRecord, route: number): Decision {
  return quietly(record, { touched: withRoute(record.touched, route, true) })
}

export function shifted(record: ModelRecord, decided: ModelRecord): Decision {
  if (record.stage !== 'shifting' || record.target !== decided.target) return null
  if (record.goal === 'snapshot' || isOver(record)) return 'conflict'
  const { isHalted } = record
  const phase = shown({ isHalted, stage: 'baking' })
  return openly(record, { stage: 'baking', phase, hasShifted: true, isDelayed: false })
}

/** A raise is put off while going back would not be safe. */
export function delayed(record: ModelRecord): Decision {
  if (record.stage !== 'shifting' || record.isHalted) return null
  return record.goal === 'snapshot' || isOver(record) ? 'conflict' : quietly(record, { isDelayed: true })
}

/** A rollback that would be an outage: everything stops until a person decides. */
export function haltedAsUnsafe(record: ModelRecord): Decision {
  if (record.goal === 'snapshot' || isOver(record) || record.isHalted) return null
  return openly(record, { isHalted: true, phase: 'halted', isDelayed: false })
}

export function shiftWanted(record: ModelRecord, decided: ModelRecord): Decision {
  if (record.version !== decided.version) return null
  return openly(record, { stage: 'shifting', phase: 'shifting', target: record.target + 1 })
}

export function succeeded(record: ModelRecord, decided: ModelRecord): Decision {
  return record.version === decided.version ? openly(record, { phase: 'succeeded', ends: record.ends + 1 }) : null
}

/** True while nothing was decided since `decided` was read. */
function isStillAs(decided: ModelRecord, record: ModelRecord): boolean {
  return record.version === decided.version && record.goal === 'plan' && !isOver(record)
}

export function halted(record: ModelRecord, decided: ModelRecord, { route, found }: Drift): Decision {
  if (!isStillAs(decided, record) || record.isHalted) return null
  const drift = withRoute(record.drift, route, found)
  return openly(record, { isHalted: true, phase: 'halted', isDelayed: false, drift })
}

/** Said once of each change that is found. */
export function driftNoted(record: ModelRecord, decided: ModelRecord, { route, found }: Drift): Decision {
  if (!isStillAs(decided, record) || record.drift[route] === found) return null
  return quietly(record, { drift: withRoute(record.drift, route, found) })
}

export function succeededBy(record: ModelRecord, execution: number): Decision {
  if (record.execution >= execution) return null
  return isOver(record) ? 'conflict' : quietly(record, { execution })
}

export function changedAfterEnd(record: ModelRecord, route: number): Decision {
  if (record.changedAfterEnd[route]) return null
  return quietly(record, { changedAfterEnd: withRoute(record.changedAfterEnd, route, true) })
}

/** How a deployment that is over leaves every route, percent. */
export function endWeight({ phase }: ModelRecord): number {
  return phase === 'succeeded' ? 100 : 0
}

/** What it has written to a route or was about to write: a late write of its own shows one of these. */
export function ownWeights({ target, phase }: ModelRecord, { steps }: Pick<Config, 'steps'>): readonly number[] {
  return [0, ...steps.slice(0, target + 1), ...(phase === 'succeeded' ? [100] : [])]
}
