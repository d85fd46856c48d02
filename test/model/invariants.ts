import { isFree } from './lease.ts'
import type { Step } from './model.ts'
import { endWeight, ownWeights } from './record.ts'
import { foreignWeight, isOver, processNames, type State } from './state.ts'
import { snapshot } from './writing.ts'

/** Calls between the sight of a held lease and the write. */
const lastLook: ReadonlySet<string> = new Set([
  'look',
  'look-at-watch',
  'touch:load',
  'touch:save',
  'compare-again',
  'write',
])

/** What must never be, in words; empty while nothing is broken. Holds in every state and at every step. */
export function violationsOf(before: State, step: Step): readonly string[] {
  return [...violationsOfWrite(before, step), ...violationsOfDecision(before, step), ...violationsOfState(step.state)]
}

/** Whoever decides to roll back has asked stable first: one that began when it was ill must have seen that. */
function violationsOfDecision({ record, processes }: State, { move, state }: Step): readonly string[] {
  if (move.type !== 'call' || record.goal === 'snapshot' || state.record.goal === 'plan') return []
  return processes[move.by]?.beganIll ? [`${move.by} decides to go back to a side that could not serve`] : []
}

/** At the moment at which a write of routing is sent. */
function violationsOfWrite(before: State, { call, move }: Step): readonly string[] {
  if (call !== 'write' || move.type !== 'call') return []
  const writing = before.processes[move.by]?.writing
  const lease = writing && before.routes[writing.route]?.lease
  if (!writing || !lease) return ['a write by nobody']
  const found: string[] = []
  if (lease.holder !== move.by || lease.fence !== writing.fence) found.push(`${move.by} writes with an old fence`)
  else if (lease.age > 0) found.push(`${move.by} begins a write with too little of its lease left`)
  const isOfPlan = writing.purpose === 'shift' || writing.purpose === 'finish'
  if (isOfPlan && writing.wasDecided) found.push(`${move.by} raises after a rollback was recorded`)
  if (isOver(before.record) && writing.target !== endWeight(before.record))
    found.push(`${move.by} writes ${writing.target} % after the end`)
  return found
}

function violationsOfState(state: State): readonly string[] {
  const { record, routes, wire, hasLanded, config } = state
  const found: string[] = []
  if (record.ends > 1) found.push('it has two final phases')
  for (const [route, { live, lease }] of routes.entries()) {
    if (live !== foreignWeight && !ownWeights(record, config).includes(live))
      found.push(`route ${route} has ${live} %: neither the plan nor the snapshot`)
    const isEnded = isOver(record) && record.touched[route]
    // Only a write that took effect after its lease may be seen after the end: until the watch finds it.
    if (isEnded && !hasLanded && live !== foreignWeight && live !== endWeight(record))
      found.push(`route ${route} has ${live} %, and the record says ${record.phase}`)
    const atLastLook = processNames.filter((name) => {
      const process = state.processes[name]
      return process?.writing?.route === route && process.writing.fence === lease.fence && lastLook.has(process.at)
    })
    if (atLastLook.length > 1) found.push(`${atLastLook.join(' and ')} hold the same lease at their last look`)
  }
  // Before the outcome is recorded, the routing was read when every older lease had run out: the second read-back.
  if (isOver(record) && wire.some(({ age, weight }) => age < 2 && weight !== endWeight(record)))
    found.push(`it is ${record.phase} while another write is on the wire whose lease still runs`)
  return found
}

/** What is wrong with a state in which the check has nothing left to do; empty if it is a good end. */
export function problemsAtRest({ record, routes, pointer, wire }: State): readonly string[] {
  const found = routes.flatMap(({ lease }, route) => (isFree(lease) ? [] : [`the lease of route ${route} is held`]))
  if (record.isHalted) return found
  if (!isOver(record)) return [...found, `it stays ${record.phase} for ever`]
  if (pointer === 'open') found.push('its service stays taken')
  for (const [route, { live }] of routes.entries()) {
    const isOurs = record.touched[route] && !record.changedAfterEnd[route]
    const wanted = isOurs ? endWeight(record) : snapshot
    if (live !== wanted && !(live === foreignWeight && !isOurs) && !record.changedAfterEnd[route])
      found.push(`route ${route} has ${live} % for ever, and the record says ${record.phase}`)
  }
  return wire.length > 0 ? found.filter((problem) => !problem.includes('lease')) : found
}
