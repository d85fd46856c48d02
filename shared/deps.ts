import type { Logger } from './logger.ts'
import type { AlarmSource } from './ports/alarm-source.ts'
import type { Alerts } from './ports/alerts.ts'
import type { Chat } from './ports/chat.ts'
import type { CheckInvoker } from './ports/check-invoker.ts'
import type { Clock } from './ports/clock.ts'
import type { DriverFor } from './ports/deployment-driver.ts'
import type { DeploymentStore } from './ports/deployment-store.ts'
import type { HealthCheckSource } from './ports/health-check-source.ts'
import type { HostedZones } from './ports/hosted-zones.ts'
import type { Leases } from './ports/lease.ts'
import type { Line } from './ports/line.ts'
import type { MetricsSource } from './ports/metrics-source.ts'
import type { Notifier } from './ports/notifier.ts'
import type { OutboundRules } from './ports/outbound-rules.ts'
import type { Prober } from './ports/prober.ts'
import type { Propagation } from './ports/propagation.ts'
import type { RateCounts } from './ports/rate-counts.ts'
import type { RequestBudget } from './ports/request-budget.ts'
import type { RollBackInvoker } from './ports/roll-back-invoker.ts'
import type { RouteInspector } from './ports/route-inspector.ts'
import type { SecretSource } from './ports/secret-source.ts'
import type { SeenTriggers } from './ports/seen-triggers.ts'
import type { ServiceStore } from './ports/service-store.ts'
import type { ShownMessages } from './ports/shown-messages.ts'
import type { TargetGroups } from './ports/target-groups.ts'
import type { TargetHealth } from './ports/target-health.ts'
import type { RouterFor, TestRouterFor } from './ports/traffic-router.ts'
import type { WebhookJudge } from './ports/webhook-judge.ts'
import type { Workflow } from './ports/workflow.ts'
import type { ZoneChanges } from './ports/zone-changes.ts'
import type { AccessDeps } from './use-cases/access/access-deps.ts'

/** Everything that the use cases need from outside. */
export interface Deps extends AccessDeps {
  readonly clock: Clock
  readonly services: ServiceStore
  readonly deployments: DeploymentStore
  readonly leases: Leases
  readonly line: Line
  readonly hostedZones: HostedZones
  readonly zoneChanges: ZoneChanges
  readonly propagation: Propagation
  readonly requestBudget: RequestBudget
  readonly rateCounts: RateCounts
  readonly routerFor: RouterFor
  readonly testRouterFor: TestRouterFor
  readonly driverFor: DriverFor
  readonly inspector: RouteInspector
  readonly targetHealth: TargetHealth
  readonly targetGroups: TargetGroups
  readonly metrics: MetricsSource
  readonly alarms: AlarmSource
  readonly healthChecks: HealthCheckSource
  readonly prober: Prober
  readonly webhookJudge: WebhookJudge
  readonly outboundRules: OutboundRules
  readonly secrets: SecretSource
  readonly workflow: Workflow
  readonly rollBackInvoker: RollBackInvoker
  readonly checkInvoker: CheckInvoker
  readonly notifier: Notifier
  readonly chat: Chat
  readonly shownMessages: ShownMessages
  readonly alerts: Alerts
  readonly seenTriggers: SeenTriggers
  /** Where people and programs reach the API, `https://host`: for links in what is sent without being asked. */
  readonly publicUrl: () => string
  readonly logger: Logger
  /**
   * The same reads for one look at many deployments: what several ask about at the same time is asked together, within
   * AWS's rates. Nobody who looks at one deployment should wait for others. What is absent is read as it is here.
   */
  readonly lookTogether: () => SharedReads
  /** The Region that Sluice itself runs in. */
  readonly homeRegion: string
  /** Unique per call: names the holder of a lease. */
  readonly newHolder: () => string
  /** A new deployment id, sortable by time: `dep_` and a ULID. */
  readonly newDeploymentId: () => string
}

/**
 * Reads that many share. Writes go through them unchanged, and whoever reads before a write reads alone. `deployments` is
 * the same store over connections of its own, so that who acts does not queue behind hundreds who look.
 */
export type SharedReads = Partial<
  Pick<
    Deps,
    'deployments' | 'routerFor' | 'targetHealth' | 'targetGroups' | 'metrics' | 'alarms' | 'healthChecks' | 'workflow'
  >
> & {
  /** Begins a rollback when its turn comes, where many begin at the same time. Default: at once. */
  readonly rollBackInTurn?: InTurn
}

/** @throws {TransientError} If the turn would come too late; nothing was begun. */
export type InTurn = <T>(call: () => Promise<T>) => Promise<T>
