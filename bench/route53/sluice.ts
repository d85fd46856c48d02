import { Route53Client } from '@aws-sdk/client-route-53'
import { createMemoryDeploymentStore } from '../../shared/adapters/memory/deployment-store.ts'
import { createMemoryLeases } from '../../shared/adapters/memory/leases.ts'
import { createMemoryZoneQueue } from '../../shared/adapters/memory/zone-queue.ts'
import { createRoute53HostedZones } from '../../shared/adapters/route53/hosted-zones.ts'
import { fromResourceRecordSet } from '../../shared/adapters/route53/record-mapping.ts'
import { createRoute53TrafficRouter } from '../../shared/adapters/route53/traffic-router.ts'
import { systemClock } from '../../shared/adapters/system-clock.ts'
import { TransientError } from '../../shared/domain/errors.ts'
import { toPairState } from '../../shared/domain/record-set.ts'
import { type Route53Route, resourceOf } from '../../shared/domain/service.ts'
import type { RouteState } from '../../shared/domain/traffic.ts'
import type { Lane, ZoneChange } from '../../shared/domain/zone-change.ts'
import type { HostedZones } from '../../shared/ports/hosted-zones.ts'
import { type WriteReceipt, writeRoute } from '../../shared/use-cases/write-route.ts'
import { isInsync } from '../../shared/use-cases/zone/propagation.ts'
import { aDeployment } from '../../test/support/builders.ts'
import { blue, green, sidesOf } from './fill-zones.ts'
import type { PairPlace } from './messages.ts'

/** One write, in real milliseconds from its wish. */
export interface Written {
  readonly acceptedMs: number
  readonly readBackMs: number
  readonly changeId: string | null
}

export interface Sluice {
  /** Writes as a task of the workflow does, which is called again where Route 53 has no time for it yet. */
  write(index: number, percent: number, lane?: Lane): Promise<Written>
  /** Whether Route 53 has brought a change to all its servers; asked again and again, as the tasks do. */
  isInsync(changeId: string): Promise<boolean>
  readonly requests: Readonly<Record<'lists' | 'batches' | 'polls', number>>
}

/**
 * As many writers as there are pairs, with the use cases and the adapter that ship; leases, queue and budget, which they
 * share through DynamoDB on AWS, are in memory.
 */
export async function createSluice(url: string, places: readonly PairPlace[]): Promise<Sluice> {
  const client = new Route53Client({
    ...{ endpoint: url, region: 'us-east-1', maxAttempts: 1 },
    credentials: { accessKeyId: 'any', secretAccessKey: 'thing' },
  })
  const requests = { lists: 0, batches: 0, polls: 0 }
  const queue = createMemoryZoneQueue(systemClock)
  const acceptedAtMs = new Map<string, number>()
  const touched = new Set<number>()
  let holders = 0
  const deps = {
    clock: systemClock,
    leases: createMemoryLeases(systemClock),
    deployments: createMemoryDeploymentStore(),
    ...queue,
    zoneChanges: {
      ...queue.zoneChanges,
      async noteAccepted(change: ZoneChange, changeId: string, atMs: number) {
        acceptedAtMs.set(change.deployment, atMs)
        await queue.zoneChanges.noteAccepted(change, changeId, atMs)
      },
    },
    hostedZones: counting(createRoute53HostedZones(client), requests),
    newHolder: () => `holder-${++holders}`,
    logger: { info: () => undefined, warn: () => undefined, error: () => undefined },
  }
  for (let index = 0; index < places.length; index++) await deps.deployments.create(aDeployment({ id: idOf(index) }))

  async function tryToWrite(index: number, percent: number, lane: Lane): Promise<WriteReceipt> {
    const route = routeAt(places, index)
    const router = createRoute53TrafficRouter(
      deps.hostedZones,
      { budget: deps.requestBudget, clock: systemClock },
      route,
    )
    return writeRoute(deps, {
      deployment: idOf(index),
      resource: resourceOf(route),
      router,
      lane,
      snapshot: touched.has(index) ? null : snapshotOf(route),
      target: (seen) => router.target(seen, { canary: 'green', percent, keepIdle: true }),
      async mayWrite() {
        touched.add(index)
        return false
      },
    })
  }

  return {
    requests,
    isInsync: (changeId) => isInsync(deps, changeId),
    async write(index, percent, lane = 'plan') {
      const beganMs = systemClock.realNow()
      acceptedAtMs.delete(idOf(index))
      const { changeId } = await persistently(() => tryToWrite(index, percent, lane))
      const readBackMs = systemClock.realNow() - beganMs
      return { acceptedMs: (acceptedAtMs.get(idOf(index)) ?? Number.NaN) - beganMs, readBackMs, changeId }
    },
  }
}

/** What Prepare has read of a route before its first write. */
function snapshotOf(route: Route53Route): RouteState {
  const records = sidesOf(route.name).map(fromResourceRecordSet)
  return toPairState(records, route)
}

function idOf(index: number): string {
  return `dep_01KDVDNC00000000000${String(index).padStart(7, '0')}`
}

function routeAt(places: readonly PairPlace[], index: number): Route53Route {
  const place = places[index]
  if (!place) throw new Error(`there is no pair number ${index}`)
  return { kind: 'route53', hostedZoneId: place.zoneId, name: place.name, type: 'A', blue, green, wave: 1 }
}

/** The state machine retries a Task that says "not yet". */
async function persistently<T>(work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof TransientError)) throw error
      await systemClock.sleep(1000)
    }
  }
}

function counting(zones: HostedZones, requests: Record<'lists' | 'batches' | 'polls', number>): HostedZones {
  return {
    zone: zones.zone,
    page(zoneId, from) {
      requests.lists++
      return zones.page(zoneId, from)
    },
    upsert(zoneId, records, comment) {
      requests.batches++
      return zones.upsert(zoneId, records, comment)
    },
    changeStatus(changeId) {
      requests.polls++
      return zones.changeStatus(changeId)
    },
  }
}
