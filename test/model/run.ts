import type { Drift, ModelRecord, Process, ProcessName, State, Writing } from './state.ts'

/** One step of one process under way: the state is put together anew, nothing of the old one changes. */
export interface Run {
  readonly name: ProcessName
  state: State
  /** Null: the process has ended. */
  process: Process | null
}

/**
 * How a step goes: its call is answered at once; it is a write of routing that gets no answer, and is on the wire from then
 * on; or the process, which waits for a lease, finds that it has waited long enough.
 */
export type Answer = 'answered' | 'hangs' | 'gives-up'

/** One call of a process. */
export interface Point {
  /** What it calls, in the words of the ports. */
  readonly call: string
  /** What the process decides before, with the time that it is by then: may send it elsewhere, or end it. */
  readonly guard?: (run: Run) => void
  /** The effect of the call, and what the process makes of its answer. */
  readonly act: (run: Run, answer: Answer) => void
  /** What it does instead of the call where it has waited long enough. */
  readonly giveUp?: (run: Run) => void
}

/** A function as a table of its calls, by their name. */
export type Program = Readonly<Record<string, Point>>

export function processOf({ name, process }: Run): Process {
  if (process === null) throw new Error(`${name} has ended`)
  return process
}

export function writingOf(run: Run): Writing {
  const { writing } = processOf(run)
  if (writing === null) throw new Error(`${run.name} writes nothing`)
  return writing
}

export function decidedOf(run: Run): ModelRecord {
  const { decided } = processOf(run)
  if (decided === null) throw new Error(`${run.name} has decided on no record`)
  return decided
}

export function driftOf(run: Run): Drift {
  const { drift } = processOf(run)
  if (drift === null) throw new Error(`${run.name} has found no drift`)
  return drift
}

export function set(run: Run, changes: Partial<Process>) {
  run.process = { ...processOf(run), ...changes }
}

export function setWriting(run: Run, changes: Partial<Writing>) {
  set(run, { writing: { ...writingOf(run), ...changes } })
}

export function go(run: Run, at: string) {
  set(run, { at })
}

export function end(run: Run) {
  run.process = null
}

export function setState(run: Run, changes: Partial<State>) {
  run.state = { ...run.state, ...changes }
}

/** What a process decides between two calls: where it goes on. */
export function between(decide: (run: Run) => void): Point {
  return {
    call: 'none',
    guard: decide,
    act({ name }) {
      throw new Error(`${name} has not decided where it goes`)
    },
  }
}

/** A load of the record, and what follows from it. */
export function load(then: (run: Run, record: ModelRecord) => void): Point {
  return { call: 'load', act: (run) => then(run, run.state.record) }
}

/** What a change makes of the record that it finds: null, nothing; `conflict`: it is refused. */
export type Decision = ModelRecord | null | 'conflict'

export interface Change {
  readonly decide: (record: ModelRecord, run: Run) => Decision
  readonly next: (run: Run, record: ModelRecord) => void
  readonly refused?: (run: Run) => void
}

/** Load, decide, save, and once more from the load where somebody else saved in between: `changeDeployment`. */
export function change(name: string, { decide, next, refused }: Change): Program {
  const [loading, saving] = [`${name}:load`, `${name}:save`]
  return {
    [loading]: load((run, record) => {
      const decision = decide(record, run)
      if (decision === null) next(run, record)
      else if (decision !== 'conflict') set(run, { at: saving, copy: record })
      else if (refused) refused(run)
      else throw new Error(`${name} is refused on ${JSON.stringify(record)}`)
    }),
    [saving]: {
      call: 'save',
      act(run) {
        const { copy } = processOf(run)
        const decision = copy && decide(copy, run)
        set(run, { copy: null })
        if (copy?.revision !== run.state.record.revision) return go(run, loading)
        if (decision === null || decision === 'conflict') throw new Error(`${name} decides twice`)
        setState(run, { record: decision })
        next(run, decision)
      },
    },
  }
}
