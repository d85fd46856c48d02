import { type ModelRecord, type ModelRoute, type Process, processNames, type State } from './state.ts'

/**
 * Tells states apart by everything that can still matter. Counters that only rise (revisions, versions, fences) count by
 * what they are compared with: two states are the same if every such comparison comes to the same in both.
 */
export type KeyOf = (state: State) => string

/** Parts of states are shared among many: each is looked at once, and stands in the key as a number. */
export function createKeyOf(): KeyOf {
  const numbers = new Map<string, number>()
  const toNumber = (text: string): number => {
    const known = numbers.get(text) ?? numbers.size
    numbers.set(text, known)
    return known
  }
  const remembered = <Part extends object>(toText: (part: Part) => string) => {
    const known = new WeakMap<Part, number>()
    return (part: Part): number => {
      const found = known.get(part) ?? toNumber(toText(part))
      known.set(part, found)
      return found
    }
  }
  const ofRecord = remembered(textOfRecord)
  const ofRoute = remembered(textOfRoute)
  const ofProcess = remembered((process: Process) => textOfProcess(process, ofRecord))
  const ofBudget = remembered((budget: State['budget']) => Object.values(budget).join())
  const ofWire = remembered((wire: State['wire']) => wire.map((one) => Object.values(one).join()).join(';'))
  return (state) => {
    let key = `${ofRecord(state.record)} ${ofBudget(state.budget)} ${ofWire(state.wire)} ${state.pointer[0]}${state.started}${state.hasLanded}${state.isStableIll}`
    for (const route of state.routes) key += ` ${ofRoute(route)}`
    for (const name of processNames) {
      const process = state.processes[name]
      key += process === null ? ' -' : ` ${ofProcess(process)}${comparisonsOf(state, process)}`
    }
    return key
  }
}

function textOfRecord({ revision: _, version: __, ...content }: ModelRecord): string {
  return Object.values(content).join('/')
}

function textOfRoute({ live, lease }: ModelRoute): string {
  return [live, lease.holder, lease.age, lease.fence > 0, lease.lastWritten, lease.intended].join('/')
}

function textOfProcess(
  { at, decided, writing, restored, look, drift, beganIll }: Process,
  ofRecord: (record: ModelRecord) => number,
) {
  const write = writing && Object.values({ ...writing, fence: writing.fence !== null }).join()
  return [
    at,
    decided && ofRecord(decided),
    write,
    restored.join(),
    look && `${look.route},${look.heldAge},${look.live}`,
    drift && Object.values(drift).join(),
    beganIll,
  ].join('/')
}

/** What a process would find if it compared its numbers now. */
function comparisonsOf({ record, routes }: State, { decided, copy, writing, look }: Process): string {
  const isStill = decided !== null && decided.version === record.version
  const isCopyNewest = copy !== null && copy.revision === record.revision
  const isFenceNewest = writing !== null && writing.fence === routes[writing.route]?.lease.fence
  const isQuiet = look !== null && look.fence === routes[look.route]?.lease.fence
  return `${isStill ? 'v' : ''}${isCopyNewest ? 'r' : ''}${isFenceNewest ? 'f' : ''}${isQuiet ? 'q' : ''}`
}
