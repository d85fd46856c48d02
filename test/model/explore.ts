import { violationsOf } from './invariants.ts'
import { createKeyOf } from './key.ts'
import { apply, type Move, movesOf, type Step } from './model.ts'
import { createRecovery } from './recover.ts'
import { type Budget, type Config, initialState, noBudget, type State } from './state.ts'

/** What an exploration takes for granted. */
export interface Bounds {
  readonly config: Config
  /** What has happened already. Default: nothing. */
  readonly prefix?: readonly Move[]
  /** What may happen besides calls that are answered. */
  readonly budget: Budget
  /** So many states are enough to say that it is too many. Default: 5 million. */
  readonly mostStates?: number
}

/** How a state came about that must not be. */
export interface Counterexample {
  readonly problems: readonly string[]
  /** From the beginning. */
  readonly schedule: readonly Move[]
}

export interface Explored {
  readonly states: number
  readonly transitions: number
  /** The longest of the shortest ways to a state. */
  readonly depth: number
  /** Every kind of step, with the shortest schedule that ends in it. */
  readonly kinds: ReadonlyMap<string, readonly Move[]>
  /** The shortest; null if there is none. */
  readonly counterexample: Counterexample | null
}

/** How each state was found first: a tree, by the state's number. */
interface Found {
  readonly from: number
  readonly move: Move | null
}

/**
 * Visits every state that the bounds allow, in the order of their distance from the beginning, and holds each step and
 * state against the invariants; stops at the first that breaks one.
 *
 * @throws {Error} If there are more states than `mostStates`.
 */
export function explore({ config, prefix = [], budget, mostStates = 5_000_000 }: Bounds): Explored {
  const keyOf = createKeyOf()
  const problemsOfRecovery = createRecovery(keyOf)
  const begun = stepsOf(config, prefix).at(-1)?.state ?? initialState(config, budget)
  const start = { ...begun, budget }
  const seen = new Set([keyOf(start)])
  const found: Found[] = [{ from: -1, move: null }]
  const kinds = new Map<string, Found>()
  const scheduleOf = (last: Found): readonly Move[] => {
    const moves: Move[] = []
    for (let at: Found | undefined = last; at?.move; at = found[at.from]) moves.push(at.move)
    return [...prefix, ...moves.reverse()]
  }
  let layer: readonly { readonly number: number; readonly state: State }[] = [{ number: 0, state: start }]
  let [transitions, depth] = [0, 0]
  const end = (counterexample: Counterexample | null): Explored => ({
    ...{ states: seen.size, transitions, depth, counterexample },
    kinds: new Map([...kinds].map(([kind, last]) => [kind, scheduleOf(last)])),
  })
  for (; layer.length > 0; depth++) {
    const next: { number: number; state: State }[] = []
    for (const { number, state } of layer) {
      for (const move of movesOf(state)) {
        const step = apply(state, move)
        transitions++
        const way = { from: number, move }
        if (!kinds.has(step.label)) kinds.set(step.label, way)
        const key = keyOf(step.state)
        const isNew = !seen.has(key)
        const problems = [...violationsOf(state, step), ...(isNew ? problemsOfRecovery(step.state) : [])]
        if (problems.length > 0) return end({ problems, schedule: scheduleOf(way) })
        if (!isNew) continue
        seen.add(key)
        found.push(way)
        next.push({ number: found.length - 1, state: step.state })
      }
    }
    if (seen.size > mostStates) throw new Error(`there are more than ${mostStates} states`)
    layer = next
  }
  return end(null)
}

/** Every step of a schedule, whatever it asks for. @throws {Error} If one is impossible. */
export function stepsOf(config: Config, schedule: readonly Move[]): readonly Step[] {
  let state = initialState(config, noBudget)
  return schedule.map((move) => {
    const step = apply(state, move)
    state = step.state
    return step
  })
}

/** A schedule for people: each step, and what it changed of what others can see. */
export function describeSchedule(config: Config, { schedule, problems }: Counterexample): string {
  let before = ''
  const lines = stepsOf(config, schedule).map(({ label, state }, index) => {
    const now = describeState(state)
    const change = now === before ? '' : `   [${now}]`
    before = now
    return `${String(index + 1).padStart(3)}. ${label}${change}`
  })
  return [...lines, ...problems.map((problem) => `  => ${problem}`)].join('\n')
}

function describeState({ record, routes, wire }: State): string {
  const shown = routes.map(({ live, lease }) => {
    const held = lease.holder === null ? 'free' : `${lease.holder}'s, ${['fresh', 'low', 'over'][lease.age]}`
    return `${live} %, lease ${held}`
  })
  const flying = wire.map(({ weight }) => `${weight} % on the wire`)
  return [`${record.phase}, goal ${record.goal}`, ...shown, ...flying].join('; ')
}
