import { cells } from './cells.ts'
import type { DeciderId } from './deciders.ts'
import { type Outcomes, type Slice, simulate } from './simulate.ts'

/** One process of the benchmark: simulates the slices that it is sent, one after the other. */
export interface Task extends Slice {
  readonly cell: string
  readonly seed: string
}

export interface Answer {
  readonly task: Task
  readonly outcomes: ReadonlyMap<DeciderId, Outcomes>
}

process.on('message', (task: Task) => {
  const cell = cells.find(({ id }) => id === task.cell)
  if (cell === undefined) throw new Error(`there is no cell "${task.cell}"`)
  process.send?.({ task, outcomes: simulate(cell, task.seed, task) } satisfies Answer)
})
