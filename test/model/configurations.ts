import type { Bounds } from './explore.ts'
import { apply, type Move } from './model.ts'
import { type Budget, type Config, initialState, noBudget, type ProcessName } from './state.ts'

/** What is explored, and how far. */
export interface Configuration extends Bounds {
  readonly name: string
}

type Faults = Partial<Budget>

function configuration(name: string, { steps = [100], routes = 1 }: Shape, faults: Faults): Configuration {
  return { name, config: { steps, routes, without: null }, budget: { ...noBudget, ...faults } }
}

interface Shape {
  readonly steps?: readonly number[]
  readonly routes?: number
}

/**
 * A deployment that has ended while its first write of routing is still on the wire; its lease has run out. `aborted`: its
 * workflow died with the call. `succeeded`: the workflow sent it again, and went on to the end.
 */
function endedWithLateWrite(how: 'aborted' | 'succeeded', config: Config): readonly Move[] {
  const moves: Move[] = []
  let state = initialState(config, { ...noBudget, aborts: 1 })
  const make = (move: Move) => {
    moves.push(move)
    state = apply(state, move).state
  }
  const call = (by: ProcessName) => make({ type: 'call', by, answer: 'answered' })
  while (state.processes.workflow?.at !== 'write') call('workflow')
  make({ type: 'call', by: 'workflow', answer: 'hangs' })
  if (how === 'aborted') make({ type: 'dies', by: 'workflow' })
  const last = how === 'aborted' ? 'abort' : 'workflow'
  // Until somebody waits for the lease that the lost call was sent under.
  while (state.processes[last]?.at !== 'take-again') call(last)
  make({ type: 'tick' })
  make({ type: 'tick' })
  while (state.processes[last] !== null) call(last)
  return moves
}

function watched(how: 'aborted' | 'succeeded', shape: Shape, faults: Faults): Configuration {
  const plain = configuration(`after the end: ${how}, a write on the wire`, shape, faults)
  return { ...plain, prefix: endedWithLateWrite(how, plain.config) }
}

const twoSteps: Shape = { steps: [10, 100] }
const twoRoutes: Shape = { routes: 2 }
/** One write is on the wire for as long as anybody likes, and every lease may run out. */
const late: Faults = { hangs: 1, ticks: 2 }

/** Seconds of work: explored with every `npm test`. */
export const small: readonly Configuration[] = [
  configuration('workflow alone', twoSteps, {}),
  configuration('abort, two steps', twoSteps, { aborts: 1 }),
  configuration('gate fails', {}, { gates: 1 }),
  configuration('abort and check at once', {}, { aborts: 1, checks: 1 }),
  configuration('abort, a write on the wire, leases run out', {}, { aborts: 1, ...late }),
  configuration(
    'check, a death, a write on the wire, somebody else writes',
    {},
    {
      ...{ checks: 1, deaths: 1, foreign: 1 },
      ...late,
    },
  ),
  watched('aborted', {}, { checks: 2, deaths: 1, foreign: 1, hangs: 1, ticks: 2 }),
  watched('succeeded', twoSteps, { checks: 2, deaths: 1, ...late }),
  configuration('abort, two routes', twoRoutes, { aborts: 1 }),
  configuration('check and a death, two routes', twoRoutes, { checks: 1, deaths: 1, ticks: 2 }),
]

/** Minutes of work: what `npm run test:model` explores besides. */
export const large: readonly Configuration[] = [
  configuration('abort and gate at once', {}, { aborts: 1, gates: 1 }),
  configuration('gate and check at once, two steps', twoSteps, { gates: 1, checks: 1 }),
  configuration('abort, a write on the wire, somebody else writes', {}, { aborts: 1, foreign: 1, ...late }),
  configuration('abort, a write on the wire, two steps', twoSteps, { aborts: 1, ...late }),
  configuration('two checks, a death, a write on the wire, two steps', twoSteps, { checks: 2, deaths: 1, ...late }),
  configuration('check, a death, a write on the wire, somebody else writes, two steps', twoSteps, {
    ...{ checks: 1, deaths: 1, foreign: 1 },
    ...late,
  }),
  configuration('abort, check, a death, leases run out', {}, { aborts: 1, checks: 1, deaths: 1, ticks: 2 }),
  configuration('two deaths, two writes on the wire', {}, { checks: 2, deaths: 2, hangs: 2, ticks: 3 }),
  configuration('abort, a write on the wire, two routes', twoRoutes, { aborts: 1, ...late }),
  configuration('check, a death, a write on the wire, two routes', twoRoutes, { checks: 1, deaths: 1, ...late }),
]
