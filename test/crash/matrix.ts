import { createHash } from 'node:crypto'
import { driverFaultKinds, type Fault, type FaultKind, faultKinds, kindredKinds } from './faults.ts'
import type { Mutation } from './mutations.ts'
import { type RunOutcome, runScenario, type Through } from './run.ts'
import type { Scenario } from './scenario.ts'

/** One cell of the matrix: a scenario with one fault at one of its calls. */
export interface Cell {
  readonly scenario: Scenario
  readonly fault: Fault
  /** The call that it meets, in words. */
  readonly call: string
  /** How many cells the scenario has. */
  readonly outOf: number
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
  /** Default `memory`. */
  readonly through?: Through
  /** 0 up to, not including, 1: whether a cell is taken. Default: every one is. */
  readonly takes?: (cell: Cell) => boolean
  readonly mutation?: Mutation
  /** Called after each cell. Answering true ends the scenario there. */
  readonly onCell?: (cell: Cell, outcome: RunOutcome) => boolean | undefined
}

/** Runs a scenario undisturbed, and then once for each fault at each of its calls. */
export async function runMatrix(scenario: Scenario, selection: Selection = {}): Promise<Totals> {
  const { through = 'memory', takes, mutation, onCell } = selection
  const undisturbed = await runScenario(scenario, { through })
  const totals = { ...noTotals, scenarios: 1, calls: undisturbed.calls.length }
  const ends: Record<string, number> = {}
  const broken: Broken[] = [...brokenBy(scenario, { kind: 'fails', atCall: 0 }, null, undisturbed)]
  // Requests that are under way at once reach the endpoint in any order.
  const isRepeatable = through === 'memory' && mutation === undefined
  let [faults, writes] = [0, undisturbed.writes]
  for (const cell of cellsOf(scenario, undisturbed.calls)) {
    if (takes && !takes(cell)) continue
    const outcome = await runScenario(scenario, { through, fault: cell.fault, ...(mutation && { mutation }) })
    faults++
    writes += outcome.writes
    ends[outcome.phase ?? 'not started'] = (ends[outcome.phase ?? 'not started'] ?? 0) + 1
    broken.push(...brokenBy(scenario, cell.fault, isRepeatable ? cell.call : null, outcome))
    if (onCell?.(cell, outcome)) break
  }
  return { ...totals, faults, writes, ends, broken }
}

/** Which part of the cells is drawn. */
export type Drawn =
  | {
      /** Of all cells, above 0 up to 1. */
      readonly share: number
      /** Of those of kindred kinds again so much, above 0 up to 1. Default 1. */
      readonly kindred?: number
      /** Of those at a call of a driver or an alias, whatever their kind. Default: as of all cells. */
      readonly atDriver?: number
    }
  /** About so many of each scenario. */
  | { readonly cases: number }

/** Takes a part of the cells that is the same for the same seed, whichever of them are run: each is drawn by itself. */
export function drawnBy(seed: number, drawn: Drawn) {
  return ({ scenario, fault, call, outOf }: Cell): boolean => {
    const share = shareOf(drawn, { fault, call, outOf })
    if (share >= 1) return true
    const digest = createHash('sha256').update(`${seed} ${scenario.name} ${fault.atCall} ${fault.kind}`).digest()
    return digest.readUInt32BE() / 2 ** 32 < share
  }
}

function shareOf(drawn: Drawn, { fault, call, outOf }: Pick<Cell, 'fault' | 'call' | 'outOf'>): number {
  const isAtDriver = /: (driver\.|codedeploy\.|lambda\.UpdateAlias|\w+\.\w+ (codedeploy|lambda):)/.test(call)
  if ('cases' in drawn) return (drawn.cases / outOf) * (isAtDriver ? driverFactor : 1)
  if (isAtDriver && drawn.atDriver !== undefined) return drawn.atDriver
  return drawn.share * factorOf(fault, drawn.kindred)
}

/** How much likelier one of a few cells through the SDKs is at a call of a driver. */
const driverFactor = 3

function factorOf({ kind }: Fault, kindred = 1): number {
  return kindredKinds.includes(kind) ? kindred : 1
}

/** Every fault at every call, in the order of the calls. */
function* cellsOf(scenario: Scenario, calls: readonly string[]): Generator<Cell> {
  const first = scenario.from === undefined ? 0 : calls.findIndex((call) => call.startsWith(`${scenario.from}: `))
  const outOf = (calls.length - first) * faultKinds.length
  for (const [index, call] of calls.entries())
    if (index >= first && first >= 0)
      for (const kind of kindsAt(call)) yield { scenario, call, outOf, fault: { kind, atCall: index + 1 } }
}

/** What can befall a call, told by its words. */
function kindsAt(call: string): readonly FaultKind[] {
  if (!/: (\w+\.\w+ )?codedeploy[:.]/.test(call)) return faultKinds
  const isChange = /: (driver\.(create|continue|stop) |codedeploy\.(Create|Continue|Stop)Deployment$)/.test(call)
  return [...faultKinds, ...driverFaultKinds.filter((kind) => isChange || kind !== 'arrives-late')]
}

/** @param expected - The call that the fault should meet; null: that is not asked. */
function brokenBy(scenario: Scenario, fault: Fault, expected: string | null, outcome: RunOutcome): readonly Broken[] {
  const call = fault.atCall === 0 ? 'nothing' : (outcome.calls[fault.atCall - 1] ?? 'none')
  const violations = [
    ...outcome.violations,
    // The runs are only comparable while the same options make the same calls.
    ...(call !== (expected ?? call) || call === 'none' ? [`the fault met ${call} instead of ${expected}`] : []),
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
