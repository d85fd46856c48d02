import { type Configuration, large, small, without } from './configurations.ts'
import { describeSchedule, type Explored, explore } from './explore.ts'
import { replaySample } from './sample.ts'
import { safeguards } from './state.ts'

// Explores every configuration of the model, and drives the code with a sample of its schedules. Exit code 0: no
// invariant is broken, every safeguard that is taken away is missed, and the code does what the model does. 1: otherwise.

const print = (line: string) => void process.stdout.write(`${line}\n`)
const withCommas = (count: number) => count.toLocaleString('en')

/** Random schedules for each configuration that the code is driven with. */
const schedulesEach = 300
const shownDifferences = 3

function exploreOne(configuration: Configuration): Explored {
  const startedMs = performance.now()
  const explored = explore(configuration)
  const { states, transitions, depth, counterexample } = explored
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1)
  const counts = `${withCommas(states)} states, ${withCommas(transitions)} transitions, depth ${depth}, ${seconds} s`
  print(`${counterexample ? 'BROKEN' : 'ok'}  ${configuration.name}: ${counts}`)
  if (counterexample) print(describeSchedule(configuration.config, counterexample))
  return explored
}

async function replayOne(configuration: Configuration, explored: Explored): Promise<boolean> {
  const options = { seed: 1, schedules: schedulesEach }
  const { schedules, steps, kinds, missing, differences } = await replaySample(configuration, explored, options)
  const isSame = differences.length === 0 && missing.length === 0
  const counts = `${withCommas(schedules)} schedules, ${withCommas(steps)} steps of ${kinds} kinds`
  print(`${isSame ? 'ok' : 'DIFFERS'}    the code, driven with ${counts}`)
  for (const difference of differences.slice(0, shownDifferences)) print(difference)
  for (const kind of missing) print(`    not driven: ${kind}`)
  return isSame
}

function missesEach(): boolean {
  const found = safeguards.map((safeguard) => {
    const { counterexample } = explore(without(safeguard))
    const { schedule = [], problems = [] } = counterexample ?? {}
    const ends = counterexample ? `after ${schedule.length} steps: ${problems[0]}` : 'nothing is broken'
    print(`${counterexample ? 'ok' : 'NOT MISSED'}  without ${safeguard}, ${ends}`)
    return counterexample !== null
  })
  return found.every(Boolean)
}

let isGood = true
for (const configuration of [...small, ...large]) {
  const explored = exploreOne(configuration)
  isGood = explored.counterexample === null && isGood
  if (configuration.config.routes === 1) isGood = (await replayOne(configuration, explored)) && isGood
}
isGood = missesEach() && isGood
process.exitCode = isGood ? 0 : 1
