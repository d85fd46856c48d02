import type { GroupHealth } from '../../shared/domain/capacity.ts'
import type { AlarmReading } from '../../shared/domain/gates/alarms.ts'
import type { SettledWindow } from '../../shared/domain/gates/compare.ts'
import type { CountedWindow, SettledBucket, StratumReading } from '../../shared/domain/gates/compare-buckets.ts'
import type {
  AlarmsGate,
  CompareGate,
  GateCommon,
  LookContext,
  MetricGate,
  ProbeGate,
  Route53HealthGate,
  TargetHealthGate,
  WebhookGate,
} from '../../shared/domain/gates/gate.ts'
import type { MetricsWindow } from '../../shared/domain/gates/metric.ts'
import { defaultParameters } from '../../shared/domain/sequential-test.ts'
import { aStratum, type Counts } from './comparison.ts'

/** When the step in these builders had settled. */
export const settledAtMs = Date.UTC(2026, 0, 1, 12, 0, 0)

const common: Omit<GateCommon, 'name'> = {
  mode: 'enforce',
  onFail: 'roll-back',
  noDataLimit: 3,
  onNoData: 'roll-back',
  graceSeconds: 240,
  maxExtendSeconds: 900,
}

export function aTargetHealthGate(overrides: Partial<TargetHealthGate> = {}): TargetHealthGate {
  return { ...common, kind: 'target-health', name: 'target-health', minHealthyPercent: 100, ...overrides }
}

export function anAlarmsGate(overrides: Partial<AlarmsGate> = {}): AlarmsGate {
  return { ...common, kind: 'alarms', name: 'alarms', alarmNames: ['web-5xx'], ...overrides }
}

/** Error rate at most 1 %, two bad windows fail, at least 100 requests. */
export function aMetricGate(overrides: Partial<MetricGate> = {}): MetricGate {
  return {
    ...common,
    kind: 'metric',
    name: 'errors',
    metric: 'error-rate',
    max: 0.01,
    failures: 2,
    minRequests: 100,
    ...overrides,
  }
}

/** Errors of the load balancers, with the parameters that a gate has where its document names none. */
export function aCompareGate(overrides: Partial<CompareGate> = {}): CompareGate {
  const own = { kind: 'compare', name: 'compare', source: 'router', weight: 1, atStepEnd: 'advance' } as const
  return { ...common, ...defaultParameters(overrides.measure ?? 'errors'), ...own, ...overrides }
}

export function aProbeGate(overrides: Partial<ProbeGate> = {}): ProbeGate {
  return {
    ...common,
    kind: 'probe',
    name: 'probe',
    url: 'http://{side}.example.com/health',
    method: 'GET',
    headers: {},
    expectStatus: '200-299',
    timeoutSeconds: 5,
    failures: 3,
    successes: 2,
    when: 'both',
    ...overrides,
  }
}

/** Two health checks, both of which must be healthy. */
export function aRoute53HealthGate(overrides: Partial<Route53HealthGate> = {}): Route53HealthGate {
  return {
    ...common,
    kind: 'route53-health',
    name: 'checks',
    healthCheckIds: ['check-a', 'check-b'],
    minHealthy: 2,
    ...overrides,
  }
}

export function aWebhookGate(overrides: Partial<WebhookGate> = {}): WebhookGate {
  return {
    ...common,
    kind: 'webhook',
    name: 'judge',
    url: 'https://{side}.example.com/judge',
    secretName: '/sluice/judge',
    timeoutSeconds: 10,
    when: 'both',
    ...overrides,
  }
}

/** A look in step 0 at 10 %, `seconds` after the weight settled. */
export function aLook(seconds: number, overrides: Partial<LookContext> = {}): LookContext {
  return {
    step: 0,
    nowMs: settledAtMs + seconds * 1000,
    settledAtMs,
    firstShiftAtMs: settledAtMs - 20_000,
    weight: 10,
    ...overrides,
  }
}

/** A look before any traffic, `seconds` after verifying began. */
export function aVerifyingLook(seconds: number): LookContext {
  return aLook(seconds, { step: -1, firstShiftAtMs: null, weight: 0 })
}

/** Minute number `minute` (from 0) of the step: 1,000 requests without errors. */
export function aWindow(minute: number, overrides: Partial<MetricsWindow> = {}): MetricsWindow {
  const startMs = settledAtMs + minute * 60_000
  return { startMs, endMs: startMs + 60_000, requests: 1000, errors: 0, latencySeconds: null, ...overrides }
}

/** Minute number `minute` (from 0) of the step: 900 requests on stable, 100 on the canary, none of them bad. */
export function aCountedWindow(minute: number, { stable = {}, canary = {} }: SomeReadings = {}): CountedWindow {
  const { startMs, endMs } = aWindow(minute)
  const strata = [{ stable: { requests: 900, bad: 0, ...stable }, canary: { requests: 100, bad: 0, ...canary } }]
  return { startMs, endMs, strata }
}

/** That minute as it was settled in step 0 at 10 %: requests on canary and stable, then the bad ones of each. */
export function aSettledWindow(minute: number, counts: Counts, overrides: Partial<SettledBucket> = {}): SettledWindow {
  const { startMs, endMs } = aWindow(minute)
  return { type: 'bucket', bucket: { startMs, endMs, step: 0, weight: 10, strata: [aStratum(counts)], ...overrides } }
}

interface SomeReadings {
  readonly stable?: Partial<StratumReading['stable']>
  readonly canary?: Partial<StratumReading['canary']>
}

/** A side of which its source has nothing. */
export const noReading = { requests: null, bad: null } as const

/** All `total` targets healthy. */
export function aGroupHealth(total: number, overrides: Partial<GroupHealth> = {}): GroupHealth {
  return { total, healthy: total, unknown: 0, reasons: [], unused: false, ...overrides }
}

/** `web-5xx`, OK. */
export function anAlarm(overrides: Partial<AlarmReading> = {}): AlarmReading {
  return {
    name: 'web-5xx',
    state: 'OK',
    changedAt: null,
    wentToAlarmAt: null,
    evaluationProblem: null,
    spanSeconds: 60,
    ...overrides,
  }
}
