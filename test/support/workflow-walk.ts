import type { Task } from '../../functions/steps/task.ts'
import { createManualClock, type ManualClock } from '../../local/clock.ts'
import { createTasks } from '../../local/functions.ts'
import { createMemoryCloud, type MemoryCloud } from '../../shared/adapters/memory/cloud.ts'
import { createMemoryDeploymentStore } from '../../shared/adapters/memory/deployment-store.ts'
import { createMemoryLeases } from '../../shared/adapters/memory/leases.ts'
import { createMemoryLine } from '../../shared/adapters/memory/line.ts'
import type { MinuteOfTraffic } from '../../shared/adapters/memory/measurements.ts'
import { createMemoryNotifier, type MemoryNotifier } from '../../shared/adapters/memory/notifier.ts'
import { createMemoryRateCounts } from '../../shared/adapters/memory/rate-counts.ts'
import { createMemoryServiceStore } from '../../shared/adapters/memory/service-store.ts'
import { createMemoryZoneQueue } from '../../shared/adapters/memory/zone-queue.ts'
import type { Deps } from '../../shared/deps.ts'
import { type Deployment, type DeploymentEvent, isFinal, type Phase } from '../../shared/domain/deployment.ts'
import type { DeploymentRequest } from '../../shared/domain/deployment-request.ts'
import { withAlwaysOnGate } from '../../shared/domain/gates/always-on.ts'
import type { Service } from '../../shared/domain/service.ts'
import type { Slot } from '../../shared/domain/traffic.ts'
import { checkOpenDeployments, reportOnOpenDeployments } from '../../shared/use-cases/check-open-deployments.ts'
import { startDeployment } from '../../shared/use-cases/start-deployment.ts'
import { createMemoryAccess } from './access.ts'
import { aDeployer, aService, webArns } from './builders.ts'
import { createMemoryChatDeps } from './chat.ts'
import { invokeRollBack } from './invoke-roll-back.ts'
import { type PortFaults, withFaults } from './port-faults.ts'
import { readAll } from './read-all.ts'
import { startWalkedStepFunctions, type WalkedStepFunctions } from './walked-step-functions.ts'

const minuteMs = 60_000
const lookSeconds = 2

export interface WalkOptions {
  readonly service?: Partial<Service>
  /** Group stickiness of the rule, seconds. Default: off. */
  readonly stickySeconds?: number
  /** Weights of the rule at the start. Default: everything to blue, green in the action at 0. */
  readonly weights?: Readonly<Record<string, number>>
  /** Local seconds between two checks; 0: none. Default 60. */
  readonly checkSeconds?: number
  /** More rules that send everything to blue, with green in the action at 0. Default: none. */
  readonly rules?: readonly { readonly rule: string; readonly blue: string; readonly green: string }[]
  /** Puts hosted zones and their records there, before the service. */
  readonly zones?: (zones: MemoryCloud['hostedZones']) => void
}

/** One world in which deployments run: everything shipped but the outside, which is in memory, on a clock that only we move. */
export interface Walk extends WalkedStepFunctions {
  readonly deps: Deps
  readonly cloud: MemoryCloud
  readonly clock: ManualClock
  readonly pages: MemoryNotifier['pages']
  /** What goes wrong around calls of the store, the leases and the workflow from now on. */
  readonly faults: Readonly<
    Record<'store' | 'leases' | 'line' | 'workflow' | 'zoneChanges' | 'requestBudget', PortFaults>
  >
  /** What a Task throws instead of running, by state name; undefined: it runs. */
  readonly taskFaults: Map<string, (call: number) => Error | undefined>
  /** Names of the Tasks that were called, in order. */
  readonly tasksCalled: readonly string[]
  /** Messages of checks that failed. */
  readonly failedChecks: readonly string[]
  checksOn: boolean
  /** What each side of each rule does every minute; null: no data. Default: 1,000 requests without errors. */
  traffic: (slot: Slot, targetGroupArn?: string) => MinuteOfTraffic | null
  start(request?: Partial<DeploymentRequest>, key?: string): Promise<Deployment>
  check(): Promise<void>
  /** Moves time on. */
  advance(seconds: number): Promise<void>
  /** Moves time on by two seconds at a time until the deployment is in one of `phases` (or `when` holds). */
  until(id: string, when: Phase | ((deployment: Deployment) => boolean), withinSeconds?: number): Promise<Deployment>
  untilEnded(id: string, withinSeconds?: number): Promise<Deployment>
  /** Moves time on until `work` has its answer: for calls that wait for a lease or a read-back. */
  during<T>(work: Promise<T>): Promise<T>
  load(id: string): Promise<Deployment>
  events(id: string): Promise<readonly DeploymentEvent[]>
  /** Share of green in the web rule, percent. */
  green(): number
  close(): void
}

export async function startWalk(options: WalkOptions = {}): Promise<Walk> {
  const clock = createManualClock()
  const ports = { now: clock.now, realNow: clock.now, sleep: (ms: number) => clock.sleep(ms) }
  const cloud = createMemoryCloud(ports)
  const notifier = createMemoryNotifier()
  const faults: Walk['faults'] = { store: {}, leases: {}, line: {}, workflow: {}, zoneChanges: {}, requestBudget: {} }
  const taskFaults: Walk['taskFaults'] = new Map()
  const tasksCalled: string[] = []
  const failedChecks: string[] = []
  const tasks: Record<string, Task> = {}
  const machine = await startWalkedStepFunctions(clock, tasks)
  let ids = 0
  const log = () => undefined
  const queue = createMemoryZoneQueue(ports)
  const deps: Deps = {
    ...createMemoryAccess().deps,
    ...createMemoryChatDeps(ports),
    clock: ports,
    services: createMemoryServiceStore(),
    deployments: withFaults(createMemoryDeploymentStore(), faults.store),
    leases: withFaults(createMemoryLeases(ports), faults.leases),
    line: withFaults(createMemoryLine(), faults.line),
    zoneChanges: withFaults(queue.zoneChanges, faults.zoneChanges),
    propagation: queue.propagation,
    rateCounts: createMemoryRateCounts(ports),
    requestBudget: withFaults(queue.requestBudget, faults.requestBudget),
    ...pick(cloud),
    workflow: withFaults(machine.workflow, faults.workflow),
    rollBackInvoker: { rollBack: (deploymentId, cause) => invokeRollBack(tasks, { deploymentId, cause }) },
    checkInvoker: { check: () => reportOnOpenDeployments(deps) },
    notifier,
    logger: { info: log, warn: log, error: log },
    lookTogether: () => ({}),
    homeRegion: 'eu-west-1',
    newHolder: () => `holder-${++ids}`,
    newDeploymentId: () => toId(clock.now(), ++ids),
  }
  for (const [name, task] of Object.entries(createTasks(deps))) {
    let calls = 0
    tasks[name] = async (event) => {
      tasksCalled.push(name)
      const fault = taskFaults.get(name)?.(++calls)
      if (fault) throw fault
      return task(event)
    }
  }
  const { stickySeconds, checkSeconds = 60, rules = [] } = options
  for (const { rule, blue, green } of [webArns, ...rules]) {
    cloud.setGroup(blue)
    cloud.setGroup(green)
    cloud.routing.set(rule, { weights: { [blue]: 100, [green]: 0 } })
  }
  const weights = options.weights ?? { [webArns.blue]: 100, [webArns.green]: 0 }
  cloud.routing.set(webArns.rule, { weights, ...(stickySeconds === undefined ? {} : { stickySeconds }) })
  options.zones?.(cloud.hostedZones)
  const service = aService(options.service)
  await deps.services.put({ ...service, gates: withAlwaysOnGate(service.gates, service.routes) })

  const walk: Walk = {
    ...machine,
    ...{ deps, cloud, clock, faults, taskFaults, tasksCalled, failedChecks, pages: notifier.pages },
    checksOn: checkSeconds > 0,
    traffic: () => ({ requests: 1000 }),
    start: (request = {}, key = `key-${++ids}`) =>
      walk.during(startDeployment(deps, { key, request: { service: 'web', ...request }, actor: aDeployer })),
    async check() {
      await checkOpenDeployments(deps)
    },
    advance: (seconds) => clock.advance(seconds * 1000),
    async until(id, when, withinSeconds = 7200) {
      const holds = typeof when === 'string' ? ({ phase }: Deployment) => phase === when : when
      for (let second = 0; second <= withinSeconds; second += lookSeconds) {
        const deployment = await walk.load(id)
        if (holds(deployment)) return deployment
        await clock.advance(lookSeconds * 1000)
      }
      const { phase, step, cause } = await walk.load(id)
      throw new Error(`after ${withinSeconds} s ${id} is ${phase} at step ${step}: ${cause?.reason ?? 'no cause'}`)
    },
    untilEnded: (id, withinSeconds) =>
      walk.until(id, ({ phase }) => isFinal(phase) && phase !== 'rollback-failed', withinSeconds),
    async during(work) {
      let settled = false
      const mark = () => {
        settled = true
      }
      work.then(mark, mark)
      for (let turn = 0; turn < 6000 && !settled; turn++) await clock.advance(turn < 20 ? 0 : 100)
      return work
    },
    async load(id) {
      const deployment = await deps.deployments.load(id)
      if (!deployment) throw new Error(`there is no ${id}`)
      return deployment
    },
    events: async (id) => (await readAll((page) => deps.deployments.listEvents(id, page), 100)).items,
    green: () => cloud.weightsOf(webArns.rule)[webArns.green] ?? 0,
    close: () => machine.stepFunctions.close(),
  }
  clock.every(minuteMs, () => {
    for (const groups of [webArns, ...rules])
      for (const slot of ['blue', 'green'] as const) {
        const minute = walk.traffic(slot, groups[slot])
        if (minute) cloud.metrics.setMinute(groups[slot], clock.now() - minuteMs, minute)
      }
  })
  let checking = false
  if (checkSeconds > 0)
    clock.every(checkSeconds * 1000, () => {
      if (!walk.checksOn || checking) return
      checking = true
      checkOpenDeployments(deps)
        .catch((error: Error) => void failedChecks.push(error.message))
        .finally(() => {
          checking = false
        })
    })
  return walk
}

function pick(cloud: MemoryCloud) {
  const { routerFor, testRouterFor, driverFor, inspector, targetHealth, metrics, alarms, prober } = cloud
  const { healthChecks, webhookJudge, secrets, hostedZones, targetGroups } = cloud
  return {
    hostedZones,
    targetGroups,
    routerFor,
    testRouterFor,
    driverFor,
    inspector,
    targetHealth,
    metrics,
    alarms,
    prober,
    healthChecks,
    webhookJudge,
    outboundRules: cloud.outboundRules,
    secrets,
  }
}

const crockford = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

/** `dep_` and a ULID: the time, then a number that counts up. */
function toId(atMs: number, number: number): string {
  let time = ''
  for (let left = atMs, place = 0; place < 10; place++, left = Math.floor(left / 32)) time = crockford[left % 32] + time
  return `dep_${time}${String(number).padStart(16, '0')}`
}
