import '../support/setup.ts'
import { drawnBy, runMatrix, type Totals } from './matrix.ts'
import { type Mutation, mutations } from './mutations.ts'
import type { Through } from './run.ts'
import { scenarios } from './scenarios.ts'

/** A scenario for a process of its own. */
export interface ChildTask {
  readonly through: Through
  readonly scenario: string
  readonly seed: number
  /** Which of its cells are run. */
  readonly drawn: Parameters<typeof drawnBy>[1]
  readonly mutation: Mutation | null
  /** Which of `parts` parts of its calls, from 0. */
  readonly part: number
  readonly parts: number
}

export type ChildAnswer = { readonly totals: Totals } | { readonly error: string }

async function work({ through, scenario: name, seed, drawn, mutation, part, parts }: ChildTask): Promise<Totals> {
  const scenario = scenarios.find((one) => one.name === name)
  if (!scenario) throw new Error(`there is no scenario "${name}"`)
  const isDrawn = drawnBy(seed, drawn)
  const totals = await runMatrix(scenario, {
    through,
    takes: (cell) => cell.fault.atCall % parts === part && isDrawn(cell),
    // One violation shows what the safeguard is for.
    ...(mutation && { mutation, onCell: (_, { violations }) => violations.length > 0 }),
  })
  // Every part begins with the undisturbed run: it counts once.
  return part === 0
    ? totals
    : { ...totals, scenarios: 0, calls: 0, broken: totals.broken.filter(({ fault }) => fault.atCall > 0) }
}

process.on('message', (task: ChildTask) => {
  const answer = (one: ChildAnswer) => process.send?.(one)
  if (task.mutation !== null && !mutations.includes(task.mutation)) return answer({ error: 'no such mutation' })
  work(task).then(
    (totals) => answer({ totals }),
    (error: unknown) => answer({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
  )
})

// Whoever asked is gone: nobody wants the answer.
process.on('disconnect', () => process.exit(1))
