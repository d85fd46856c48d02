import type { Deps } from '../../shared/deps.ts'
import { type DeploymentEvent, isOver, type Phase } from '../../shared/domain/deployment.ts'
import { ConflictError } from '../../shared/domain/errors.ts'
import { withAlwaysOnGate } from '../../shared/domain/gates/always-on.ts'
import { abort } from '../../shared/use-cases/abort.ts'
import { resume } from '../../shared/use-cases/resume.ts'
import { startDeployment } from '../../shared/use-cases/start-deployment.ts'
import { aDeployer, aService, webArns } from '../support/builders.ts'
import { readAll } from '../support/read-all.ts'
import { eastArns } from '../support/three-waves.ts'
import { type CrashRoute, movedOf, routes } from './cloud.ts'
import { allAtOnceIn, lambdaAlarm } from './driver-cloud.ts'
import { createInjector, type Fault, type FaultKind, type FaultWorld } from './faults.ts'
import { checkEnd, createWatch, runningExecutions, type Watch } from './invariants.ts'
import { startMemoryWorld } from './memory-world.ts'
import { type Mutation, mutate } from './mutations.ts'
import type { Outside, Scenario } from './scenario.ts'
import { startSdkWorld } from './sdk/world.ts'
import { checkWriteLog } from './sdk/write-log.ts'
import type { CrashWorld } from './world.ts'

/** What a world is made of: the memory adapters, or those that ship, on SDK clients and the local endpoint. */
export type Through = 'memory' | 'sdk'

export interface RunOptions {
  /** Default `memory`. */
  readonly through?: Through
  readonly fault?: Fault
  readonly mutation?: Mutation
}

export interface RunOutcome {
  /** Null where it did not end in time. */
  readonly phase: Phase | null
  /** Every call of AWS and of the stores, in order, in words. */
  readonly calls: readonly string[]
  readonly writes: number
  /** What must not be; empty in a sound run. */
  readonly violations: readonly string[]
  /** What the record says of it, for people. */
  readonly events: readonly DeploymentEvent[]
}

const lookMs = 10_000
/** By then every deployment of a scenario has ended, whatever befell one of its calls. Virtual milliseconds. */
const endsWithinMs = 3 * 3_600_000
/** Zombies, late writes and leases are over by then. Virtual milliseconds. */
const calmMs = 240_000
/** An execution that nobody could wake ends its longest wait, an approval's day, by itself. Virtual milliseconds. */
const longestWaitMs = 25 * 3_600_000

/**
 * After these the deployment goes on as if nothing had been: a good release is not taken back for one bad answer. (Where
 * health cannot be read five times in a row, it is: no data is not health.)
 */
const cured: ReadonlySet<FaultKind> = new Set<FaultKind>([
  'dies-before',
  'dies-after',
  'execution-dies',
  'fails',
  'lost',
])

/** Runs one scenario to its end, with one fault or none. The same options always make the same calls. */
export async function runScenario(scenario: Scenario, options: RunOptions = {}): Promise<RunOutcome> {
  const random = Math.random
  // What is drawn here (pauses of writers in a zone) must not move the calls: half of the jitter, always.
  Math.random = () => 0.5
  try {
    return await run(scenario, options)
  } finally {
    Math.random = random
  }
}

/** A world, and what is known of it at the end. */
interface Started {
  readonly world: CrashWorld
  readonly calls: readonly string[]
  /** What its own log says against the run, in words. */
  readonly checkLog: () => readonly string[]
}

async function start(options: RunOptions, world: FaultWorld, watch: Watch): Promise<Started> {
  const { through, mutation } = options
  const fault = options.fault ?? null
  const within = mutation && { within: (deps: Deps) => mutate(mutation, deps) }
  if (through === 'sdk') {
    const started = await startSdkWorld({ fault, world, watch, ...within })
    const checkLog = () => checkWriteLog(started.requests(), watch.effects())
    return { world: started, calls: started.calls, checkLog }
  }
  const injector = createInjector(fault, world)
  const disturbance = watch.around(injector)
  return { world: await startMemoryWorld({ disturbance, ...within }), calls: injector.calls, checkLog: () => [] }
}

async function run(scenario: Scenario, options: RunOptions): Promise<RunOutcome> {
  const { fault } = options
  const watch = createWatch()
  let started: CrashWorld | null = null
  const faultWorld: FaultWorld = {
    sleep: async (ms) => started?.clock.sleep(ms),
    stopExecutions: async () => started?.stopExecutions(),
    abort: () => void (started && abortOpen(started)),
    shift: () => void (started && letStrangerShift(started, watch, scenario)),
    meddle: (how) => void (started && meddle(started, watch, scenario, how)),
  }
  const { world, calls, checkLog } = await start(options, faultWorld, watch)
  started = world
  try {
    const service = aService(scenario.service)
    await world.ports.services.put({ ...service, gates: withAlwaysOnGate(service.gates, service.routes) })
    watch.begin(world, scenario.service.routes ?? [routes.web])
    await scenario.prepare?.({ world, watch })
    bringTraffic(world, scenario, watch)
    const id = await begin(world, scenario)
    const acting = id === null ? Promise.resolve() : act({ world, watch }, scenario, id)
    const ended = id !== null && (await untilOver(world, id, acting))
    await world.clock.advance(calmMs)
    world.endChecks()
    if (ended) await untilExecutionsEnd(world, id)
    const phase = id === null ? null : ((await world.load(id))?.phase ?? null)
    const problems =
      id === null
        ? ['it could not be started']
        : await checkEnd(world, id, { foreign: watch.foreign(), arrivesLate: fault?.kind === 'arrives-late' })
    const events = await eventsOf(world, id)
    const violations = [
      ...watch.violations,
      ...(scenario.check?.(events) ?? []),
      ...checkLog(),
      ...(ended
        ? problems
        : isStoppedForGood(phase, fault)
          ? []
          : [`after ${endsWithinMs / 1000} s it is ${phase ?? 'not there'}`, ...problems]),
      ...(phase === 'succeeded' && scenario.canary !== 'good' ? ['a bad canary succeeded'] : []),
      ...((fault === undefined || cured.has(fault.kind)) && phase !== scenario.ends
        ? [`it is ${phase}, and nothing but retries was needed to be ${scenario.ends}`]
        : []),
    ]
    return { phase, calls, writes: watch.writes(), violations, events }
  } finally {
    await world.close()
  }
}

/**
 * Somebody stopped what was to take ours back: that is tried once, and then a person has to look. Or somebody else's
 * deployment moved the traffic after ours was done: a person is asked, who does not come here.
 */
function isStoppedForGood(phase: Phase | null, fault: Fault | undefined): boolean {
  if (phase === 'halted') return fault?.kind === 'group-taken'
  return phase === 'rollback-failed' && fault?.kind === 'stopped'
}

/** A minute of requests on each side, every minute; the canary of a bad scenario goes bad with its share. */
function bringTraffic(world: CrashWorld, scenario: Scenario, watch: Watch): void {
  const { clock, cloud } = world
  const { canary } = scenario
  const route = firstRouteOf(scenario)
  let isGreenBad = canary === 'errors'
  clock.every(60_000, () => {
    for (const groups of [webArns, eastArns])
      for (const slot of ['blue', 'green'] as const) {
        const isBad = isGreenBad && slot === 'green'
        cloud.addMinute(groups[slot], clock.now() - 60_000, { requests: 1000, errors: isBad ? 500 : 0 })
      }
  })
  /** Once, as soon as green has so much. */
  const whenGreenHas = (percent: number, what: () => void) => {
    const cancel = clock.every(1000, () => {
      if ((cloud.greenPercent(route) ?? 0) < percent) return
      cancel()
      what()
    })
  }
  const goBad = () => {
    isGreenBad = true
    cloud.setAlarm(lambdaAlarm, 'ALARM')
  }
  switch (canary) {
    case 'good':
      return
    case 'errors':
      if (movedOf(route).kind === 'lambda-alias') whenGreenHas(1, goBad)
      return
    case 'errors at the end':
      whenGreenHas(100, goBad)
      return
    case 'loses-targets':
      whenGreenHas(1, () => {
        watch.noteHealth()
        cloud.setHealthy(webArns.green, 0)
      })
  }
}

function firstRouteOf({ service }: Scenario): CrashRoute {
  return service.routes?.[0] ?? routes.web
}

/** Somebody who knows nothing of us, in the deployment group. */
function meddle({ cloud }: CrashWorld, watch: Watch, scenario: Scenario, how: Parameters<FaultWorld['meddle']>[0]) {
  const route = firstRouteOf(scenario)
  if (route.kind !== 'codedeploy') return
  switch (how) {
    case 'group-taken':
      // CodeDeploy brings it to the side that has less.
      watch.noteForeign(route, cloud.greenPercent(route) === 100 ? 0 : 100)
      void cloud.driver.start(route, allAtOnceIn(route))
      return
    case 'stopped':
      return cloud.driver.stop(route)
    case 'continued':
      return cloud.driver.letGoOn(route)
  }
}

/** What a client does that has no answer: the same again, with the same key. */
const clientTries = 12
const clientPauseMs = 5000

async function asClient<Answer>(world: CrashWorld, send: () => Promise<Answer>): Promise<Answer | null> {
  for (let attempt = 1; attempt <= clientTries; attempt++) {
    try {
      return await send()
    } catch (error) {
      // An earlier attempt of ours, or the deployment's own end, came before.
      if (error instanceof ConflictError) return null
    }
    await world.clock.sleep(clientPauseMs)
  }
  return null
}

async function begin(world: CrashWorld, { request }: Scenario): Promise<string | null> {
  const input = { key: 'release-42', request: { service: 'web', ...request }, actor: aDeployer }
  let id: string | null | undefined
  const starting = asClient(world, () => world.spawn('api:start', (deps) => startDeployment(deps, input)))
  void starting.then((deployment) => {
    id = deployment?.id ?? null
  })
  for (let waitedMs = 0; id === undefined && waitedMs < 1_200_000; waitedMs += 1000) await world.clock.advance(1000)
  return id ?? null
}

async function act(outside: Outside, { acts }: Scenario, id: string): Promise<void> {
  const { world } = outside
  for (const one of acts) {
    for (;;) {
      const deployment = await world.load(id)
      if (deployment && isOver(deployment.phase)) return
      if (deployment && one.when(deployment)) break
      await world.clock.sleep(5000)
    }
    if ('outside' in one) {
      await one.outside(outside)
      continue
    }
    one.around?.(outside, false)
    await asClient(world, () => world.spawn(`api:${one.name}`, (deps) => one.run(deps, id)))
    one.around?.(outside, true)
  }
}

async function abortOpen(world: CrashWorld): Promise<void> {
  const id = await world.ports.deployments.pointer('web')
  if (id === null) return
  const command = { actor: { ...aDeployer, name: 'operator' }, reason: 'it hangs' }
  await asClient(world, () => world.spawn('api:overtaking-abort', (deps) => abort(deps, id, command)))
}

/** A share that is in no plan. */
const foreignPercent = 37
const operatorLooksMs = 60_000

/** Somebody changes the first route; a person who is asked about it says that ours is right. */
function letStrangerShift(world: CrashWorld, watch: Watch, scenario: Scenario): void {
  const route = firstRouteOf(scenario)
  watch.noteForeign(route, foreignPercent)
  world.cloud.shift(route, foreignPercent)
  const actor = { ...aDeployer, name: 'operator' }
  const look = async () => {
    const halted = await world.newest()
    if (halted?.phase !== 'halted' || halted.cause?.type !== 'drift') return
    await asClient(world, () =>
      world.spawn('api:operator-resume', (deps) => resume(deps, halted.id, { actor, drift: 'overwrite' })),
    )
  }
  world.clock.every(operatorLooksMs, () => void look())
}

async function untilOver(world: CrashWorld, id: string, acting: Promise<void>): Promise<boolean> {
  let isActing = true
  void acting.finally(() => {
    isActing = false
  })
  for (let passedMs = 0; passedMs < endsWithinMs; passedMs += lookMs) {
    const deployment = await world.load(id)
    if (deployment && isOver(deployment.phase) && !isActing) return true
    await world.clock.advance(lookMs)
  }
  return false
}

async function untilExecutionsEnd(world: CrashWorld, id: string): Promise<void> {
  for (let waitedMs = 0; waitedMs < longestWaitMs; waitedMs += 600_000) {
    if ((await runningExecutions(world, id)).length === 0) return
    await world.clock.advance(600_000)
  }
}

async function eventsOf({ ports }: CrashWorld, id: string | null): Promise<readonly DeploymentEvent[]> {
  return id === null ? [] : (await readAll((page) => ports.deployments.listEvents(id, page), 100)).items
}
