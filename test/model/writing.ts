import { ageOf, hasTime, isFree, isNewest, leaseOf, liveOf, setLease } from './lease.ts'
import { endWeight, mayPlanWrite, ownWeights, touched, written } from './record.ts'
import { change, decidedOf, go, load, type Program, type Run, set, setState, setWriting, writingOf } from './run.ts'
import { isOver, type ModelRecord, type Purpose, type Weight, type WriteOutcome } from './state.ts'

// One write of one route, as `writeRoute` makes it: take the lease, read, compare, note the intent, look once more,
// write, read back, note the outcome, give the lease back.

/** What a use case does next, once a route was written, and noted in the record, or was not. */
export type AfterWrite = Readonly<Record<Purpose, (run: Run, outcome: WriteOutcome) => void>>

/** How often the old routing is read back after a write that was answered, before it is sent again. */
const readBacks = 6
/** A holder waits for one whole lease, which is over after so many ticks. */
export const patienceTicks = 2
/** What a route gave to the canary before the first write, percent. */
export const snapshot: Weight = 0

export function beginWriting(run: Run, purpose: Purpose, route: number, target: Weight) {
  const writing = { purpose, route, target, fence: null, waited: 0, seen: null, lastWritten: null, intended: null }
  const none = { sent: false, reads: 0, unaccounted: 0, outcome: null, wasDecided: false }
  set(run, { at: 'take', writing: { ...writing, ...none } })
}

export function createWriting(after: AfterWrite): Program {
  const afterWrite = (run: Run) => {
    const { purpose, outcome } = writingOf(run)
    if (outcome === null) throw new Error(`${run.name} has not written`)
    if (outcome === 'wrote') return go(run, 'written:load')
    after[purpose](run, outcome)
  }
  /** A call whose outcome nobody knows may still take effect: the next writer waits until our lease has run out. */
  const finish = (run: Run, outcome: WriteOutcome) => {
    setWriting(run, { outcome })
    if (writingOf(run).unaccounted === 0 || run.state.config.without === 'second-read-back') go(run, 'give-back')
    else afterWrite(run)
  }
  const taken = (run: Run) => {
    const { route } = writingOf(run)
    const { fence, lastWritten, intended } = leaseOf(run, route)
    setLease(run, route, { holder: run.name, age: 0, fence: fence + 1 })
    setWriting(run, { fence: fence + 1, lastWritten, intended, waited: 0 })
    go(run, 'read')
  }
  const startsNow = (run: Run) => {
    if (!hasTime(run)) finish(run, 'failed')
  }
  return {
    take: {
      call: 'take',
      act(run) {
        const isStolen = run.state.config.without === 'waiting-for-the-lease'
        if (isStolen || isFree(leaseOf(run, writingOf(run).route))) taken(run)
        else go(run, 'take-again')
      },
    },
    'take-again': {
      call: 'take',
      act: taken,
      giveUp(run) {
        setWriting(run, { outcome: 'failed' })
        afterWrite(run)
      },
    },
    read: { call: 'read', act: compare },
    'confirm-there': {
      call: 'confirm',
      act(run) {
        const { route, seen, lastWritten, intended } = writingOf(run)
        if (!isNewest(run)) return finish(run, 'stopped')
        setLease(run, route, { lastWritten: seen, intended: null })
        const isLate = lastWritten !== null && intended === seen && lastWritten !== seen
        finish(run, isLate ? 'wrote' : 'there')
      },
    },
    intend: {
      call: 'intend',
      act(run) {
        const { route, target } = writingOf(run)
        if (!isNewest(run)) return finish(run, 'stopped')
        setLease(run, route, { intended: target })
        go(run, 'is-held')
      },
    },
    'is-held': {
      call: 'is-held',
      guard: startsNow,
      act(run) {
        setWriting(run, { wasDecided: run.state.record.goal === 'snapshot' })
        const isHeld = ageOf(run) < 2 || run.state.config.without === 'fence'
        if (isHeld) go(run, 'look')
        else finish(run, 'failed')
      },
    },
    look: load((run, record) => {
      const { purpose, route } = writingOf(run)
      if (run.state.config.without === 'last-look') return go(run, record.touched[route] ? 'write' : 'touch:load')
      if (purpose === 'put-back') return isOver(record) ? go(run, 'look-at-watch') : finish(run, 'stopped')
      if (purpose === 'restore') return isOver(record) ? finish(run, 'stopped') : go(run, 'write')
      if (!mayPlanWrite(record) || !isInPlace(run)) return finish(run, 'stopped')
      go(run, record.touched[route] ? 'write' : 'touch:load')
    }),
    'look-at-watch': {
      call: 'watched',
      act: (run) => (run.state.pointer === 'watched' ? go(run, 'write') : finish(run, 'stopped')),
    },
    // Saving is the look as well: it fails if a rollback was decided since.
    ...change('touch', {
      decide: (record, run) => (mayTouch(run, record) ? touched(record, writingOf(run).route) : 'conflict'),
      next: (run) => go(run, 'compare-again'),
      refused: (run) => finish(run, 'stopped'),
    }),
    'compare-again': {
      call: 'read',
      act(run) {
        const { seen, route, target } = writingOf(run)
        if (liveOf(run, route) === seen) return go(run, 'write')
        setWriting(run, { intended: target })
        go(run, 'read')
      },
    },
    write: {
      call: 'write',
      guard: startsNow,
      act(run, answer) {
        const { route, target, unaccounted } = writingOf(run)
        const sent = answer === 'answered'
        if (sent) {
          const routes = run.state.routes.map((one, index) => (index === route ? { ...one, live: target } : one))
          setState(run, { routes })
        } else {
          const { wire } = run.state
          setState(run, { wire: [...wire, { route, weight: target, age: leaseOf(run, route).age }] })
          setWriting(run, { unaccounted: unaccounted + 1 })
        }
        setWriting(run, { sent, reads: 0 })
        go(run, run.state.config.without === 'read-back' ? 'confirm' : 'read-back')
      },
    },
    'read-back': {
      call: 'read',
      guard(run) {
        if (writingOf(run).reads > 0 && ageOf(run) === 2) finish(run, 'failed')
      },
      act(run) {
        const { route, target, seen, sent, reads, unaccounted } = writingOf(run)
        const live = liveOf(run, route)
        if (live === target) {
          // What is there, one of the calls did; the answer of that one was lost.
          setWriting(run, { unaccounted: sent ? unaccounted : Math.max(0, unaccounted - 1) })
          return go(run, 'confirm')
        }
        if (live !== seen) return finish(run, 'stopped')
        setWriting(run, { reads: reads + 1 })
        if (!sent || reads + 1 === readBacks) go(run, 'is-held')
      },
    },
    confirm: {
      call: 'confirm',
      act(run) {
        const { route, target } = writingOf(run)
        if (!isNewest(run)) return finish(run, 'stopped')
        setLease(run, route, { lastWritten: target, intended: null })
        finish(run, 'wrote')
      },
    },
    'give-back': {
      call: 'give-back',
      act(run) {
        if (isNewest(run)) setLease(run, writingOf(run).route, { holder: null, age: 0 })
        afterWrite(run)
      },
    },
    ...change('written', {
      decide: (record, run) => written(record, writingOf(run).route),
      next: (run) => after[writingOf(run).purpose](run, 'wrote'),
    }),
  }

  /** Compares what is there with what is wanted, and with what it may be. */
  function compare(run: Run) {
    const { route, target, lastWritten, intended } = writingOf(run)
    const seen = liveOf(run, route)
    setWriting(run, { seen })
    const refusal = refusalOf(run, seen)
    if (refusal !== null) return finish(run, refusal)
    if (seen !== target) return go(run, 'intend')
    if (lastWritten === null || intended !== null || lastWritten !== seen) return go(run, 'confirm-there')
    finish(run, 'there')
  }
}

/** Why what is there must not be written over; null where it may be. */
function refusalOf(run: Run, seen: Weight): 'drift' | 'stopped' | null {
  const { purpose, route, lastWritten, intended } = writingOf(run)
  const decided = decidedOf(run)
  switch (purpose) {
    case 'shift':
    case 'finish': {
      const ours = decided.touched[route] ? [lastWritten, intended] : [snapshot]
      return ours.includes(seen) ? null : 'drift'
    }
    case 'restore':
      return null
    case 'put-back': {
      const end = endWeight(decided)
      if (lastWritten !== end) return 'stopped'
      return seen === end || seen === intended || ownWeights(decided, run.state.config).includes(seen) ? null : 'drift'
    }
  }
}

function mayTouch(run: Run, record: ModelRecord): boolean {
  return run.state.config.without === 'last-look' || (mayPlanWrite(record) && isInPlace(run, record))
}

/** One that stood still while others went on would undo their steps. */
function isInPlace(run: Run, record = run.state.record): boolean {
  const { stage, target } = decidedOf(run)
  return record.stage === stage && record.target === target
}
