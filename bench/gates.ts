/**
 * Simulates deployments, good ones and bad ones, and lets Sluice's `compare` gate and the rules of other tools decide on
 * the same requests: how often is a good release rolled back, how soon a bad one, how many requests fail until then.
 *
 * `npm run bench:gates [-- --runs 2000 --seed 1 --cell good,late --json FILE --write docs/gates.md]`; exit code 1 when a goal is
 * missed or a peer does not behave as in the reference (bench/gates/expected.ts), 2 when it cannot run.
 *
 * `npm run bench:gates -- --live [--rounds 20 --json FILE]` runs real deployments in local mode instead (bench/gates/live.ts).
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { type Cell, cells } from './gates/cells.ts'
import { type CellResult, findFailures, judgeCell } from './gates/judgement.ts'
import { runLive } from './gates/live.ts'
import { replaceBetweenMarkers, toMarkdown } from './gates/markdown.ts'
import { simulateAll } from './gates/processes.ts'
import { describeCell, toJson } from './gates/report.ts'

try {
  const flags = readFlags()
  process.exitCode = await (flags.live ? runLive(flags) : run(flags))
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 2
}

async function run(flags: Flags): Promise<number> {
  // Before the minutes of work, not after them; nothing is kept, for someone may edit the page in the meantime.
  if (flags.write !== undefined) replaceBetweenMarkers(readFileSync(flags.write, 'utf8'), '')
  const results = await simulateCells(flags)
  for (const result of results) console.log(`${describeCell(result)}\n`)
  if (flags.json !== undefined) writeFileSync(flags.json, `${JSON.stringify(toJson(results, flags), null, 2)}\n`)
  if (flags.write !== undefined) {
    const page = readFileSync(flags.write, 'utf8')
    writeFileSync(flags.write, replaceBetweenMarkers(page, toMarkdown(results, flags)))
  }
  const failures = findFailures(results)
  console.log(`goals missed: ${failures.goals}; peers that differ from the reference: ${failures.peers}`)
  return failures.goals + failures.peers === 0 ? 0 : 1
}

interface Flags {
  readonly live: boolean
  /** Of `--live`: deployments with the fault, and as many without. */
  readonly rounds: number
  readonly runs: number
  readonly seed: string
  readonly cells: readonly Cell[]
  readonly json: string | undefined
  readonly write: string | undefined
}

function readFlags(): Flags {
  const { values } = parseArgs({
    options: {
      live: { type: 'boolean', default: false },
      rounds: { type: 'string', default: '20' },
      runs: { type: 'string', default: '2000' },
      seed: { type: 'string', default: '1' },
      cell: { type: 'string' },
      json: { type: 'string' },
      write: { type: 'string' },
    },
  })
  const whole = (name: 'runs' | 'rounds') => {
    const value = Number(values[name])
    if (Number.isSafeInteger(value) && value >= 1) return value
    throw new Error(`--${name} must be a whole number from 1: ${values[name]}`)
  }
  if (values.write !== undefined && values.cell !== undefined)
    throw new Error('--write needs all cells: leave out --cell')
  const { live, seed, json, write } = values
  return { live, rounds: whole('rounds'), runs: whole('runs'), seed, cells: selectCells(values.cell), json, write }
}

/** The cells whose id begins with one of the words. */
function selectCells(filter: string | undefined): readonly Cell[] {
  if (filter === undefined) return cells
  const words = filter.split(',')
  const unknown = words.filter((word) => !cells.some(({ id }) => id.startsWith(word)))
  if (unknown.length > 0)
    throw new Error(`no cell begins with "${unknown.join('", "')}"; there are ${cells.map(({ id }) => id).join(', ')}`)
  return cells.filter(({ id }) => words.some((word) => id.startsWith(word)))
}

async function simulateCells(flags: Flags): Promise<readonly CellResult[]> {
  const startedAt = performance.now()
  const finished = new Map<string, CellResult>()
  await simulateAll({
    ...flags,
    processes: availableParallelism(),
    onFinished: (cell, outcomes) => {
      finished.set(cell.id, judgeCell(cell, outcomes))
      const seconds = Math.round((performance.now() - startedAt) / 1000)
      console.error(`${finished.size} of ${flags.cells.length}: ${cell.id}, ${seconds} s`)
    },
  })
  return flags.cells.map(({ id }) => finished.get(id)).filter((result) => result !== undefined)
}
