import type { Task } from '../../functions/steps/task.ts'
import type { ManualClock } from '../../local/clock.ts'
import { createTasks } from '../../local/functions.ts'
import type { Deps } from '../../shared/deps.ts'
import type { Deployment } from '../../shared/domain/deployment.ts'
import type { CrashCloud } from './cloud.ts'
import type { Disturbance } from './faults.ts'
import { type CrashProcess, createProcess } from './process.ts'

/** Seconds until a function of this name is given up, as it ships. */
const timeouts: Readonly<Record<string, number>> = { RollBack: 110, check: 180, api: 29 }
const taskTimeoutSeconds = 50
export const checkEveryMs = 60_000

export interface WorldOptions {
  readonly disturbance: Disturbance
  /** Changes what one process sees; the tests' way to take a safeguard away. */
  readonly within?: (deps: Deps) => Deps
  /** Told of each process as it begins. */
  readonly onProcess?: (process: CrashProcess) => void
}

/** Everything shipped, one process for each run of a function, on a clock that only we move. */
export interface CrashWorld {
  readonly clock: ManualClock
  readonly cloud: CrashCloud
  /** The ports as nobody disturbs them: for looking on. */
  readonly ports: Deps
  /** The record of a deployment. */
  load(id: string): Promise<Deployment | null>
  /** The deployment that was created last: the open one, or the one that ended last. */
  newest(): Promise<Deployment | null>
  /** Runs a function: as Lambda would, until it answers, dies, or is given up. */
  spawn<Answer>(name: string, work: (deps: Deps) => Promise<Answer>): Promise<Answer>
  stopExecutions(): Promise<void>
  /** From now on no check runs by itself: what is left must end alone. */
  endChecks(): void
  close(): Promise<void> | void
}

/** How a world runs functions. @param ports - What all its processes share. */
export function createSpawn(clock: ManualClock, ports: () => Deps, options: WorldOptions): CrashWorld['spawn'] {
  const { within = (deps) => deps } = options
  return async (name, work) => {
    const process = createProcess({ name, ports: ports(), disturbance: options.disturbance })
    options.onProcess?.(process)
    const seconds = timeouts[name] ?? timeouts[name.split(':')[0] ?? ''] ?? taskTimeoutSeconds
    let cancel = () => {}
    const givenUp = new Promise<never>((_, reject) => {
      cancel = clock.after(seconds * 1000, () => {
        const report = Object.assign(new Error(`${name} timed out after ${seconds} s`), { name: 'Sandbox.Timedout' })
        if (!process.outlivesItsTimeout()) process.die(report)
        reject(report)
      })
    })
    const working = work(within(process.deps))
    working.catch(() => undefined)
    try {
      return await Promise.race([working, process.death, givenUp])
    } finally {
      cancel()
    }
  }
}

/** The Tasks of the workflow, each run in a process of its own. They are the same for whatever ports. */
export function spawnTasks(tasks: Record<string, Task>, ports: Deps, spawn: CrashWorld['spawn']): void {
  for (const name of Object.keys(createTasks(ports)))
    tasks[name] = (event) => spawn(name, async (deps) => createTasks(deps)[name]?.(event))
}

/** Ids that a run repeats: an id of a deployment sorts by its time, as a ULID does. */
export function createIds(clock: Pick<ManualClock, 'now'>): Pick<Deps, 'newHolder' | 'newDeploymentId'> {
  let ids = 0
  return {
    newHolder: () => `holder-${++ids}`,
    newDeploymentId: () => `dep_${toTime(clock.now())}${String(++ids).padStart(16, '0')}`,
  }
}

const crockford = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

/** The first ten characters of a ULID. */
function toTime(atMs: number): string {
  let time = ''
  for (let left = atMs, place = 0; place < 10; place++, left = Math.floor(left / 32)) time = crockford[left % 32] + time
  return time
}
