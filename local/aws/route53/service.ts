import * as sdk from '@aws-sdk/client-route-53'
import type { LocalClock } from '../../clock.ts'
import type { MetricSink } from '../../data-plane/data-plane.ts'
import { withBalancerZone } from '../../data-plane/dns/balancer-zone.ts'
import { normaliseName } from '../../data-plane/dns/domain-name.ts'
import { typeNumbers } from '../../data-plane/dns/record-types.ts'
import { createResolve, type Resolve } from '../../data-plane/dns/resolve.ts'
import type { BalancerSource, HealthSource, ZoneSource } from '../../data-plane/dns/zone-source.ts'
import type { ProbeTimeouts } from '../../data-plane/route53-health/endpoint-probe.ts'
import { createHealthMonitor } from '../../data-plane/route53-health/monitor.ts'
import type { AwsOperation, AwsService, Persistent } from '../service.ts'
import { createChangeLog } from './change-log.ts'
import type { ControlPlane } from './control-plane.ts'
import { createHealthCheckOperations } from './health-check-operations.ts'
import { createHealthChecks, type HealthChecks } from './health-checks.ts'
import { publishHealth } from './health-metrics.ts'
import { createRecordOperations } from './record-operations.ts'
import { createRequestLimits, type LimitOptions, type RefusedCounts, type RequestLimits } from './request-limits.ts'
import { clearState, loadState, saveState } from './saved-state.ts'
import { createTagOperations, createTagStore } from './tags.ts'
import { addressesIn } from './wire-answer.ts'
import { createZoneOperations } from './zone-operations.ts'
import { createZoneStore } from './zone-store.ts'

/** What may be set about Route 53 from outside. */
export interface Route53Settings extends LimitOptions {
  /** Local seconds from a change to its `INSYNC`. Default 30; AWS says "generally within 60 seconds". */
  readonly insyncSeconds?: number
}

export interface Route53Options extends Route53Settings {
  readonly clock: LocalClock
  /** What aliases of load balancers mean. Default: there are none, and such aliases are taken on trust. */
  readonly balancers?: BalancerSource
  /** Takes the metrics of the health checks. Default: nobody. */
  readonly metrics?: MetricSink
  /** Real time-outs of the health checks. Default: Route 53's own. */
  readonly probeTimeouts?: ProbeTimeouts
  /** Told when a health check turns, which no call did: who wants that to outlive the process saves `state`. */
  readonly onHealthTurn?: () => void
}

export interface Route53 extends AwsService {
  readonly state: Persistent
  /** The hosted zones, and the zone of the load balancers, for the DNS server. */
  readonly zones: ZoneSource
  readonly health: HealthSource
  /** How many requests the limits have refused. Faults that were injected are not counted. */
  readonly refused: RefusedCounts
  /** Stops the health checks. */
  close(): void
}

/**
 * Route 53 of the rehearsal cloud: hosted zones with their records, changes that take a while to be `INSYNC`, health
 * checks that really check loopback endpoints. It refuses what Route 53 refuses, the account's rate and overlapping
 * changes of a zone included.
 */
export function createRoute53(options: Route53Options): Route53 {
  const { clock, balancers, insyncSeconds = 30 } = options
  const zoneStore = createZoneStore()
  const zones = balancers ? withBalancerZone(zoneStore.source, balancers) : zoneStore.source
  const monitor = createHealthMonitor({
    clock,
    // Called later, when what it needs is there.
    resolve: async (name) => resolveAddresses(resolve, name),
    onTurn: options.onHealthTurn ?? (() => {}),
    ...(options.probeTimeouts && { timeouts: options.probeTimeouts }),
  })
  const healthChecks: HealthChecks = createHealthChecks(monitor)
  const resolve = createResolve({
    zones,
    health: healthChecks.source,
    balancers: balancers ?? { addressesOf: () => null, isHealthy: () => null },
  })
  const limits = createRequestLimits(options)
  const control: ControlPlane = {
    zones: zoneStore,
    changes: createChangeLog(clock.now, insyncSeconds),
    healthChecks,
    tags: createTagStore(),
    limits,
    balancers,
    resolve,
  }
  const stopPublishing = options.metrics ? publishHealth(clock, healthChecks, options.metrics) : () => {}

  return {
    signingName: 'route53',
    apiVersion: '2013-04-01',
    xmlNamespace: 'https://route53.amazonaws.com/doc/2013-04-01/',
    speaksRestXml: true,
    catalogue: sdk,
    throttlingCode: 'Throttling',
    operations: withinRate(limits, {
      ...createZoneOperations(control),
      ...createRecordOperations(control),
      ...createHealthCheckOperations(control),
      ...createTagOperations(control),
    }),
    state: {
      name: 'route53',
      save: () => saveState(control),
      load: (saved) => loadState(control, saved),
      reset: () => clearState(control),
    },
    zones,
    health: healthChecks.source,
    refused: limits.refused,
    close() {
      stopPublishing()
      monitor.forgetAll()
    },
  }
}

function withinRate(limits: RequestLimits, operations: Record<string, AwsOperation>): Record<string, AwsOperation> {
  return Object.fromEntries(
    Object.entries(operations).map(([name, operation]): [string, AwsOperation] => [
      name,
      {
        ...operation,
        handle: (input, call) => {
          limits.takeToken()
          return operation.handle(input, call)
        },
      },
    ]),
  )
}

/** @throws {RangeError} If the name is none. */
function resolveAddresses(resolve: Resolve, name: string): string[] {
  // What a rehearsal on one machine most often means, and what no hosted zone has.
  if (name === 'localhost') return ['127.0.0.1']
  return addressesIn(resolve(normaliseName(name), typeNumbers.A).answers)
}
