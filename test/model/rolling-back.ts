import { haltedAsUnsafe, partlyRestored, restored, rollBack } from './record.ts'
import { between, change, decidedOf, end, go, load, type Program, processOf, type Run, set, setState } from './run.ts'
import { isOver, type ModelRecord, type State, type WriteOutcome } from './state.ts'
import { beginWriting, snapshot } from './writing.ts'

// From the decision to roll back to its end, whoever decides: `rollBack`, `abort` and `rollBackIfSafe`.

/** What whoever rolled back does afterwards. `failed`: try again later. */
export type AfterRollBack = (run: Run, outcome: 'restored' | 'failed' | 'refused') => void

export function createRollingBack(after: AfterRollBack): Program {
  return {
    // A person records the wish; the function that is invoked then finds it so.
    ...change('abort', {
      decide: (record) => rollBack(record, true),
      next: (run, record) => (isOver(record) ? end(run) : go(run, 'roll-back:load')),
      refused: end,
    }),
    'abort-look': load((run, record) => go(run, isDecided(record) ? 'abort:load' : 'abort-ask')),
    'abort-ask': between((run) => go(run, isUnsafe(run) ? 'abort-halt:load' : 'abort:load')),
    ...change('abort-halt', {
      decide: haltedAsUnsafe,
      next: (run, record) => (isDecided(record) ? go(run, 'abort:load') : end(run)),
    }),
    'abort-answer': load(end),
    // Where the task starts again, it reads first whether there is anything left to take back.
    'roll-back-task': load((run) => go(run, 'roll-back:load')),
    gate: load((run, record) => {
      if (isOver(record)) return end(run)
      set(run, { at: 'roll-back-ask', decided: record })
    }),
    // A rollback of Sluice's own; one that was decided is only carried out.
    'roll-back-ask': between((run) => {
      const isAsked = decidedOf(run).goal === 'plan'
      go(run, isAsked && isUnsafe(run) ? 'unsafe:load' : 'roll-back:load')
    }),
    ...change('unsafe', { decide: haltedAsUnsafe, next: end }),
    ...change('roll-back', {
      decide: (record, { name }) => rollBack(record, name === 'abort'),
      next(run, record) {
        set(run, { decided: record, restored: record.touched.map(() => null) })
        if (isOver(record)) go(run, 'close')
        else restoreBefore(run, record.touched.length)
      },
      refused: (run) => after(run, 'refused'),
    }),
    ...change('restored', {
      decide: restored,
      next: (run) => go(run, 'close'),
      refused: (run) => after(run, 'refused'),
    }),
    failed: load((run, record) => {
      if (isOver(record)) return go(run, 'close')
      const found = processOf(run).restored
      const isPartly = found.includes(true) && found.includes(false)
      const isKnown = found.every((is, route) => is === null || record.restore[route] === statusOf(is))
      if (isPartly && !isKnown) go(run, 'partly:load')
      else after(run, 'failed')
    }),
    ...change('partly', {
      decide: (record, run) =>
        partlyRestored(
          record,
          processOf(run).restored.map((is, route) => (is === null ? (record.restore[route] ?? null) : statusOf(is))),
        ),
      next: (run) => after(run, 'failed'),
    }),
  }
}

const isDecided = (record: ModelRecord) => record.goal === 'snapshot' || isOver(record)

/** As stable is at this moment. */
export function isUnsafe({ state }: Run): boolean {
  return state.isStableIll && state.config.without !== 'asking-stable'
}

const statusOf = (isRestored: boolean) => (isRestored ? 'restored' : 'failed')

/** Frees what an ended deployment holds, in the calls of `closeDeployment`. */
export function createClosing(name: string, then: (run: Run) => void): Program {
  const put = (pointer: State['pointer']) => (run: Run) => {
    if (pointer !== 'watched' || run.state.pointer === 'open') setState(run, { pointer })
    then(run)
  }
  return {
    [name]: load((run, record) => {
      if (!isOver(record)) return then(run)
      go(run, record.touched.includes(true) ? `${name}:watch` : `${name}:free`)
    }),
    [`${name}:watch`]: { call: 'watch-pointer', act: put('watched') },
    [`${name}:free`]: { call: 'free-pointer', act: put('free') },
  }
}

export function afterRestore(run: Run, outcome: WriteOutcome) {
  const { writing, restored: found } = processOf(run)
  const route = writing?.route ?? 0
  const isRestored = outcome === 'wrote' || outcome === 'there'
  set(run, { writing: null, restored: found.map((is, index) => (index === route ? isRestored : is)) })
  restoreBefore(run, route)
}

/** The last route first, and only those that we wrote; one that fails does not stop the others. */
function restoreBefore(run: Run, route: number) {
  const { touched }: ModelRecord = decidedOf(run)
  const next = touched.lastIndexOf(true, route - 1)
  if (route > 0 && next >= 0) return beginWriting(run, 'restore', next, snapshot)
  go(run, processOf(run).restored.includes(false) ? 'failed' : 'restored:load')
}
