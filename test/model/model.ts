import { afterPutBack, check } from './check.ts'
import { judging } from './judging.ts'
import { hasTime, isFree } from './lease.ts'
import { afterRestore, createClosing, createRollingBack } from './rolling-back.ts'
import { type Answer, end, go, type Point, type Program, processOf, type Run } from './run.ts'
import {
  type Budget,
  foreignWeight,
  type LeaseAge,
  newProcess,
  type Process,
  type ProcessName,
  processNames,
  type State,
} from './state.ts'
import { afterFinish, afterShift, asleep, workflow } from './workflow.ts'
import { createWriting, patienceTicks } from './writing.ts'

/** What happens next: one call of a process, or something that nobody controls. */
export type Move =
  | { readonly type: 'call'; readonly by: ProcessName; readonly answer: Answer }
  /** Its process is gone before its next call. */
  | { readonly type: 'dies'; readonly by: ProcessName }
  /** So much time passes that every lease is one age older. */
  | { readonly type: 'tick' }
  /** The write that has been on the wire longest takes effect. */
  | { readonly type: 'lands' }
  /** Somebody else sets a route's weights. */
  | { readonly type: 'foreign'; readonly route: number }
  /** Stable loses its healthy targets. */
  | { readonly type: 'falls-ill' }

/** What a move did: the state after it, and, of a call, what was called and from where. */
export interface Step {
  readonly move: Move
  readonly state: State
  /** What was done, for people; the same for moves that differ only in what they find. */
  readonly label: string
  /** The call that the process made; null where it made none. */
  readonly call: string | null
  readonly run: Run | null
}

const program: Program = {
  ...createWriting({ shift: afterShift, finish: afterFinish, restore: afterRestore, 'put-back': afterPutBack }),
  ...createRollingBack((run, outcome) => {
    if (run.name === 'workflow') go(run, outcome === 'failed' ? 'roll-back-task' : 'close-task')
    else if (run.name === 'abort') go(run, 'abort-answer')
    else if (run.name === 'check' && outcome === 'refused') go(run, 'ended-meanwhile')
    else end(run)
  }),
  ...createClosing('close', (run) => {
    if (run.name === 'workflow') go(run, 'close-task')
    else if (run.name === 'abort') go(run, 'abort-answer')
    else end(run)
  }),
  ...createClosing('close-task', end),
  ...judging,
  ...workflow,
  ...check,
}

const entries: Readonly<Record<ProcessName, string>> = {
  workflow: 'bake',
  abort: 'abort-look',
  gate: 'gate',
  check: 'check',
}

const startBudget = { abort: 'aborts', gate: 'gates', check: 'checks' } as const satisfies Partial<
  Record<ProcessName, keyof Budget>
>

function spend(budget: Budget, what: keyof Budget): Budget {
  return { ...budget, [what]: budget[what] - 1 }
}

/** Everything that may happen next. */
export function movesOf(state: State): readonly Move[] {
  const { budget, wire, routes } = state
  return [
    ...processNames.flatMap((by) => callsOf(state, by)),
    ...(budget.deaths > 0
      ? processNames.filter((by) => state.processes[by] !== null).map((by) => ({ type: 'dies', by }) as const)
      : []),
    ...(budget.ticks > 0 ? [{ type: 'tick' } as const] : []),
    ...(wire.length > 0 ? [{ type: 'lands' } as const] : []),
    ...(budget.foreign > 0 ? routes.map((_, route) => ({ type: 'foreign', route }) as const) : []),
    ...(budget.ills > 0 ? [{ type: 'falls-ill' } as const] : []),
  ]
}

function callsOf(state: State, by: ProcessName): readonly Move[] {
  const process = state.processes[by]
  if (process === null) {
    if (by === 'workflow' || state.budget[startBudget[by]] === 0) return []
    return [{ type: 'call', by, answer: 'answered' }]
  }
  if (process.at === asleep) return []
  if (process.at === 'take-again') return waitingMoves(state, by)
  const answered = { type: 'call', by, answer: 'answered' } as const
  return process.at === 'write' && state.budget.hangs > 0 && hasTime({ name: by, state, process })
    ? [answered, { type: 'call', by, answer: 'hangs' }]
    : [answered]
}

/** It asks for a lease again and again: only what comes of it counts. */
function waitingMoves({ routes, processes }: State, by: ProcessName): readonly Move[] {
  const writing = processes[by]?.writing
  const lease = writing && routes[writing.route]?.lease
  if (!writing || !lease) throw new Error(`${by} waits for no lease`)
  return [
    ...(isFree(lease) ? [{ type: 'call', by, answer: 'answered' } as const] : []),
    ...(writing.waited >= patienceTicks ? [{ type: 'call', by, answer: 'gives-up' } as const] : []),
  ]
}

/** @throws {Error} If the move is impossible there. */
export function apply(state: State, move: Move): Step {
  switch (move.type) {
    case 'call':
      return applyCall(state, move)
    case 'dies': {
      const processes = { ...state.processes, [move.by]: null }
      const next = { ...state, processes, budget: spend(state.budget, 'deaths') }
      const at = state.processes[move.by]?.at ?? 'nowhere'
      return { move, state: next, label: `${move.by} dies before ${at}`, call: null, run: null }
    }
    case 'tick':
      return { move, state: tick(state), label: 'time passes', call: null, run: null }
    case 'lands': {
      const [landing, ...wire] = state.wire
      if (!landing) throw new Error('nothing is on the wire')
      const routes = state.routes.map((one, route) =>
        route === landing.route ? { ...one, live: landing.weight } : one,
      )
      const hasLanded = state.hasLanded || landing.age === 2
      const label = `a write lands, its lease ${landing.age === 2 ? 'over' : 'running'}`
      return { move, state: { ...state, wire, routes, hasLanded }, label, call: null, run: null }
    }
    case 'foreign': {
      const routes = state.routes.map((one, route) => (route === move.route ? { ...one, live: foreignWeight } : one))
      const next = { ...state, routes, budget: spend(state.budget, 'foreign') }
      return { move, state: next, label: 'somebody else writes', call: null, run: null }
    }
    case 'falls-ill': {
      const next = { ...state, isStableIll: true, budget: spend(state.budget, 'ills') }
      return { move, state: next, label: 'stable falls ill', call: null, run: null }
    }
  }
}

function tick(state: State): State {
  const older = (age: LeaseAge): LeaseAge => (age === 0 ? 1 : 2)
  const wait = (by: ProcessName): Process | null => {
    const process = state.processes[by]
    if (process === null) return null
    const { at, writing, look } = process
    const waited = (writing?.waited ?? 0) + (at === 'take-again' ? 1 : 0)
    return {
      ...process,
      writing: writing && { ...writing, waited: Math.min(patienceTicks, waited) },
      look: look && { ...look, heldAge: look.heldAge === null ? null : older(look.heldAge) },
    }
  }
  return {
    ...state,
    routes: state.routes.map(({ live, lease }) => ({
      live,
      lease: lease.holder === null ? lease : { ...lease, age: older(lease.age) },
    })),
    wire: state.wire.map((write) => ({ ...write, age: older(write.age) })),
    processes: { workflow: wait('workflow'), abort: wait('abort'), gate: wait('gate'), check: wait('check') },
    budget: spend(state.budget, 'ticks'),
  }
}

function applyCall(state: State, move: Extract<Move, { type: 'call' }>): Step {
  const { by, answer } = move
  let budget = state.budget
  let process = state.processes[by]
  if (process === null) {
    if (by === 'workflow') throw new Error('the workflow is started by the check')
    process = { ...newProcess(entries[by], state.config), beganIll: state.isStableIll }
    budget = spend(budget, startBudget[by])
  }
  if (answer === 'hangs') budget = spend(budget, 'hangs')
  const run: Run = { name: by, state: { ...state, budget }, process }
  const from = process
  if (answer === 'gives-up') program[process.at]?.giveUp?.(run)
  const point = callOf(run)
  const at = run.process?.at ?? 'its end'
  const writing = run.process?.writing ?? from.writing
  point?.act(run, answer)
  const next: State = { ...run.state, processes: { ...run.state.processes, [by]: run.process } }
  const purpose = writing ? `${writing.purpose} ` : ''
  const where = run.process?.at ?? 'its end'
  const label = `${by}: ${purpose}${at}${answer === 'answered' ? '' : ` ${answer}`} → ${where}`
  return { move, state: next, label, call: point?.call ?? null, run }
}

/** The call that a process makes now, after what it decides before; null where it ends instead. */
function callOf(run: Run): Point | null {
  for (;;) {
    if (run.process === null || run.process.at === asleep) return null
    const { at } = processOf(run)
    const point = program[at]
    if (!point) throw new Error(`${run.name} goes to ${at}, which is nowhere`)
    point.guard?.(run)
    if (run.process?.at === at) return point
  }
}
