import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Cell } from './cells.ts'
import type { Answer, Task } from './child.ts'
import type { DeciderId } from './deciders.ts'
import { emptyOutcomes, type Outcomes } from './simulate.ts'

export interface SimulationOptions {
  readonly cells: readonly Cell[]
  /** Runs of each cell. */
  readonly runs: number
  readonly seed: string
  readonly processes: number
  /** Called once for each cell, in the order in which they are finished. */
  onFinished(cell: Cell, outcomes: ReadonlyMap<DeciderId, Outcomes>): void
}

const runsATask = 100

/**
 * Simulates all cells, divided among processes.
 *
 * @throws {Error} If a process ends before its work does.
 */
export async function simulateAll(options: SimulationOptions): Promise<void> {
  const tasks = options.cells.flatMap((cell) => toTasks(cell, options))
  const collected = new Map(options.cells.map((cell) => [cell.id, startCollecting(cell, options.runs)]))
  const onAnswer = ({ task, outcomes }: Answer) => {
    const cell = collected.get(task.cell)
    if (cell === undefined) throw new Error(`nobody asked for "${task.cell}"`)
    for (const [id, part] of outcomes) {
      const whole = cell.outcomes.get(id)
      whole?.minutes.set(part.minutes, task.from)
      whole?.failedRequests.set(part.failedRequests, task.from)
    }
    cell.left -= task.to - task.from
    if (cell.left === 0) options.onFinished(cell.cell, cell.outcomes)
  }
  await Promise.all(Array.from({ length: options.processes }, () => work(tasks, onAnswer)))
}

function toTasks({ id }: Cell, { runs, seed }: SimulationOptions): Task[] {
  return Array.from({ length: Math.ceil(runs / runsATask) }, (_, index) => ({
    cell: id,
    seed,
    from: index * runsATask,
    to: Math.min(runs, (index + 1) * runsATask),
  }))
}

function startCollecting(cell: Cell, runs: number) {
  return { cell, left: runs, outcomes: new Map(cell.deciders.map((id) => [id, emptyOutcomes(runs)])) }
}

/** One process takes tasks from the front of the list until none is left. */
async function work(tasks: Task[], onAnswer: (answer: Answer) => void): Promise<void> {
  const child = fork(fileURLToPath(new URL('child.ts', import.meta.url)), [], {
    execArgv: ['--import', 'tsx'],
    // Typed arrays and infinity do not survive JSON.
    serialization: 'advanced',
  })
  try {
    for (let task = tasks.shift(); task !== undefined; task = tasks.shift()) onAnswer(await ask(child, task))
  } finally {
    child.kill()
  }
}

function ask(child: ChildProcess, task: Task): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const onExit = (code: number | null) => reject(new Error(`the process of ${task.cell} ended with code ${code}`))
    child.once('exit', onExit)
    child.once('message', (answer) => {
      child.off('exit', onExit)
      resolve(answer as Answer)
    })
    child.send(task)
  })
}
