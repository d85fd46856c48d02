import { createMemoryCloud } from '../../shared/adapters/memory/cloud.ts'
import { createMemoryDeploymentStore } from '../../shared/adapters/memory/deployment-store.ts'
import { createMemoryLeases } from '../../shared/adapters/memory/leases.ts'
import { createMemoryLine } from '../../shared/adapters/memory/line.ts'
import { createMemoryNotifier } from '../../shared/adapters/memory/notifier.ts'
import { createMemoryRateCounts } from '../../shared/adapters/memory/rate-counts.ts'
import { createMemoryServiceStore } from '../../shared/adapters/memory/service-store.ts'
import { createMemoryZoneQueue } from '../../shared/adapters/memory/zone-queue.ts'
import type { Deps } from '../../shared/deps.ts'
import { type Deployment, isFinal } from '../../shared/domain/deployment.ts'
import { resourceOf } from '../../shared/domain/service.ts'
import { canaryPercent, type RouteState } from '../../shared/domain/traffic.ts'
import { toInstant } from '../../shared/ports/clock.ts'
import { createMemoryAccess } from '../support/access.ts'
import { aDeployment, anAlbRoute, aService, webArns } from '../support/builders.ts'
import { createMemoryChatDeps } from '../support/chat.ts'
import { createRealProcess, type RealProcess } from './real-process.ts'
import { id, works } from './real-works.ts'
import type { Answer } from './run.ts'
import { type Config, foreignWeight, type LeaseAge, type ProcessName } from './state.ts'

/** Of one tick: after one a lease of 20 s has less than the 8 s left that a write needs; after two it has run out. */
const tickMs = 12_500
/** A write may start with so much of its lease left. */
const lastStartMs = 8000

/** Waiting is what the schedule decides; only what bounds a wait from outside never comes. */
const longestPauseMs = 1999

const startMs = Date.UTC(2026, 0, 1)

/** What the model says of the world, read from the real one. */
export interface Abstraction {
  readonly record: object
  readonly pointer: string
  readonly routes: readonly object[]
  readonly wire: readonly object[]
  readonly started: number
}

/** The shipped use cases on memory adapters; nothing happens but what a schedule says. */
export interface RealWorld {
  /** Lets a process run to its next call. Returns the call's name; null where the process ends instead. */
  goOn(by: ProcessName, answer: Answer): Promise<string | null>
  /** Carries out the call at which a process stands. */
  carryOut(by: ProcessName, answer: Answer): Promise<void>
  /** Hands over the last answer. @returns True if the process then ends, or falls asleep, without another call. */
  ends(by: ProcessName, how: 'ended' | 'asleep'): Promise<boolean>
  kill(by: ProcessName): void
  tick(): void
  land(): Promise<void>
  writeForeign(): void
  /** Stable has no healthy target from now on. */
  fallIll(): void
  look(): Promise<Abstraction>
  /** How often the record's events say that it ended. */
  countEnds(): Promise<number>
}

interface Running {
  readonly process: RealProcess
  /** At which it stands. */
  call: string | null
  /** When it first heard that a lease was taken; null while it waits for none. */
  waitingSinceMs: number | null
  /** What it takes for the time; null: the time. */
  seesMs: number | null
}

/** @param within - Changes what each process sees. Default: nothing. */
export async function createRealWorld(
  { steps }: Config,
  within: (deps: Deps) => Deps = (deps) => deps,
): Promise<RealWorld> {
  let nowMs = startMs
  let holders = 0
  let started = 1
  const clock = {
    now: () => nowMs,
    realNow: () => nowMs,
    sleep: (ms: number) => (ms > longestPauseMs ? new Promise<never>(() => undefined) : Promise.resolve()),
  }
  const cloud = createMemoryCloud(clock)
  const running = new Map<ProcessName, Running>()
  const sleeping = new Set<ProcessName>()
  const holderNames = new Map<string, ProcessName>()
  const wire: { readonly weight: number; readonly expiresAtMs: number; readonly land: () => Promise<unknown> }[] = []
  const log = () => undefined
  const ports: Deps = {
    ...createMemoryAccess().deps,
    ...createMemoryChatDeps(clock),
    clock,
    services: createMemoryServiceStore(),
    deployments: createMemoryDeploymentStore(),
    leases: createMemoryLeases(clock),
    line: createMemoryLine(),
    ...createMemoryZoneQueue(clock),
    rateCounts: createMemoryRateCounts(clock),
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
      async start(_, execution) {
        if (execution <= started) return
        started = execution
        begin('workflow')
      },
      wake: async () => undefined,
      async status(_, execution) {
        if (execution > started) return 'unknown'
        return execution === started && (running.has('workflow') || sleeping.has('workflow')) ? 'running' : 'failed'
      },
    },
    rollBackInvoker: { rollBack: async () => 'under-way' },
    checkInvoker: { check: async () => ({ checked: 0, failed: [] }) },
    notifier: createMemoryNotifier(),
    logger: { info: log, warn: log, error: log },
    lookTogether: () => ({}),
    homeRegion: 'eu-west-1',
    newHolder: () => `holder-${++holders}`,
    newDeploymentId: () => id,
  }
  const route = anAlbRoute()
  const resource = resourceOf(route)
  const router = cloud.routerFor(route)
  const percentOf = (state: RouteState | null) => state && canaryPercent(state.weights, 'green')
  const ageAt = (expiresAtMs: number): LeaseAge =>
    expiresAtMs <= nowMs ? 2 : expiresAtMs - nowMs < lastStartMs ? 1 : 0

  function begin(name: ProcessName): Running {
    const own: Running = {
      process: createRealProcess({ name, ports: portsOf(name), work: (deps) => works[name](within(deps)), onHang }),
      call: null,
      waitingSinceMs: null,
      seesMs: null,
    }
    running.set(name, own)
    return own
  }
  const portsOf = (name: ProcessName): Deps => {
    const realNow = () => running.get(name)?.seesMs ?? nowMs
    const newHolder = () => {
      const holder = ports.newHolder()
      holderNames.set(holder, name)
      return holder
    }
    return { ...ports, newHolder, clock: { ...clock, realNow } }
  }
  const onHang = (_: unknown, land: () => Promise<unknown>) => void flying.push(land)
  const flying: (() => Promise<unknown>)[] = []

  await start(ports, steps)
  begin('workflow')

  return {
    async goOn(by, answer) {
      const own = running.get(by) ?? begin(by)
      // A wait that is polled in time: its holder asked before the last tick, and the call took that long.
      if (answer === 'answered' && own.waitingSinceMs !== null)
        own.seesMs = Math.min(nowMs, own.waitingSinceMs + tickMs)
      own.call = await own.process.goOn()
      own.seesMs = null
      if (own.call === null) running.delete(by)
      return own.call
    },
    async carryOut(by, answer) {
      const own = running.get(by)
      if (!own) throw new Error(`${by} does not run`)
      const answered = await own.process.carryOut(answer === 'hangs' ? 'hangs' : 'answered')
      own.waitingSinceMs = own.call === 'take' && answered === null ? (own.waitingSinceMs ?? nowMs) : null
      const lease = flying.length > 0 ? await ports.leases.peek(resource) : null
      for (const land of flying.splice(0))
        wire.push({ weight: percentOf(lease?.intended ?? null) ?? -1, expiresAtMs: lease?.expiresAtMs ?? 0, land })
    },
    async ends(by, how) {
      const own = running.get(by)
      if (own && (await own.process.goOn()) !== null) return false
      running.delete(by)
      if (how === 'asleep') sleeping.add(by)
      return true
    },
    kill(by) {
      running.delete(by)
      sleeping.delete(by)
    },
    tick() {
      nowMs += tickMs
    },
    async land() {
      await wire.shift()?.land()
    },
    writeForeign: () =>
      cloud.routing.set(resource, {
        weights: { [webArns.blue]: 100 - foreignWeight, [webArns.green]: foreignWeight },
      }),
    fallIll: () => cloud.setGroup(webArns.blue, { healthy: 0 }),
    async look() {
      const deployment = await ports.deployments.load(id)
      if (!deployment) throw new Error('the record is gone')
      const lease = await ports.leases.peek(resource)
      const holder = lease?.holder ?? null
      return {
        record: toRecord(deployment, nowMs),
        pointer: await pointerOf(ports),
        routes: [
          {
            live: percentOf(await router.read()),
            lease: {
              holder: holder && (holderNames.get(holder) ?? holder),
              age: lease && holder ? ageAt(lease.expiresAtMs) : 0,
              lastWritten: percentOf(lease?.lastWritten ?? null),
              intended: percentOf(lease?.intended ?? null),
            },
          },
        ],
        wire: wire.map(({ weight, expiresAtMs }) => ({ route: 0, weight, age: ageAt(expiresAtMs) })),
        started,
      }
    },
    async countEnds() {
      const { items } = await ports.deployments.listEvents(id, { limit: 100, cursor: null })
      return items.filter(({ to }) => to !== undefined && isFinal(to)).length
    },
  }

  /** The record, the pointer and the routing as the first task of the model finds them. */
  async function start({ services, deployments }: Deps, weights: readonly number[]): Promise<void> {
    cloud.setGroup(webArns.blue)
    cloud.setGroup(webArns.green)
    cloud.routing.set(resource, { weights: { [webArns.blue]: 100, [webArns.green]: 0 } })
    await services.put(aService({ routes: [route], settleSeconds: 0 }))
    await deployments.takePointer('web', id)
    const planned = weights.map((weight) => ({ weight, effectiveWeight: weight, bakeSeconds: 0, approval: false }))
    const { settings, plan, routes } = aDeployment()
    const snapshot = await router.read()
    await deployments.create(
      aDeployment({
        ...{ id, phase: 'shifting', stage: 'shifting', nextActionAt: toInstant(startMs) },
        settings: { ...settings, routes: [route], settleSeconds: 0 },
        plan: { ...plan, steps: planned },
        routes: routes.map((progress) => ({ ...progress, snapshot })),
      }),
    )
  }
}

async function pointerOf({ deployments }: Pick<Deps, 'deployments'>): Promise<string> {
  if ((await deployments.pointer('web')) !== null) return 'open'
  return (await deployments.watched('web')) === null ? 'free' : 'watched'
}

function toRecord(deployment: Deployment, nowMs: number): object {
  const { goal, phase, stage, target, firstShiftAt, hold, cause, execution, routes, nextActionAt } = deployment
  const isLater = nextActionAt !== null && Date.parse(nextActionAt) > nowMs
  return {
    ...{ goal, phase, stage, target, execution },
    hasShifted: firstShiftAt !== null,
    isHalted: hold !== null,
    isDelayed: goal === 'plan' && stage === 'shifting' && isLater,
    isPersonal: goal === 'snapshot' && cause?.type === 'command',
    touched: routes.map(({ touched }) => touched),
    restore: routes.map(({ restore }) => restore?.status ?? null),
    drift: routes.map(({ drift }) => drift?.after.green ?? null),
    changedAfterEnd: routes.map((one) => one.changedAfterEnd !== undefined),
  }
}
