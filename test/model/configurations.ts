import type { Bounds } from './explore.ts'
import { apply, type Move } from './model.ts'
import { type Budget, type Config, initialState, noBudget, type ProcessName, type Safeguard } from './state.ts'

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

/** A schedule that is made move by move. */
function scheduled(config: Config, budget: Faults) {
  const moves: Move[] = []
  let state = initialState(config, { ...noBudget, ...budget })
  const make = (move: Move) => {
    moves.push(move)
    state = apply(state, move).state
  }
  return {
    moves,
    make,
    call: (by: ProcessName) => make({ type: 'call', by, answer: 'answered' }),
    at: (by: ProcessName) => state.processes[by]?.at ?? null,
  }
}

/**
 * A deployment that has ended while its first write of routing is still on the wire; its lease has run out. `aborted`: its
 * workflow died with the call. `succeeded`: the workflow sent it again, and went on to the end.
 */
function endedWithLateWrite(how: 'aborted' | 'succeeded', config: Config): readonly Move[] {
  const { moves, make, call, at } = scheduled(config, { aborts: 1 })
  while (at('workflow') !== 'write') call('workflow')
  make({ type: 'call', by: 'workflow', answer: 'hangs' })
  if (how === 'aborted') make({ type: 'dies', by: 'workflow' })
  const last = how === 'aborted' ? 'abort' : 'workflow'
  // Until somebody waits for the lease that the lost call was sent under.
  while (at(last) !== 'take-again') call(last)
  make({ type: 'tick' })
  make({ type: 'tick' })
  while (at(last) !== null) call(last)
  return moves
}

/** A deployment that bakes its first step while its last execution is dead, and no other may follow. */
function withDeadWorkflow(config: Config): readonly Move[] {
  const { moves, make, call, at } = scheduled(config, { checks: 2, deaths: 3 })
  while (at('workflow') !== 'shifted:save') call('workflow')
  call('workflow')
  make({ type: 'dies', by: 'workflow' })
  for (let check = 0; check < 2; check++) {
    do call('check')
    while (at('check') !== null)
    make({ type: 'dies', by: 'workflow' })
  }
  return moves
}

function abandoned(shape: Shape, faults: Faults): Configuration {
  const plain = configuration('every execution has died: check and abort, stable falls ill', shape, faults)
  return { ...plain, prefix: withDeadWorkflow(plain.config) }
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
  configuration('gate fails, stable falls ill', {}, { gates: 1, ills: 1 }),
  abandoned({}, { checks: 1, aborts: 1, foreign: 1, ills: 1 }),
  configuration('abort, two routes', twoRoutes, { aborts: 1 }),
  configuration('check and a death, two routes', twoRoutes, { checks: 1, deaths: 1, ticks: 2 }),
]

/** Enough to show what goes wrong without a safeguard: one abort, and what the safeguard is against. */
export function without(safeguard: Safeguard): Bounds {
  const faults = safeguard === 'asking-stable' ? { ills: 1 } : late
  const budget = { ...noBudget, aborts: 1, ...faults }
  return { config: { steps: [100], routes: 1, without: safeguard }, budget }
}

/** Minutes of work: what `npm run test:model` explores besides. */
export const large: readonly Configuration[] = [
  configuration('abort and gate at once', {}, { aborts: 1, gates: 1 }),
  configuration('abort and gate at once, stable falls ill', {}, { aborts: 1, gates: 1, ills: 1 }),
  configuration('abort, check, a death, stable falls ill, two steps', twoSteps, {
    ...{ aborts: 1, checks: 1, deaths: 1, ills: 1 },
  }),
  configuration('abort, a write on the wire, stable falls ill', {}, { aborts: 1, ills: 1, ...late }),
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
