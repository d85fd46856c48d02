import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import type { ChildAnswer, ChildTask } from './child.ts'
import { addTotals, type Broken, noTotals, type Totals } from './matrix.ts'
import { driverMutations, mutations } from './mutations.ts'
import type { Through } from './run.ts'
import { driven } from './scenarios/driven.ts'
import { deployments, scenarios } from './scenarios.ts'

// Runs the crash matrix: every scenario, every call, every fault. Exit code 0: nothing was broken, and with `--mutate`
// every safeguard that was taken away was missed. 1: otherwise. 2: wrong arguments, or too few faults to mean anything.

const usage = `Usage: npm run test:crash -- [options]
  --scenario TEXT   only scenarios whose name contains it
  --through WHAT    memory: on the memory adapters; sdk: on those that ship, over HTTP to the local endpoint; both (default)
  --seed N          which cells a sample takes (default 1)
  --sample F        which part of the cells to run on memory, above 0 up to 1 (default 1: all;
                    of scenarios with incidents, and of driven ones but at calls of the driver, a tenth of it)
  --kindred F       which part of that for faults that mostly come to what another one comes to (default 0.2)
  --sdk-cases N     about how many cells of each scenario to run through the SDKs (default 20)
  --processes N     how many run at once (default 2)
  --mutate          take each safeguard away in memory; each must break an invariant`

/** Fewer in a whole run mean that calls are no longer seen. */
const leastFaults = 10_000
const shownViolations = 20
/** Of the scenarios in which something happens besides: what befalls a call there mostly befalls it in another one too. */
const shareOfIncidents = 0.1
/** A scenario is run in so many parts: whoever waits sees it go on, and no process is left alone with a long one. */
const partsOf = { memory: 4, sdk: 2 } as const satisfies Record<Through, number>

interface Options {
  readonly names: readonly string[]
  readonly throughs: readonly Through[]
  readonly seed: number
  /** Which part of the cells is run on memory, above 0 up to 1. */
  readonly sample: number
  /** Which part of that for kindred kinds, above 0 up to 1. */
  readonly kindred: number
  /** About how many of each scenario are run through the SDKs, at least 1. */
  readonly sdkCases: number
  readonly processes: number
  readonly mutate: boolean
}

/** @throws {Error} With a sentence for people. */
function readOptions(args: readonly string[]): Options {
  const text = (initial: string) => ({ type: 'string', default: initial }) as const
  const { values } = parseArgs({
    args: [...args],
    options: {
      ...{ scenario: text(''), seed: text('1'), sample: text('1'), 'sdk-cases': text('20'), processes: text('2') },
      ...{ kindred: text('0.2'), through: text('both'), mutate: { type: 'boolean', default: false } },
    },
  })
  const [seed, processes] = [Number(values.seed), Number(values.processes)]
  const [sample, kindred, sdkCases] = [Number(values.sample), Number(values.kindred), Number(values['sdk-cases'])]
  const throughs = throughsOf[values.through]
  const names = scenarios.map(({ name }) => name).filter((name) => name.includes(values.scenario))
  if (!throughs) throw new Error('--through must be memory, sdk or both')
  if (names.length === 0) throw new Error(`no scenario's name contains "${values.scenario}"`)
  if (!Number.isInteger(seed)) throw new Error('--seed must be a whole number')
  if (!(sample > 0 && sample <= 1)) throw new Error('--sample must be above 0, up to 1')
  if (!(kindred > 0 && kindred <= 1)) throw new Error('--kindred must be a number above 0, up to 1')
  if (!(Number.isInteger(sdkCases) && sdkCases >= 1)) throw new Error('--sdk-cases must be a whole number from 1')
  if (!(Number.isInteger(processes) && processes >= 1)) throw new Error('--processes must be a whole number from 1')
  return { names, throughs, seed, sample, kindred, sdkCases, processes, mutate: values.mutate }
}

const throughsOf: Readonly<Record<string, readonly Through[]>> = {
  memory: ['memory'],
  sdk: ['sdk'],
  both: ['memory', 'sdk'],
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

const titles = { memory: 'on memory', sdk: 'through the SDKs' } as const satisfies Record<Through, string>

async function runPart(through: Through, options: Options): Promise<Totals> {
  const { names, seed, sample, kindred, sdkCases, processes } = options
  const startedAt = performance.now()
  let [totals, done] = [noTotals, 0]
  const drawnOf = (name: string) => {
    if (through === 'sdk') return { cases: sdkCases }
    if (deployments.some((one) => one.name === name)) return { share: sample, kindred }
    const isDriven = driven.some((one) => one.name === name)
    return { share: sample * shareOfIncidents, kindred, ...(isDriven && { atDriver: sample }) }
  }
  const parts = partsOf[through]
  const run = names.filter(
    (name) => through === 'memory' || !scenarios.some((one) => one.name === name && one.isOnlyOnMemory),
  )
  const tasks = run.flatMap((scenario) =>
    Array.from({ length: parts }, (_, part) => ({
      through,
      scenario,
      seed,
      drawn: drawnOf(scenario),
      mutation: null,
      part,
      parts,
    })),
  )
  await runAll(tasks, processes, ({ scenario, part }, one) => {
    done++
    totals = addTotals(totals, one)
    const ends = Object.entries(one.ends).map(([phase, count]) => `${count} ${phase}`)
    print(
      `${String(done).padStart(3)}/${tasks.length} ${scenario}, part ${part + 1}: ${one.faults} faults, ${one.broken.length} broken (${ends.join(', ')})`,
    )
    for (const broken of one.broken.slice(0, shownViolations)) printBroken(broken)
    return false
  })
  const seconds = Math.round((performance.now() - startedAt) / 1000)
  print(`${titles[through]}, seed ${seed}: ${describe(totals)} (${seconds} s)`)
  return totals
}

function describe({ scenarios: count, calls, faults, writes, broken }: Totals): string {
  return `${count} scenarios, ${calls} calls, ${faults} faults, ${writes} writes looked at: ${broken.length} runs broke an invariant`
}

async function runWhole(options: Options): Promise<number> {
  let totals = noTotals
  for (const through of options.throughs) totals = addTotals(totals, await runPart(through, options))
  if (totals.broken.length > 0) return 1
  const isWhole =
    options.names.length === scenarios.length && options.throughs.includes('memory') && options.sample === 1
  if (!isWhole || totals.faults >= leastFaults) return 0
  print(`fewer than ${leastFaults} faults: the calls are no longer seen`)
  return 2
}

async function runMutations({ names, seed, sample, processes }: Options): Promise<number> {
  let missed = 0
  for (const mutation of mutations) {
    let found: Broken | null = null
    const rest = { through: 'memory', seed, drawn: { share: sample }, mutation, part: 0, parts: 1 } as const
    // Nothing else calls a driver.
    const missing = driverMutations.has(mutation)
      ? names.filter((name) => driven.some((one) => one.name === name))
      : names
    await runAll(
      missing.map((scenario) => ({ ...rest, scenario })),
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
