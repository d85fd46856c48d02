import { type Deployment, isFinal, isOver } from '../../shared/domain/deployment.ts'
import { drivenRouteOf } from '../../shared/domain/driven.ts'
import { resourceOf, targetGroupOf } from '../../shared/domain/service.ts'
import { type Slot, slots } from '../../shared/domain/traffic.ts'
import { isMovedBy, isReachedBy } from '../../shared/domain/waves.ts'
import { zoneResource } from '../../shared/use-cases/zone/zone-session.ts'
import { readAll } from '../support/read-all.ts'
import { type CrashRoute, movedOf } from './cloud.ts'
import { checkDriverEnd, findDriverMisuse } from './driver-invariants.ts'
import { type Disturbance, isDriverWrite, isWrite, type PortCall } from './faults.ts'
import type { CrashWorld } from './world.ts'

/** Between the last look at the goal, or at the targets, and the write of a process that nothing stopped, milliseconds. */
const onTheWireMs = 3000

/** What watches every write of routing, as it is sent and as it takes effect. */
export interface Watch {
  /** What must never be, in words; empty while nothing was broken. */
  readonly violations: readonly string[]
  /** How many writes of routing were sent, and how many calls that change what a driver does. */
  readonly writes: () => number
  /** How many of them have taken effect. */
  readonly effects: () => number
  /** The same disturbance, with every write looked at. */
  around(disturbance: Disturbance): Disturbance
  /** A write is being sent. @returns When, for `effect`. */
  sent(call: PortCall): Promise<number>
  /** Lets a write that was sent take effect, and looks at what it does. */
  effect(call: PortCall, act: () => Promise<unknown>, sentAtMs: number): Promise<unknown>
  /** A call that changes what a driver does is being sent. */
  sentToDriver(call: PortCall): Promise<void>
  /** A record may have been saved: what it says of the goal is noted. */
  saved(): Promise<void>
  /** From when on there is a world to look at, and which routes there. */
  begin(world: CrashWorld, routes: readonly CrashRoute[]): void
  /** From now on no share may be raised, a freeze or a stop of the line being in force; or it may again. */
  holdRaises(isHeld: boolean): void
  /** Somebody else is about to change what green has of this route: ours may be below it afterwards. */
  noteForeign(route: CrashRoute, percent: number): void
  /** The last foreign change. */
  readonly foreign: () => ForeignChange | null
  /** How many targets of a side are healthy changed now: who looked just before may still act on it. */
  noteHealth(): void
}

/** A share that somebody else gave to green. */
export interface ForeignChange {
  readonly resource: string
  readonly atMs: number
  /** Percent, as for green, before and after it. */
  readonly before: number | null
  readonly percent: number
}

export function createWatch(): Watch {
  const violations: string[] = []
  const goalAtMs = new Map<string, number>()
  let world: CrashWorld | null = null
  let heldSinceMs: number | null = null
  let foreign: ForeignChange | null = null
  let routes: readonly CrashRoute[] = []
  let [writes, effects, healthAtMs] = [0, 0, Number.NEGATIVE_INFINITY]
  const say = (call: PortCall, what: string) =>
    void violations.push(`${call.process.name}, ${call.port}.${call.method} ${call.subject}: ${what}`)

  /** What a driver moves is written under its group's lease. */
  function leaseOf({ method, subject }: PortCall): string {
    if (method === 'upsert') return zoneResource(subject)
    const driven = routes.find((route) => route.kind === 'codedeploy' && resourceOf(movedOf(route)) === subject)
    return driven ? resourceOf(driven) : subject
  }

  async function checkFence({ ports, clock }: CrashWorld, call: PortCall): Promise<void> {
    const resource = leaseOf(call)
    const [own, newest] = [call.process.taken.get(resource), await ports.leases.peek(resource)]
    if (!own || !newest || newest.holder !== own.holder || newest.fence !== own.fence)
      say(call, `sent with fence ${own?.fence ?? 'none'}, the newest is ${newest?.fence ?? 'none'}`)
    else if (newest.expiresAtMs <= clock.now()) say(call, `sent ${clock.now() - newest.expiresAtMs} ms after its lease`)
  }

  /** Within the plan, or towards the snapshot, which gave everything to stable in every scenario. */
  function checkShare({ clock }: CrashWorld, call: PortCall, newest: Deployment | null, change: Change): void {
    const { resource, before, after } = change
    const open = newest && !isOver(newest.phase) ? newest : null
    if (!open) {
      // What a late write did after the end is undone: towards the recorded outcome, and nowhere else.
      if (!newest || after.canary !== goalShare(newest))
        say(call, `${resource} went to ${after.canary} % with no deployment open`)
      return
    }
    const said = `${resource} went from ${before.canary} % to ${after.canary} %`
    if (after.canary === 0) {
      const isOverwritten = before.canary === foreign?.percent && !hasBegun(open, resource)
      if (open.goal === 'plan' && before.canary !== 0 && !isOverwritten)
        say(call, `${said}, and nobody decided to roll back`)
      return
    }
    // It came before the snapshot was taken, which has it.
    if (open.goal === 'snapshot' && after.canary === foreign?.percent) return
    const sinceMs = clock.now() - (goalAtMs.get(open.id) ?? clock.now())
    if (open.goal === 'snapshot' && sinceMs > onTheWireMs)
      say(call, `${said}, ${sinceMs} ms after a rollback was decided`)
    if (after.canary < before.canary && foreign === null) say(call, `${said}: neither the plan nor the snapshot`)
    if (heldSinceMs !== null && after.canary > before.canary && clock.now() - heldSinceMs > onTheWireMs)
      say(call, `${said}, ${clock.now() - heldSinceMs} ms after raises were held`)
    if (!allowedShares(open, resource).some((share) => Math.abs(share - after.canary) < 0.001))
      say(call, `${said}, which is not in the plan by step ${open.target}`)
  }

  function checkTargets({ cloud, clock }: CrashWorld, call: PortCall, change: Change): void {
    if (clock.now() - healthAtMs <= onTheWireMs) return
    for (const { slot, group, from, to } of change.sides) {
      if (group === null || to <= from) continue
      if (cloud.healthyIn(group) === 0)
        say(call, `${slot} of ${change.resource} went from ${from} to ${to} % with no healthy target`)
    }
  }

  /** Looks at what every route has before and after; what was on the wire for long must only leave a weight. */
  async function checkEffect(at: CrashWorld, call: PortCall, act: () => Promise<unknown>, sentAtMs: number) {
    const newest = await at.newest()
    const before = readShares(at, routes)
    const answer = await act()
    const after = readShares(at, routes)
    for (const [resource, now] of after) {
      if (now === null) say(call, `all weights of ${resource} are 0`)
      const was = before.get(resource) ?? null
      if (now === null || was === null || now.canary === was.canary) continue
      const change = { resource, before: was, after: now, sides: sidesOf(was, now) }
      // It was given up by who sent it: it may be wrong until the next read-back finds it.
      if (at.clock.now() - sentAtMs > onTheWireMs) continue
      checkShare(at, call, newest, change)
      checkTargets(at, call, change)
    }
    return answer
  }

  async function sent(call: PortCall): Promise<number> {
    writes++
    if (world !== null) await checkFence(world, call)
    return world?.clock.now() ?? 0
  }

  /** A creation needs the group's lease, and nothing goes on for a deployment that is being taken back. */
  async function sentToDriver(call: PortCall): Promise<void> {
    writes++
    if (world === null) return
    const newest = await world.newest()
    const sinceMs = newest === null ? undefined : goalAtMs.get(newest.id)
    const rolledBackSinceMs = sinceMs === undefined ? null : world.clock.now() - sinceMs
    const misuse = findDriverMisuse(call, newest, { driver: world.cloud.driver, rolledBackSinceMs })
    if (misuse !== null) say(call, misuse)
    if (call.method === 'create') await checkFence(world, call)
  }

  async function saved(): Promise<void> {
    if (world === null) return
    const newest = await world.newest()
    if (newest?.goal === 'snapshot' && !goalAtMs.has(newest.id)) goalAtMs.set(newest.id, world.clock.now())
  }

  const effect: Watch['effect'] = async (call, act, sentAtMs) => {
    const answer = await (world ? checkEffect(world, call, act, sentAtMs) : act())
    effects++
    return answer
  }

  return {
    ...{ violations, writes: () => writes, effects: () => effects, sent, effect, sentToDriver, saved },
    begin(started, routesOfService) {
      world = started
      routes = routesOfService
    },
    holdRaises(isHeld) {
      heldSinceMs = isHeld ? (world?.clock.now() ?? 0) : null
    },
    noteForeign(route, percent) {
      const before = world?.cloud.greenPercent(route) ?? null
      foreign = { resource: resourceOf(route), atMs: world?.clock.now() ?? 0, before, percent }
    },
    foreign: () => foreign,
    noteHealth() {
      healthAtMs = world?.clock.now() ?? healthAtMs
    },
    around: (disturbance) => ({
      ...disturbance,
      async meet(call, act, stand) {
        if (world === null) return disturbance.meet(call, act, stand)
        if (isDriverWrite(call)) await sentToDriver(call)
        if (!isWrite(call) || call.port === 'testRouter') {
          const acting = async () => {
            const answer = await act()
            if (call.method === 'save') await saved()
            return answer
          }
          return disturbance.meet(call, acting, stand)
        }
        const sentAtMs = await sent(call)
        return disturbance.meet(call, () => effect(call, act, sentAtMs), stand)
      },
    }),
  }
}

interface Share {
  readonly canary: number
  readonly groups: Readonly<Record<Slot, string | null>>
  readonly canarySlot: Slot
}

interface Change {
  readonly resource: string
  readonly before: Share
  readonly after: Share
  readonly sides: readonly {
    readonly slot: Slot
    readonly group: string | null
    readonly from: number
    readonly to: number
  }[]
}

function sidesOf(before: Share, after: Share): Change['sides'] {
  const percentOf = ({ canary, canarySlot }: Share, slot: Slot) => (slot === canarySlot ? canary : 100 - canary)
  return slots.map((slot) => ({
    ...{ slot, group: after.groups[slot] },
    ...{ from: percentOf(before, slot), to: percentOf(after, slot) },
  }))
}

/** What each route gives to green now, percent; null: all weights are 0. */
export function readShares({ cloud }: CrashWorld, routes: readonly CrashRoute[]): ReadonlyMap<string, Share | null> {
  const shares = new Map<string, Share | null>()
  for (const route of routes) {
    const canary = cloud.greenPercent(route)
    const groups = { blue: targetGroupOf(route, 'blue'), green: targetGroupOf(route, 'green') }
    shares.set(resourceOf(route), canary === null ? null : { canary, groups, canarySlot: 'green' })
  }
  return shares
}

/** What the canary is to have once a deployment has ended so, percent. */
function goalShare({ phase }: Deployment): number {
  return phase === 'succeeded' ? 100 : 0
}

/** What a route may have by the target step of its deployment, percent. */
function allowedShares({ plan, target, settings }: Deployment, resource: string): readonly number[] {
  const route = settings.routes.find((one) => resourceOf(one) === resource)
  if (!route) return []
  return plan.steps
    .slice(0, target + 1)
    .flatMap((step) => (isMovedBy(route, step) ? [step.effectiveWeight] : isReachedBy(route, step) ? [100] : []))
}

/** True once the plan has given the canary of this route anything: before that, a share is somebody else's. */
function hasBegun({ plan, step, firstShiftAt, settings, stage, target }: Deployment, resource: string): boolean {
  const route = settings.routes.find((one) => resourceOf(one) === resource)
  const newest = stage === 'shifting' ? plan.steps[target] : firstShiftAt === null ? undefined : plan.steps[step]
  return route !== undefined && newest !== undefined && isReachedBy(route, newest)
}

/** What must hold of a deployment that has ended, in words; empty if all of it does. */
export async function checkEnd(
  world: CrashWorld,
  id: string,
  { foreign, arrivesLate }: { readonly foreign: ForeignChange | null; readonly arrivesLate: boolean },
): Promise<readonly string[]> {
  const { ports, clock } = world
  const problems: string[] = []
  const deployment = await ports.deployments.load(id)
  if (!deployment) return [`there is no record of ${id}`]
  const events = (await readAll((page) => ports.deployments.listEvents(id, page), 100)).items
  if (events.some(({ seq }, index) => seq !== index + 1) || events.length !== deployment.eventSeq)
    problems.push(`events ${events.map(({ seq }) => seq).join(',')} of ${deployment.eventSeq}`)
  const moves = events.flatMap(({ from, to }) => (to === undefined ? [] : [{ from, to }]))
  if (
    moves.some(({ from }, index) => index > 0 && from !== moves[index - 1]?.to) ||
    moves.at(-1)?.to !== deployment.phase
  )
    problems.push(`the phases do not follow each other: ${moves.map(({ from, to }) => `${from}→${to}`).join(', ')}`)
  const finals = moves.filter(({ to }) => isFinal(to) && to !== 'rollback-failed')
  if (finals.length !== 1) problems.push(`${finals.length} final phases`)
  const wanted = goalShare(deployment)
  for (const [resource, share] of readShares(world, deployment.settings.routes))
    if (share?.canary !== wanted && !isNotOurs(deployment, resource, share, foreign))
      problems.push(`${deployment.phase}, and ${resource} has ${share?.canary} %`)
  const zones = deployment.settings.routes.flatMap((route) =>
    route.kind === 'route53' ? [zoneResource(route.hostedZoneId)] : [],
  )
  for (const resource of [...deployment.routes.map((route) => route.resource), ...zones]) {
    const lease = await ports.leases.peek(resource)
    if (lease !== null && lease.holder !== null && lease.expiresAtMs > clock.now())
      problems.push(`${lease.holder} still has the lease of ${resource}`)
  }
  if ((await ports.deployments.pointer(deployment.service)) === id) problems.push('the service is still taken')
  problems.push(...checkDriverEnd(world.cloud, deployment, arrivesLate))
  for (const execution of await runningExecutions(world, id)) problems.push(`execution ${execution} still runs`)
  return problems
}

/**
 * Whether a share stays as somebody else made it: on a route that we never wrote, or had before we did, or after our last
 * look at it, when it was as it should be.
 */
function isNotOurs(deployment: Deployment, resource: string, share: Share | null, foreign: ForeignChange | null) {
  const driven = drivenRouteOf(deployment)
  // It ended before it had taken over what somebody else had started, which goes on.
  if (driven?.onForeignDeployment === 'adopt' && !deployment.driven) return true
  if (foreign?.resource !== resource || share?.canary !== foreign.percent) return false
  // Between two shifts, and once it has ended, the driver leaves what others do, and only the driver knows.
  if (driven !== null) return true
  const route = deployment.routes.find((one) => one.resource === resource)
  if (!route?.touched || route.snapshot?.weights.green === foreign.percent) return true
  const endedAtMs = Date.parse(deployment.endedAt ?? '')
  return foreign.before === goalShare(deployment) && endedAtMs - foreign.atMs <= onTheWireMs
}

/** The numbers of the executions of a deployment that have not ended. */
export async function runningExecutions({ ports }: CrashWorld, id: string): Promise<readonly number[]> {
  const running: number[] = []
  const newest = (await ports.deployments.load(id))?.execution ?? 0
  for (let execution = 1; execution <= newest; execution++)
    if ((await ports.workflow.status(id, execution)) === 'running') running.push(execution)
  return running
}
