import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import type { ChildAnswer, ChildTask } from './child.ts'
import { addTotals, type Broken, noTotals, type Totals } from './matrix.ts'
import { mutations } from './mutations.ts'
import { scenarios } from './scenarios.ts'

// Runs the crash matrix: every scenario, every call, every fault. Exit code 0: nothing was broken, and with `--mutate`
// every safeguard that was taken away was missed. 1: otherwise. 2: wrong arguments, or too few faults to mean anything.

const usage = `Usage: npm run test:crash -- [options]
  --scenario TEXT   only scenarios whose name contains it
  --seed N          which cells a sample takes (default 1)
  --sample F        which part of the cells to run, above 0 up to 1 (default 1: all)
  --processes N     how many run at once (default 2)
  --mutate          take each safeguard away in memory; each must break an invariant`

/** Fewer in a whole run mean that calls are no longer seen. */
const leastFaults = 10_000
const shownViolations = 20
/** A scenario is run in so many parts: whoever waits sees it go on, and no process is left alone with a long one. */
const parts = 4

interface Options {
  readonly names: readonly string[]
  readonly seed: number
  readonly sample: number
  readonly processes: number
  readonly mutate: boolean
}

/** @throws {Error} With a sentence for people. */
function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      ...{ scenario: { type: 'string', default: '' }, seed: { type: 'string', default: '1' } },
      ...{ sample: { type: 'string', default: '1' }, processes: { type: 'string', default: '2' } },
      mutate: { type: 'boolean', default: false },
    },
  })
  const [seed, sample, processes] = [Number(values.seed), Number(values.sample), Number(values.processes)]
  const names = scenarios.map(({ name }) => name).filter((name) => name.includes(values.scenario))
  if (names.length === 0) throw new Error(`no scenario's name contains "${values.scenario}"`)
  if (!Number.isInteger(seed)) throw new Error('--seed must be a whole number')
  if (!(sample > 0 && sample <= 1)) throw new Error('--sample must be above 0, up to 1')
  if (!(Number.isInteger(processes) && processes >= 1)) throw new Error('--processes must be a whole number from 1')
  return { names, seed, sample, processes, mutate: values.mutate }
}

// The SDK tells every process about the next version of Node.
const execArgv = ['--import', 'tsx', '--disable-warning=NodeVersionSupportWarning']

/** Divides tasks among processes. @throws {Error} If a process ends before its work does, or fails at it. */
async function runAll(
  tasks: readonly ChildTask[],
  processes: number,
  onDone: (task: ChildTask, totals: Totals) => boolean | undefined,
): Promise<void> {
  const left = [...tasks]
  const work = async () => {
    const child = fork(fileURLToPath(new URL('child.ts', import.meta.url)), [], { execArgv })
    try {
      for (let task = left.shift(); task !== undefined; task = left.shift())
        if (onDone(task, await ask(child, task))) left.length = 0
    } finally {
      child.kill()
    }
  }
  await Promise.all(Array.from({ length: Math.min(processes, tasks.length) }, work))
}

function ask(child: ChildProcess, task: ChildTask): Promise<Totals> {
  return new Promise((resolve, reject) => {
    const onExit = (code: number | null) => reject(new Error(`the process of "${task.scenario}" ended with ${code}`))
    child.once('exit', onExit)
    child.once('message', (answer: ChildAnswer) => {
      child.off('exit', onExit)
      if ('error' in answer) reject(new Error(`${task.scenario}: ${answer.error}`))
      else resolve(answer.totals)
    })
    child.send(task)
  })
}

const print = (line: string) => void process.stdout.write(`${line}\n`)

function printBroken({ scenario, fault, call, violations }: Broken): void {
  const where = fault.atCall === 0 ? 'undisturbed' : `call ${fault.atCall} (${call}) ${fault.kind}`
  print(`  ${scenario}, ${where}:`)
  for (const violation of violations) print(`    ${violation}`)
}

async function runWhole({ names, seed, sample, processes }: Options): Promise<number> {
  const startedAt = performance.now()
  let [totals, done] = [noTotals, 0]
  await runAll(
    names.flatMap((scenario) =>
      Array.from({ length: parts }, (_, part) => ({ scenario, seed, sample, mutation: null, part, parts })),
    ),
    processes,
    ({ scenario, part }, one) => {
      done++
      totals = addTotals(totals, one)
      const ends = Object.entries(one.ends).map(([phase, count]) => `${count} ${phase}`)
      print(
        `${String(done).padStart(2)}/${names.length * parts} ${scenario}, part ${part + 1}: ${one.faults} faults, ${one.broken.length} broken (${ends.join(', ')})`,
      )
      for (const broken of one.broken.slice(0, shownViolations)) printBroken(broken)
      return false
    },
  )
  const seconds = Math.round((performance.now() - startedAt) / 1000)
  print(
    `${totals.scenarios} scenarios, ${totals.calls} calls, ${totals.faults} faults, ${totals.writes} writes looked at: ${totals.broken.length} runs broke an invariant (${seconds} s)`,
  )
  if (totals.broken.length > 0) return 1
  const isWhole = names.length === scenarios.length && sample === 1
  if (!isWhole || totals.faults >= leastFaults) return 0
  print(`fewer than ${leastFaults} faults: the calls are no longer seen`)
  return 2
}

async function runMutations({ names, seed, sample, processes }: Options): Promise<number> {
  let missed = 0
  for (const mutation of mutations) {
    let found: Broken | null = null
    await runAll(
      names.map((scenario) => ({ scenario, seed, sample, mutation, part: 0, parts: 1 })),
      processes,
      (_, { broken }) => {
        found ??= broken[0] ?? null
        return found !== null
      },
    )
    print(`without the ${mutation}: ${found ? 'fails, as it must' : 'NOTHING FAILS'}`)
    if (found) printBroken(found)
    else missed++
  }
  return missed > 0 ? 1 : 0
}

let options: Options
try {
  options = readOptions(process.argv.slice(2))
} catch (error) {
  print(`${error instanceof Error ? error.message : String(error)}\n${usage}`)
  process.exit(2)
}
process.exitCode = await (options.mutate ? runMutations(options) : runWhole(options))
