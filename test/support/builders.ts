import type { Actor, Deployment, DeploymentEvent, DeploymentMeasures } from '../../shared/domain/deployment.ts'
import type { DriverProgress } from '../../shared/domain/driver-progress.ts'
import type { SettledBucket } from '../../shared/domain/gates/compare-buckets.ts'
import type { AlbRoute, CodeDeployRoute, LambdaAliasRoute, Service } from '../../shared/domain/service.ts'
import type { RouteState } from '../../shared/domain/traffic.ts'

const region = 'arn:aws:elasticloadbalancing:eu-west-1:123456789012'

/** ARNs of one service behind one load balancer, as every builder here uses them. */
export const webArns = {
  rule: `${region}:listener-rule/app/shop/50dc6c495c0c9188/f2f7dc8efc522ab2/9683b2d02a6cabee`,
  blue: `${region}:targetgroup/web-blue/73e2d6bc24d8a067`,
  green: `${region}:targetgroup/web-green/943f017f100becff`,
}

export const aDeployer: Actor = { kind: 'token', name: 'ci' }

/** A rule that divides traffic between `web-blue` and `web-green`. */
export function anAlbRoute(overrides: { readonly ruleArn?: string; readonly wave?: number } = {}): AlbRoute {
  return { kind: 'alb', ruleArn: webArns.rule, blue: webArns.blue, green: webArns.green, wave: 1, ...overrides }
}

/** The alias `live` of `checkout`, version 1 in blue and 2 in green. */
export function anAliasRoute(overrides: Partial<LambdaAliasRoute> = {}): LambdaAliasRoute {
  const versions = { blue: '1', green: '2' }
  return { kind: 'lambda-alias', functionName: 'checkout', alias: 'live', ...versions, wave: 1, ...overrides }
}

/** Everything to blue, nothing else in the action. */
export function aRouteState(overrides: Partial<RouteState> = {}): RouteState {
  return { weights: { blue: 100, green: 0 }, settings: '{"stickiness":null}', raw: { order: 1 }, ...overrides }
}

/** The service `web`: one rule, a canary of 10 %, no gates, saved once. */
export function aService(overrides: Partial<Service> = {}): Service {
  return {
    name: 'web',
    routes: [anAlbRoute()],
    strategy: { type: 'canary', percent: 10, intervalSeconds: 1800, bakeSeconds: 600 },
    gates: [],
    settleSeconds: 10,
    approvals: { required: 1, timeoutSeconds: 86_400 },
    onDrift: 'halt',
    createdAt: '2026-01-01T00:00:00.000Z',
    updatedAt: '2026-01-01T00:00:00.000Z',
    revision: 0,
    ...overrides,
  }
}

/** A deployment of `web` from blue to green that was just created: canary of 10 %, no gates, no events. */
export function aDeployment(overrides: Partial<Deployment> = {}): Deployment {
  const { routes, strategy, gates, settleSeconds, approvals, onDrift } = aService()
  return {
    schemaVersion: 1,
    id: 'dep_01KDVDNC00000000000000WEB1',
    service: 'web',
    version: 1,
    revision: 1,
    phase: 'preparing',
    cause: null,
    goal: 'plan',
    stage: 'preparing',
    hold: null,
    stable: 'blue',
    canary: 'green',
    settings: { routes, strategy, gates, settleSeconds, approvals, onDrift },
    revisionLabel: 'git:3f2a91c',
    reason: 'release 42',
    links: {},
    overrides: [],
    plan: {
      steps: [
        { weight: 10, effectiveWeight: 10, bakeSeconds: 1800, approval: false },
        { weight: 100, effectiveWeight: 100, bakeSeconds: 600, approval: false },
      ],
      minimumSeconds: 2400,
      exposurePercentMinutes: 300,
    },
    step: 0,
    target: 0,
    weight: 0,
    effectiveWeight: 0,
    firstShiftAt: null,
    settledAt: null,
    bakeEndsAt: null,
    deadlineAt: null,
    promote: null,
    overwriteDrift: false,
    waivedGates: [],
    approvals: [],
    findings: [],
    routes: [{ resource: webArns.rule, snapshot: null, touched: false, stableHealthyBefore: null, test: null }],
    execution: 1,
    createdBy: aDeployer,
    createdAt: '2026-01-01T00:00:00.000Z',
    nextActionAt: null,
    endedAt: null,
    eventSeq: 0,
    lastEvents: [],
    ...overrides,
  }
}

/** A note by the system; `seq` 1. */
export function anEvent(overrides: Partial<DeploymentEvent> = {}): DeploymentEvent {
  return {
    seq: 1,
    at: '2026-01-01T00:00:00.000Z',
    type: 'note',
    actor: { kind: 'system', name: 'workflow' },
    reason: 'created',
    ...overrides,
  }
}

/** Measurements before the first look: no reports, rollback ready. */
export function someMeasures(overrides: Partial<DeploymentMeasures> = {}): DeploymentMeasures {
  return {
    revision: 1,
    gates: [],
    memories: {},
    observedWeight: null,
    rollback: { ready: true, reasons: [], estimatedSeconds: 2 },
    ...overrides,
  }
}

/** Minute number `minute` (from 0) of 2026 in step 0 at 10 %: 900 requests on stable, 100 on the canary, one of each bad. */
export function aSettledBucket(minute: number, overrides: Partial<SettledBucket> = {}): SettledBucket {
  const startMs = Date.UTC(2026, 0, 1) + minute * 60_000
  const strata = [{ stable: { requests: 900, bad: 1 }, canary: { requests: 100, bad: 1 } }]
  return { startMs, endMs: startMs + 60_000, step: 0, weight: 10, strata, ...overrides }
}

export const groupResource = 'codedeploy:web/prod'

/** A route that CodeDeploy moves: the web rule's listener, between its two groups. */
export function aCodeDeployRoute(overrides: Partial<CodeDeployRoute> = {}): CodeDeployRoute {
  return {
    ...{ kind: 'codedeploy', applicationName: 'web', deploymentGroupName: 'prod', wave: 1 },
    ...{ onForeignDeployment: 'refuse', moves: anAlbRoute() },
    ...overrides,
  }
}

export function aDriverProgress(overrides: Partial<DriverProgress> = {}): DriverProgress {
  return {
    ...{ deploymentId: 'd-A1B2C3D4E', status: 'in-progress', weight: 0, waitsFor: null, events: [] },
    ...{ error: null, rollbackId: null },
    ...overrides,
  }
}

/** A deployment whose shift CodeDeploy owns and has begun. */
export function aDrivenDeployment(overrides: Partial<Deployment> = {}, progress: Partial<DriverProgress> = {}) {
  const deployment = aDeployment()
  const wantedAt = '2026-01-01T00:00:00.000Z'
  return aDeployment({
    ...{ phase: 'shifting', stage: 'shifting', goal: 'plan' },
    settings: { ...deployment.settings, routes: [aCodeDeployRoute()] },
    routes: [{ resource: groupResource, snapshot: null, touched: true, stableHealthyBefore: null, test: null }],
    driven: { wantedAt, isAdopted: false, progress: aDriverProgress(progress), takingBack: null },
    ...overrides,
  })
}
