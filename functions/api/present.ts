import type { Deployment, DeploymentEvent, Finding, RollbackReadiness } from '../../shared/domain/deployment.ts'
import type { DriftChange } from '../../shared/domain/drift.ts'
import { explainShortfall } from '../../shared/domain/findings/detection.ts'
import type { SettledBucket } from '../../shared/domain/gates/compare-buckets.ts'
import type { LateWatch } from '../../shared/domain/late-watch.ts'
import { resolverLagSeconds } from '../../shared/domain/resolver-lag.ts'
import type { SideCounts } from '../../shared/domain/sequential-test.ts'
import { type Route, resourceOf, type Service } from '../../shared/domain/service.ts'
import type { RawWeights } from '../../shared/domain/traffic.ts'
import { toInstant } from '../../shared/ports/clock.ts'
import type { GateDetection } from '../../shared/use-cases/estimate-detection.ts'
import type { DeploymentPlan } from '../../shared/use-cases/plan-deployment.ts'
import type { DeploymentView } from '../../shared/use-cases/read-deployment.ts'
import type { Traffic } from '../../shared/use-cases/read-traffic.ts'
import { presentDriver, presentSides } from './present-driver.ts'

const notAssessed: RollbackReadiness = { ready: false, reasons: ['not looked at yet'], estimatedSeconds: 0 }

/**
 * A deployment as the API shows it.
 *
 * @param baseUrl - Where the caller reached us, `https://host`: links are absolute.
 */
export function presentDeployment({ deployment, measures, queue }: DeploymentView, baseUrl: string) {
  const { id, service, phase, cause, version, stable, canary, step, weight, effectiveWeight, plan } = deployment
  const { findings, approvals, createdBy, createdAt, nextActionAt, endedAt, revisionLabel, reason } = deployment
  const self = `${baseUrl}/v1/deployments/${id}`
  return {
    id,
    service,
    ...(revisionLabel !== null && { revision: revisionLabel }),
    ...(reason !== null && { reason }),
    phase,
    cause,
    version,
    stable,
    canary,
    step,
    weight,
    effectiveWeight,
    observedWeight: measures?.observedWeight ?? null,
    strategy: deployment.settings.strategy,
    plan: { ...plan, ...presentLag(resolverLagSeconds(deployment)) },
    routes: deployment.settings.routes.map((route) => presentProgress(route, deployment)),
    driver: presentDriver(deployment),
    ...presentLate(deployment),
    ...(deployment.tail && { tail: deployment.tail }),
    ...((phase === 'shifting' || phase === 'queued') && deployment.waitsFor && { waitsFor: deployment.waitsFor }),
    ...(queue && { queue }),
    gates: measures?.gates ?? [],
    findings,
    approvals,
    rollback: measures?.rollback ?? notAssessed,
    createdBy,
    createdAt,
    nextActionAt,
    endedAt,
    links: { ...deployment.links, self, events: `${self}/events`, console: `${baseUrl}/#/deployments/${id}` },
  }
}

/** A late rollback and what it took back name each other. */
function presentLate({ lateRollbackOf, forced, lateRollbackBy }: Deployment) {
  return {
    ...(lateRollbackOf !== undefined && { lateRollbackOf, forced: forced ?? false }),
    ...(lateRollbackBy !== undefined && { lateRollbackBy }),
  }
}

/** DNS alone has it: elsewhere clients follow at once. */
function presentLag(resolverLagSeconds: number) {
  return resolverLagSeconds > 0 ? { resolverLagSeconds } : {}
}

function presentProgress(route: Route, { routes, goal, endedAt }: Deployment) {
  const resource = resourceOf(route)
  const progress = routes.find((one) => one.resource === resource)
  // A rollback writes over whatever is there: from its decision on there is nothing left to settle.
  const drift = goal === 'plan' && endedAt === null ? progress?.drift : undefined
  return {
    kind: route.kind,
    resource,
    wave: route.wave,
    ...presentSides(route),
    ...(drift && { drift: { at: drift.at, ...presentDrift(drift) } }),
    ...(progress?.restore && { restore: progress.restore }),
  }
}

function presentDrift({ before, after, beyondWeights }: DriftChange) {
  return { before: before && presentWeights(before), after: presentWeights(after), beyondWeights }
}

const noLateWatch: LateWatch = { seconds: 0, action: 'notify' }

/** A service as its owner wrote it, every default filled in; settings that are not available yet show as off. */
export function presentService(service: Service, findings?: readonly Finding[]) {
  const {
    revision: _lock,
    concurrency = 'reject',
    freeze = [],
    lateWatch = noLateWatch,
    notify = {},
    ...document
  } = service
  return {
    ...document,
    concurrency,
    freeze,
    lateWatch,
    notify,
    ...(findings && { findings }),
  }
}

export function presentEvent(event: DeploymentEvent) {
  const { before, after, ...rest } = event
  return { ...rest, ...(before && { before: presentWeights(before) }), ...(after && { after: presentWeights(after) }) }
}

export function presentBucket({ startMs, endMs, step, weight, strata }: SettledBucket) {
  const presentSide = ({ requests, bad }: SideCounts) => ({ requests, bad })
  return {
    startAt: toInstant(startMs),
    endAt: toInstant(endMs),
    step,
    weight,
    strata: strata.map(({ stable, canary }) => ({ stable: presentSide(stable), canary: presentSide(canary) })),
  }
}

/** Raw weights by slot. A side that left the routing action gets nothing, which is what 0 says. */
export function presentWeights(weights: RawWeights) {
  return { blue: weights.blue ?? 0, green: weights.green ?? 0 }
}

export function presentPlan(plan: DeploymentPlan) {
  const { steps, writes, minimumSeconds, exposurePercentMinutes, cost, detection, findings } = plan
  return {
    steps,
    writes: writes.map((write) => ({
      ...write,
      before: write.before && presentWeights(write.before),
      after: write.after && presentWeights(write.after),
    })),
    minimumSeconds,
    exposurePercentMinutes,
    ...presentLag(plan.resolverLagSeconds),
    cost,
    detection: detection.map(presentDetection),
    findings,
  }
}

function presentDetection({ traffic, steps, reason, ...gate }: GateDetection) {
  return {
    ...gate,
    requestsPerMinute: traffic && toDigits(traffic.requestsPerMinute),
    baselineRate: traffic && toDigits(traffic.baselineRate),
    steps: steps.map(({ step, weight, detected, shortfall, ...rest }) => ({
      step,
      weight,
      ...(detected ?? { ratio: null, rate: null, seconds: null, failedRequests: null }),
      ...(shortfall && { reason: explainShortfall({ weight, detected, ...rest }, shortfall) }),
    })),
    ...(reason !== null && { reason }),
  }
}

function toDigits(value: number): number {
  return Number(value.toPrecision(4))
}

export function presentTraffic({ routes, leases, rollback }: Traffic) {
  return {
    routes: routes.map((route) => ({
      ...route,
      raw: route.raw && presentWeights(route.raw),
      lastWritten: route.lastWritten && presentWeights(route.lastWritten),
      drift: route.raw === null || route.lastWritten === null ? null : route.drift !== null,
      foreignChange: route.drift && { ...presentDrift(route.drift), reason: route.drift.reason },
    })),
    leases: leases.map(({ resource, holder, fence, expiresAtMs }) => ({
      resource,
      holder,
      fence,
      expiresAt: toInstant(expiresAtMs),
    })),
    rollback,
  }
}
