import { createSeededRandom } from '../../local/aws/faults.ts'
import type { Deps } from '../../shared/deps.ts'
import type { Configuration } from './configurations.ts'
import { describeSchedule, type Explored, stepsOf } from './explore.ts'
import { apply, type Move, movesOf } from './model.ts'
import { replay } from './replay.ts'
import { initialState, noBudget } from './state.ts'

export interface SampleOptions {
  readonly seed: number
  /** Random schedules, besides one for every kind of step. */
  readonly schedules: number
  /** Changes what each process of the code sees: the tests' way to take a safeguard away. Default: nothing. */
  readonly within?: (deps: Deps) => Deps
}

export interface Sample {
  /** Different ones that were replayed. */
  readonly schedules: number
  readonly steps: number
  /** Kinds of step that were replayed. */
  readonly kinds: number
  /** Kinds of step of the whole exploration that no schedule had. */
  readonly missing: readonly string[]
  /** Where the code did something else, for people. */
  readonly differences: readonly string[]
}

/**
 * Drives the code with schedules of the model: the shortest that ends in each kind of step, and random ones that go on until
 * nothing is left to happen.
 */
export async function replaySample(
  configuration: Configuration,
  { kinds }: Pick<Explored, 'kinds'>,
  options: SampleOptions,
): Promise<Sample> {
  const { config } = configuration
  const chosen = new Map<string, readonly Move[]>()
  for (const schedule of [...withoutBeginnings([...kinds.values()]), ...randomSchedules(configuration, options)])
    chosen.set(JSON.stringify(schedule), schedule)
  const replayed = new Set<string>()
  const differences: string[] = []
  let steps = 0
  for (const schedule of chosen.values()) {
    const found = await replay(config, schedule, options.within)
    steps += schedule.length
    for (const kind of found.kinds) replayed.add(kind)
    if (!found.difference) continue
    const { step, label, model, code } = found.difference
    const problems = [`step ${step} (${label})`, `model: ${JSON.stringify(model)}`, `code: ${JSON.stringify(code)}`]
    differences.push(describeSchedule(config, { schedule: schedule.slice(0, step), problems }))
  }
  const missing = [...kinds.keys()].filter((kind) => !replayed.has(kind))
  return { schedules: chosen.size, steps, kinds: replayed.size, missing, differences }
}

/** A schedule that another one begins with is replayed with that. */
function withoutBeginnings(schedules: readonly (readonly Move[])[]): readonly (readonly Move[])[] {
  const beginnings = new Set<string>()
  const longestFirst = [...schedules].sort((a, b) => b.length - a.length)
  return longestFirst.filter((schedule) => {
    if (beginnings.has(JSON.stringify(schedule))) return false
    for (let length = 1; length <= schedule.length; length++) beginnings.add(JSON.stringify(schedule.slice(0, length)))
    return true
  })
}

/** What nobody controls, and what begins, comes seldom: it would be spent before anything is under way. */
const seldom = 0.05

function randomSchedules({ config, prefix = [], budget }: Configuration, { seed, schedules }: SampleOptions) {
  const random = createSeededRandom(seed)
  const pick = <Item>(items: readonly Item[]): Item | undefined => items[Math.floor(random() * items.length)]
  return Array.from({ length: schedules }, () => {
    const begun = stepsOf(config, prefix).at(-1)?.state ?? initialState(config, noBudget)
    let state = { ...begun, budget }
    const schedule = [...prefix]
    for (;;) {
      const moves = movesOf(state)
      const calls = moves.filter((move) => move.type === 'call' && state.processes[move.by] !== null)
      const others = moves.filter((move) => !calls.includes(move))
      const move = pick(calls.length === 0 || random() < seldom ? others : calls) ?? pick(calls)
      if (move === undefined) return schedule
      schedule.push(move)
      state = apply(state, move).state
    }
  })
}
