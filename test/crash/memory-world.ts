import type { Task } from '../../functions/steps/task.ts'
import { createManualClock } from '../../local/clock.ts'
import { createMemoryCloud } from '../../shared/adapters/memory/cloud.ts'
import { createMemoryDeploymentStore } from '../../shared/adapters/memory/deployment-store.ts'
import { createMemoryLeases } from '../../shared/adapters/memory/leases.ts'
import { createMemoryLine } from '../../shared/adapters/memory/line.ts'
import { createMemoryNotifier } from '../../shared/adapters/memory/notifier.ts'
import { createMemoryRateCounts } from '../../shared/adapters/memory/rate-counts.ts'
import { createMemoryServiceStore } from '../../shared/adapters/memory/service-store.ts'
import { createMemoryZoneQueue } from '../../shared/adapters/memory/zone-queue.ts'
import { toExecutionName } from '../../shared/adapters/stepfunctions/workflow.ts'
import type { Deps } from '../../shared/deps.ts'
import { checkOpenDeployments, reportOnOpenDeployments } from '../../shared/use-cases/check-open-deployments.ts'
import { createMemoryAccess } from '../support/access.ts'
import { createMemoryChatDeps } from '../support/chat.ts'
import { invokeRollBack } from '../support/invoke-roll-back.ts'
import { startWalkedStepFunctions } from '../support/walked-step-functions.ts'
import { furnishMemory } from './cloud.ts'
import { type CrashWorld, checkEveryMs, createIds, createSpawn, spawnTasks, type WorldOptions } from './world.ts'

/** A world on the memory adapters. */
export async function startMemoryWorld(options: WorldOptions): Promise<CrashWorld> {
  const clock = createManualClock()
  const time = { now: clock.now, realNow: clock.now, sleep: (ms: number) => clock.sleep(ms) }
  const cloud = createMemoryCloud(time)
  const tasks: Record<string, Task> = {}
  const machine = await startWalkedStepFunctions(clock, tasks)
  const queue = { ...createMemoryZoneQueue(time), rateCounts: createMemoryRateCounts(time) }
  const log = () => undefined
  const started = new Set<string>()
  const ports: Deps = {
    ...createMemoryAccess().deps,
    ...createMemoryChatDeps(time),
    clock: time,
    services: createMemoryServiceStore(),
    deployments: createMemoryDeploymentStore(),
    leases: createMemoryLeases(time),
    line: createMemoryLine(),
    ...queue,
    ...{ hostedZones: cloud.hostedZones, targetGroups: cloud.targetGroups, routerFor: cloud.routerFor },
    ...{ testRouterFor: cloud.testRouterFor, inspector: cloud.inspector, targetHealth: cloud.targetHealth },
    ...{ metrics: cloud.metrics, alarms: cloud.alarms, prober: cloud.prober, healthChecks: cloud.healthChecks },
    ...{
      webhookJudge: cloud.webhookJudge,
      outboundRules: cloud.outboundRules,
      secrets: cloud.secrets,
      driverFor: cloud.driverFor,
    },
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
    ...createIds(clock),
  }
  const spawn = createSpawn(clock, () => ports, options)
  spawnTasks(tasks, ports, spawn)
  const endChecks = clock.every(checkEveryMs, () => void spawn('check', checkOpenDeployments).catch(() => undefined))
  return {
    ...{ clock, cloud: furnishMemory(cloud), ports, spawn, endChecks },
    load: (id) => ports.deployments.load(id),
    newest: async () => (await ports.deployments.list({}, { limit: 1, cursor: null })).items[0] ?? null,
    async stopExecutions() {
      for (const name of started) await machine.stop(name)
    },
    close: () => machine.stepFunctions.close(),
  }
}
