import { delayed, halted, shifted, shiftWanted, succeeded } from './record.ts'
import { isUnsafe } from './rolling-back.ts'
import { between, change, decidedOf, driftOf, end, go, load, type Program, type Run, set, writingOf } from './run.ts'
import { isOver, type ModelRecord, type Weight, type WriteOutcome } from './state.ts'
import { beginWriting } from './writing.ts'

// One execution of the workflow: Bake, EvaluateGates, ShiftTraffic, Close in a circle, bakes being over at once. A task
// that throws is retried. One that finds a person's decision missing sleeps.

/** Nothing is due: it waits for a person, and nobody wakes it here. */
export const asleep = 'asleep'

export const workflow: Program = {
  bake: load((run, record) => set(run, { decided: null, writing: null, at: isWaiting(record) ? asleep : 'judge' })),
  shift: load((run, record) => {
    if (record.goal === 'snapshot' || isOver(record) || isWaiting(record) || record.stage !== 'shifting')
      return go(run, 'bake')
    set(run, { at: 'ask-before-raise', decided: record })
  }),
  'ask-before-raise': between((run) => (isUnsafe(run) ? go(run, 'delay:load') : shiftFrom(run, 0))),
  ...change('delay', {
    decide: delayed,
    next: (run) => go(run, 'bake'),
    // The task throws, and starts again.
    refused: (run) => go(run, 'shift'),
  }),
  spread: load((run) => go(run, 'settle')),
  settle: load((run) => go(run, 'shifted:load')),
  ...change('shifted', {
    decide: (record, run) => shifted(record, decidedOf(run)),
    next: (run) => go(run, 'bake'),
    refused: (run) => go(run, 'stopped'),
  }),
  stopped: load((run) => go(run, 'bake')),
  ...change('want', {
    decide: (record, run) => shiftWanted(record, decidedOf(run)),
    next: (run, { stage, isHalted }) => go(run, stage === 'shifting' && !isHalted ? 'shift' : 'bake'),
  }),
  ...change('succeed', {
    decide: (record, run) => succeeded(record, decidedOf(run)),
    next: (run, { phase }) => go(run, phase === 'succeeded' ? 'close' : 'bake'),
  }),
  ...change('halt', {
    decide: (record, run) => halted(record, decidedOf(run), driftOf(run)),
    next(run) {
      set(run, { drift: null })
      if (run.name === 'workflow') go(run, 'bake')
      else end(run)
    },
  }),
}

const isWaiting = ({ isHalted, isDelayed }: ModelRecord) => isHalted || isDelayed

/** What EvaluateGates does about the record that it judged. */
export function performAction(run: Run, record: ModelRecord) {
  set(run, { decided: record })
  if (isOver(record)) return go(run, 'close-task')
  if (record.goal === 'snapshot') return go(run, 'roll-back:load')
  if (isWaiting(record)) return go(run, 'bake')
  if (record.stage === 'shifting') return go(run, 'shift')
  if (record.target < run.state.config.steps.length - 1) return go(run, 'want:load')
  beginWriting(run, 'finish', 0, 100)
}

function shiftFrom(run: Run, route: number) {
  const { steps, routes } = run.state.config
  if (route < routes) return beginWriting(run, 'shift', route, steps[decidedOf(run).target] ?? 100)
  set(run, { writing: null })
  go(run, 'spread')
}

export function afterShift(run: Run, outcome: WriteOutcome) {
  const { route, seen } = writingOf(run)
  if (outcome === 'wrote' || outcome === 'there') return shiftFrom(run, route + 1)
  set(run, { writing: null })
  if (outcome === 'drift') found(run, route, seen)
  else go(run, outcome === 'stopped' ? 'stopped' : 'shift')
}

export function afterFinish(run: Run, outcome: WriteOutcome) {
  const { route, seen } = writingOf(run)
  if (outcome === 'wrote' || outcome === 'there') {
    if (route + 1 < run.state.config.routes) return beginWriting(run, 'finish', route + 1, 100)
    set(run, { writing: null })
    return go(run, 'succeed:load')
  }
  set(run, { writing: null })
  if (outcome === 'drift') found(run, route, seen)
  else go(run, 'judge')
}

function found(run: Run, route: number, live: Weight | null) {
  set(run, { at: 'halt:load', drift: { route, found: live } })
}
