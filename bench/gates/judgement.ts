import { findDisagreements } from './agreement.ts'
import type { Cell } from './cells.ts'
import { type DeciderId, peers } from './deciders.ts'
import { parseExpectation } from './expectation.ts'
import { expected } from './expected.ts'
import { type Figures, summarize } from './figures.ts'
import { type Goal, goalsOf, isMet, measureOf } from './goals.ts'
import type { Outcomes } from './simulate.ts'

export interface CellResult {
  readonly cell: Cell
  readonly deciders: readonly DeciderResult[]
  readonly goals: readonly GoalResult[]
}

export interface DeciderResult {
  readonly id: DeciderId
  readonly figures: Figures
  /** As printed in the reference; null: it has none. */
  readonly expected: string | null
  /** In words; empty: agrees, or nothing to agree with. */
  readonly disagreements: readonly string[]
}

export interface GoalResult {
  readonly goal: Goal
  readonly measured: number
  readonly met: boolean
}

export function judgeCell(cell: Cell, outcomes: ReadonlyMap<DeciderId, Outcomes>): CellResult {
  const deciders = [...outcomes].map(([id, of]) => judgeDecider(cell, id, summarize(cell, of)))
  const goals = goalsOf(cell).map((goal) => {
    const figures = deciders.find(({ id }) => id === goal.decider)?.figures
    if (figures === undefined) throw new Error(`the goal for ${goal.cell} is about ${goal.decider}, who is not in it`)
    const measured = measureOf(figures, goal.measure)
    return { goal, measured, met: isMet(goal, measured) }
  })
  return { cell, deciders, goals }
}

function judgeDecider(cell: Cell, id: DeciderId, figures: Figures): DeciderResult {
  const text = expected[cell.id]?.[id] ?? null
  return {
    id,
    figures,
    expected: text,
    disagreements: text === null ? [] : findDisagreements(figures, parseExpectation(text)),
  }
}

/**
 * What ends the benchmark with code 1: a goal missed, or a peer rendered otherwise than in the reference. Our own rows may
 * differ from it: there it is another implementation of the same method, not the measure.
 */
export function findFailures(results: readonly CellResult[]): { readonly goals: number; readonly peers: number } {
  const disagreeing = ({ id, disagreements }: DeciderResult) => peers.includes(id) && disagreements.length > 0
  return {
    goals: results.flatMap(({ goals }) => goals).filter(({ met }) => !met).length,
    peers: results.flatMap(({ deciders }) => deciders).filter(disagreeing).length,
  }
}
