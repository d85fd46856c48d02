import type { Task } from '../../functions/steps/task.ts'
import { createManualClock, type ManualClock } from '../../local/clock.ts'
import { createTasks } from '../../local/functions.ts'
import { createMemoryCloud, type MemoryCloud } from '../../shared/adapters/memory/cloud.ts'
import { createMemoryDeploymentStore } from '../../shared/adapters/memory/deployment-store.ts'
import { createMemoryLeases } from '../../shared/adapters/memory/leases.ts'
import { createMemoryLine } from '../../shared/adapters/memory/line.ts'
import { createMemoryNotifier } from '../../shared/adapters/memory/notifier.ts'
import { createMemoryServiceStore } from '../../shared/adapters/memory/service-store.ts'
import { createMemoryZoneQueue } from '../../shared/adapters/memory/zone-queue.ts'
import { toExecutionName } from '../../shared/adapters/stepfunctions/workflow.ts'
import type { Deps } from '../../shared/deps.ts'
import { checkOpenDeployments, reportOnOpenDeployments } from '../../shared/use-cases/check-open-deployments.ts'
import { invokeRollBack } from '../support/invoke-roll-back.ts'
import { startWalkedStepFunctions } from '../support/walked-step-functions.ts'
import type { Disturbance } from './faults.ts'
import { type CrashProcess, createProcess } from './process.ts'

/** Seconds until a function of this name is given up, as it ships. */
const timeouts: Readonly<Record<string, number>> = { RollBack: 110, check: 180, api: 29 }
const taskTimeoutSeconds = 50
const checkEveryMs = 60_000

export interface WorldOptions {
  readonly disturbance: Disturbance
  /** Changes the ports that all processes share. Default: as they are. */
  readonly around?: (ports: Deps, world: { readonly clock: ManualClock; readonly cloud: MemoryCloud }) => Deps
  /** Changes what one process sees; the tests' way to take a safeguard away. */
  readonly within?: (deps: Deps) => Deps
  /** Told of each process as it begins. */
  readonly onProcess?: (process: CrashProcess) => void
}

/** Everything shipped, on memory, one process for each run of a function, on a clock that only we move. */
export interface CrashWorld {
  readonly clock: ManualClock
  readonly cloud: MemoryCloud
  /** The ports as nobody disturbs them: for looking on. */
  readonly ports: Deps
  /** Runs a function: as Lambda would, until it answers, dies, or is given up. */
  spawn<Answer>(name: string, work: (deps: Deps) => Promise<Answer>): Promise<Answer>
  stopExecutions(): Promise<void>
  close(): void
}

export async function startWorld(options: WorldOptions): Promise<CrashWorld> {
  const { disturbance, around = (ports) => ports, within = (deps) => deps } = options
  const clock = createManualClock()
  const time = { now: clock.now, realNow: clock.now, sleep: (ms: number) => clock.sleep(ms) }
  const cloud = createMemoryCloud(time)
  const tasks: Record<string, Task> = {}
  const machine = await startWalkedStepFunctions(clock, tasks)
  const queue = createMemoryZoneQueue(time)
  const log = () => undefined
  const started = new Set<string>()
  let ids = 0
  const own: Deps = {
    clock: time,
    services: createMemoryServiceStore(),
    deployments: createMemoryDeploymentStore(),
    leases: createMemoryLeases(time),
    line: createMemoryLine(),
    ...queue,
    ...{ hostedZones: cloud.hostedZones, targetGroups: cloud.targetGroups, routerFor: cloud.routerFor },
    ...{ testRouterFor: cloud.testRouterFor, inspector: cloud.inspector, targetHealth: cloud.targetHealth },
    ...{ metrics: cloud.metrics, alarms: cloud.alarms, prober: cloud.prober, healthChecks: cloud.healthChecks },
    ...{ webhookJudge: cloud.webhookJudge, secrets: cloud.secrets },
    workflow: {
      ...machine.workflow,
      async start(id, execution) {
        started.add(toExecutionName(id, execution))
        await machine.workflow.start(id, execution)
      },
    },
    rollBackInvoker: { rollBack: (deploymentId, cause) => invokeRollBack(tasks, { deploymentId, cause }) },
    checkInvoker: { check: () => spawn('check', reportOnOpenDeployments) },
    notifier: createMemoryNotifier(),
    logger: { info: log, warn: log, error: log },
    lookTogether: () => ({}),
    homeRegion: 'eu-west-1',
    newHolder: () => `holder-${++ids}`,
    newDeploymentId: () => `dep_${toTime(clock.now())}${String(++ids).padStart(16, '0')}`,
  }
  const ports = around(own, { clock, cloud })

  async function spawn<Answer>(name: string, work: (deps: Deps) => Promise<Answer>): Promise<Answer> {
    const process = createProcess({ name, ports, disturbance })
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

  for (const name of Object.keys(createTasks(ports)))
    tasks[name] = (event) => spawn(name, async (deps) => createTasks(deps)[name]?.(event))
  clock.every(checkEveryMs, () => void spawn('check', checkOpenDeployments).catch(() => undefined))

  return {
    ...{ clock, cloud, ports, spawn },
    async stopExecutions() {
      for (const name of started) await machine.stop(name)
    },
    close: () => machine.stepFunctions.close(),
  }
}

const crockford = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

/** The first ten characters of a ULID. */
function toTime(atMs: number): string {
  let time = ''
  for (let left = atMs, place = 0; place < 10; place++, left = Math.floor(left / 32)) time = crockford[left % 32] + time
  return time
}
