import { liveOf } from './lease.ts'
import { changedAfterEnd, driftNoted, endWeight, ownWeights, succeededBy } from './record.ts'
import { change, decidedOf, driftOf, end, go, load, type Program, processOf, type Run, set } from './run.ts'
import { isOver, newProcess, type WriteOutcome } from './state.ts'
import { beginWriting } from './writing.ts'

// The scheduled check of one deployment, open or watched.

/** After so many executions have died, it is rolled back. */
const lastExecution = 3

export const check: Program = {
  check: {
    call: 'list-pointers',
    act: (run) => (run.state.pointer === 'free' ? end(run) : go(run, `check:${run.state.pointer}`)),
  },
  'check:watched': load((run, record) => {
    set(run, { decided: record })
    if (run.state.config.without === 'watch') end(run)
    else if (isOver(record)) lookFrom(run, 0)
    else go(run, 'close:free')
  }),
  peek: {
    call: 'peek',
    act(run) {
      const route = lookOf(run).route
      const lease = run.state.routes[route]?.lease
      if (lease === undefined || lease.fence === 0) return lookFrom(run, route + 1)
      const { fence, holder, age } = lease
      set(run, { at: 'look-live', look: { route, fence, heldAge: holder === null ? null : age, live: null } })
    },
  },
  'look-live': {
    call: 'read',
    guard(run) {
      const { route, heldAge } = lookOf(run)
      if (heldAge !== null && heldAge < 2) lookFrom(run, route + 1)
    },
    act(run) {
      const look = lookOf(run)
      set(run, { at: 'peek-again', look: { ...look, heldAge: null, live: liveOf(run, look.route) } })
    },
  },
  'peek-again': { call: 'peek', act: compareQuietly },
  // While it is halted nothing is written: somebody else's change is noted, and a person sees it.
  ...change('note', {
    decide: (record, run) => driftNoted(record, decidedOf(run), driftOf(run)),
    next(run) {
      set(run, { drift: null })
      lookFrom(run, lookOf(run).route + 1)
    },
  }),
  status: {
    call: 'status',
    act(run) {
      const { execution, isHalted } = decidedOf(run)
      const { started, processes } = run.state
      if (execution > started) return go(run, 'start-missing')
      if (execution === started && processes.workflow !== null) return end(run)
      if (execution < lastExecution) return go(run, 'succeeded-by:load')
      if (isHalted) end(run)
      else go(run, 'roll-back-ask')
    },
  },
  'start-missing': { call: 'start', act: (run) => start(run, decidedOf(run).execution) },
  ...change('succeeded-by', {
    decide: (record, run) => succeededBy(record, decidedOf(run).execution + 1),
    next: (run, record) => set(run, { at: 'start', decided: record }),
    refused: (run) => go(run, 'ended-meanwhile'),
  }),
  // What the end forbids is no failure of the check: it reads whether that is why.
  'ended-meanwhile': load(end),
  start: { call: 'start', act: (run) => start(run, decidedOf(run).execution) },
  'is-watched': {
    call: 'watched',
    act: (run) => (run.state.pointer === 'watched' ? go(run, 'foreign:load') : lookFrom(run, lookOf(run).route + 1)),
  },
  ...change('foreign', {
    decide: (record, run) => changedAfterEnd(record, lookOf(run).route),
    next: (run) => lookFrom(run, lookOf(run).route + 1),
  }),
}

function start(run: Run, execution: number) {
  const { started, processes, config } = run.state
  // A name is used once.
  if (execution > started)
    run.state = {
      ...run.state,
      started: execution,
      processes: { ...processes, workflow: newProcess('bake', config) },
    }
  end(run)
}

function lookOf(run: Run) {
  const { look } = processOf(run)
  if (look === null) throw new Error(`${run.name} looks at nothing`)
  return look
}

/** Looks for drift while no write of the plan is under way, and at what became of it after its end. */
export function lookForDrift(run: Run) {
  lookFrom(run, 0)
}

/** The next route that is looked at; after the last, whether the workflow lives. */
function lookFrom(run: Run, from: number) {
  const record = decidedOf(run)
  const route = record.touched.findIndex(
    (isTouched, index) => index >= from && isTouched && !record.changedAfterEnd[index],
  )
  if (route >= 0) return set(run, { at: 'peek', look: { route, fence: 0, heldAge: null, live: null } })
  if (isOver(record)) end(run)
  else go(run, 'status')
}

/** Each taking raises the fence: between two looks at a lease that nobody took, Sluice began no write. */
function compareQuietly(run: Run) {
  const { route, fence, live } = lookOf(run)
  const record = decidedOf(run)
  const lease = run.state.routes[route]?.lease
  if (lease === undefined || live === null || lease.fence !== fence) return lookFrom(run, route + 1)
  if (!isOver(record)) {
    if (live === lease.lastWritten || live === lease.intended) return lookFrom(run, route + 1)
    return set(run, { at: record.isHalted ? 'note:load' : 'halt:load', drift: { route, found: live } })
  }
  const last = endWeight(record)
  if (lease.lastWritten !== last || live === last) return lookFrom(run, route + 1)
  const isOwn = live === lease.intended || ownWeights(record, run.state.config).includes(live)
  if (isOwn) beginWriting(run, 'put-back', route, last)
  else go(run, 'is-watched')
}

export function afterPutBack(run: Run, outcome: WriteOutcome) {
  set(run, { writing: null })
  // One that failed is tried again by the next look.
  if (outcome === 'drift') go(run, 'is-watched')
  else lookFrom(run, lookOf(run).route + 1)
}
