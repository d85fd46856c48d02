import type { GroupHealth } from '../capacity.ts'
import type { CodeDeployRevision } from '../codedeploy-revision.ts'
import type { Finding } from '../deployment.ts'
import type { AlarmReading } from '../gates/alarms.ts'
import type { CountsReading } from '../gates/compare-buckets.ts'
import type { Gate } from '../gates/gate.ts'
import type { MetricsReading } from '../gates/metric.ts'
import type { SeriesReading } from '../gates/own-metric.ts'
import type { HealthCheckReading } from '../gates/route53-health.ts'
import type { Plan } from '../plan.ts'
import type { AliasFacts, RouteFacts } from '../route-facts.ts'
import { type Route, resourceOf } from '../service.ts'
import type { Strategy } from '../strategy.ts'
import type { RouteState, Slot } from '../traffic.ts'

/** All that the preflight looks at, gathered before. */
export interface PreflightFacts {
  /** When a service is stored the canary's side may still be empty; when a deployment starts it may not. */
  readonly at: 'put' | 'deployment'
  readonly routes: readonly CheckedRoute[]
  /** Null where the routing does not tell which slot serves. */
  readonly roles: { readonly stable: Slot; readonly canary: Slot } | null
  readonly plan: Plan
  readonly gates: readonly Gate[]
  readonly alarms: readonly AlarmReading[]
  /** What the metric gates would have read of stable lately. */
  readonly metrics: readonly { readonly gate: string; readonly reading: MetricsReading | SeriesReading }[]
  /** What the compare gates would have counted lately; only stable's side tells anything. */
  readonly counts: readonly { readonly gate: string; readonly reading: CountsReading }[]
  /** What the `route53-health` gates would have read lately. */
  readonly healthChecks: readonly { readonly gate: string; readonly checks: readonly HealthCheckReading[] }[]
  readonly notLookedAt: readonly NotLookedAt[]
  /** With a codedeploy route; absent otherwise. */
  readonly driven?: DrivenWish & {
    /** The alias that an AppSpec for Lambda names; null on other platforms, or where it could not be looked at. */
    readonly alias: AliasFacts | null
  }
}

/** What a driver is to do. */
export interface DrivenWish {
  readonly strategy: Strategy
  /** Null when a service is stored, and where a running deployment is taken over. */
  readonly revision: CodeDeployRevision | null
}

export interface CheckedRoute {
  readonly route: Route
  /** Null where the route could not be looked at. */
  readonly facts: RouteFacts | null
  /** By slot; null where it could not be read. */
  readonly health: Readonly<Record<Slot, GroupHealth | null>>
  /** What we last wrote, or were about to write: weights like these are not foreign. */
  readonly ours: readonly RouteState[]
}

/** Something that a complete preflight would have seen. */
export interface NotLookedAt {
  /** Subject of the finding: `alarms`, `target-health:blue`. */
  readonly what: string
  readonly reason: string
}

/** A finding id of one route: its `code`, with `detail` (a slot) if given; with several routes the resource too. */
export function idOf(facts: PreflightFacts, checked: CheckedRoute, code: string, detail?: string): string {
  const resource = facts.routes.length > 1 ? [nameOf(resourceOf(checked.route))] : []
  return [code, ...resource, ...(detail === undefined ? [] : [detail])].join(':')
}

/** The last part of an ARN, `targetgroup/web-blue/73e2d6bc24d8a067`; of a record set `Z1D633PJN98FT9/app.example.com/A`. */
function nameOf(arn: string): string {
  return arn.slice(arn.lastIndexOf(':') + 1)
}

export function anError(id: string, title: string, detail: string): Finding {
  return { id, severity: 'error', title, detail }
}

export function aWarning(id: string, title: string, detail: string): Finding {
  return { id, severity: 'warning', title, detail }
}
