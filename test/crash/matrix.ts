import { type Fault, faultKinds } from './faults.ts'
import type { Mutation } from './mutations.ts'
import { type RunOutcome, runScenario } from './run.ts'
import type { Scenario } from './scenarios.ts'

/** One cell of the matrix: a scenario with one fault at one of its calls. */
export interface Cell {
  readonly scenario: Scenario
  readonly fault: Fault
  /** The call that it meets, in words. */
  readonly call: string
}

/** A cell whose run broke something. */
export interface Broken {
  readonly scenario: string
  readonly fault: Fault
  readonly call: string
  readonly violations: readonly string[]
}

export interface Totals {
  readonly scenarios: number
  /** Calls of AWS and of the stores in the undisturbed runs. */
  readonly calls: number
  /** Runs with a fault. */
  readonly faults: number
  /** Writes of routing that were looked at. */
  readonly writes: number
  /** How the runs ended, by phase. */
  readonly ends: Readonly<Record<string, number>>
  readonly broken: readonly Broken[]
}

export const noTotals: Totals = { scenarios: 0, calls: 0, faults: 0, writes: 0, ends: {}, broken: [] }

/** Which cells a run of the matrix takes. */
export interface Selection {
  /** 0 up to, not including, 1: whether a cell is taken. Default: every one is. */
  readonly takes?: (cell: Cell) => boolean
  readonly mutation?: Mutation
  /** Called after each cell. Answering true ends the scenario there. */
  readonly onCell?: (cell: Cell, outcome: RunOutcome) => boolean | undefined
}

/** Runs a scenario undisturbed, and then once for each fault at each of its calls. */
export async function runMatrix(scenario: Scenario, { takes, mutation, onCell }: Selection = {}): Promise<Totals> {
  const undisturbed = await runScenario(scenario)
  const totals = { ...noTotals, scenarios: 1, calls: undisturbed.calls.length }
  const ends: Record<string, number> = {}
  const broken: Broken[] = [...brokenBy(scenario, { kind: 'fails', atCall: 0 }, null, undisturbed)]
  let [faults, writes] = [0, undisturbed.writes]
  for (const cell of cellsOf(scenario, undisturbed.calls)) {
    if (takes && !takes(cell)) continue
    const outcome = await runScenario(scenario, { fault: cell.fault, ...(mutation && { mutation }) })
    faults++
    writes += outcome.writes
    ends[outcome.phase ?? 'not started'] = (ends[outcome.phase ?? 'not started'] ?? 0) + 1
    broken.push(...brokenBy(scenario, cell.fault, mutation ? null : cell.call, outcome))
    if (onCell?.(cell, outcome)) break
  }
  return { ...totals, faults, writes, ends, broken }
}

/** Every fault at every call, in the order of the calls. */
function* cellsOf(scenario: Scenario, calls: readonly string[]): Generator<Cell> {
  for (const [index, call] of calls.entries())
    for (const kind of faultKinds) yield { scenario, call, fault: { kind, atCall: index + 1 } }
}

/** @param expected - The call that the fault should meet; null: that is not asked. */
function brokenBy(scenario: Scenario, fault: Fault, expected: string | null, outcome: RunOutcome): readonly Broken[] {
  const call = outcome.calls[fault.atCall - 1] ?? 'none'
  const violations = [
    ...outcome.violations,
    // The runs are only comparable while the same options make the same calls.
    ...(expected !== null && call !== expected ? [`the fault met ${call} instead of ${expected}`] : []),
  ]
  return violations.length > 0 ? [{ scenario: scenario.name, fault, call, violations }] : []
}

export function addTotals(a: Totals, b: Totals): Totals {
  const ends: Record<string, number> = { ...a.ends }
  for (const [phase, count] of Object.entries(b.ends)) ends[phase] = (ends[phase] ?? 0) + count
  return {
    ...{ scenarios: a.scenarios + b.scenarios, calls: a.calls + b.calls, faults: a.faults + b.faults },
    ...{ writes: a.writes + b.writes, ends, broken: [...a.broken, ...b.broken] },
  }
}
