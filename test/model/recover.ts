import { problemsAtRest } from './invariants.ts'
import type { KeyOf } from './key.ts'
import { apply, type Move, movesOf } from './model.ts'
import { isOver, noBudget, type ProcessName, type State } from './state.ts'

/** More runs of the check than any state needs: three executions die, and each late write is put back. */
const mostRounds = 12
const mostCalls = 200
const calm = { ...noBudget, ticks: 1000, checks: 1000, aborts: 1 }

/**
 * Whether the check alone leads to a good end, from a state in which every process has died and no fault follows. What is
 * on the wire takes effect before, or when all else is at rest. Every execution that the check starts dies at once; a
 * deployment that is halted is aborted by a person in the end, when stable is well again.
 */
export function createRecovery(keyOf: KeyOf): (state: State) => readonly string[] {
  const known = new Map<string, readonly string[]>()
  return (state) => {
    const dead = kill({ ...state, budget: calm })
    const key = keyOf(dead)
    const problems = known.get(key) ?? wordsOf([...recover(dead, keyOf), ...recover(landAll(dead), keyOf)])
    known.set(key, problems)
    return problems
  }
}

function wordsOf(problems: readonly string[]): readonly string[] {
  return [...new Set(problems)].map((problem) => `from here, with the check alone: ${problem}`)
}

function recover(from: State, keyOf: KeyOf): readonly string[] {
  let state = rest(from, keyOf)
  const problems = [...problemsAtRest(state)]
  while (state.wire.length > 0) {
    state = rest(apply(state, { type: 'lands' }).state, keyOf)
    problems.push(...problemsAtRest(state))
  }
  if (isOver(state.record)) return problems
  state = rest(runAlone({ ...state, isStableIll: false }, 'abort'), keyOf)
  return [...problems, ...problemsAtRest(state), ...(isOver(state.record) ? [] : ['an abort does not end it'])]
}

/** Runs the check until it changes nothing any more. */
function rest(from: State, keyOf: KeyOf): State {
  let state = outlast(from)
  for (let round = 0; round < mostRounds; round++) {
    const next = outlast(runAlone(state, 'check'))
    if (keyOf({ ...next, budget: calm }) === keyOf({ ...state, budget: calm })) return next
    state = next
  }
  return state
}

/** So long that every lease has run out. */
function outlast(state: State): State {
  return apply(apply({ ...state, budget: calm }, { type: 'tick' }).state, { type: 'tick' }).state
}

function landAll(state: State): State {
  return state.wire.length === 0 ? state : landAll(apply(state, { type: 'lands' }).state)
}

function runAlone(from: State, by: ProcessName): State {
  let state = from
  for (let calls = 0; calls < mostCalls; calls++) {
    const isNext = (move: Move) => move.type === 'call' && move.by === by && move.answer === 'answered'
    const move = movesOf(state).find(isNext) ?? { type: 'tick' }
    state = apply(state, move).state
    const { workflow } = state.processes
    if (workflow !== null) state = { ...state, processes: { ...state.processes, workflow: null } }
    if (state.processes[by] === null) return state
  }
  throw new Error(`${by} does not come to an end`)
}

function kill(state: State): State {
  return { ...state, processes: { workflow: null, abort: null, gate: null, check: null } }
}
