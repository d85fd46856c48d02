import type {
  Action,
  RuleCondition,
  TargetDescription,
  TargetHealthDescription,
} from '@aws-sdk/client-elastic-load-balancing-v2'

/**
 * What carries traffic, as the control plane sees it. The control plane (local/aws/elastic-load-balancing-v2) owns the
 * resources and hands every change over; the data plane listens, forwards, checks health and counts.
 */
export interface DataPlane {
  /** Starts a listener, or gives a running one its new rules at once, between two requests. */
  putListener(config: ListenerConfig): Promise<void>
  /** Stops accepting, lets requests in flight end, closes the socket. */
  removeListener(listenerArn: string): Promise<void>
  /** Creates a target group or changes its health check and attributes. */
  putTargetGroup(config: TargetGroupConfig): void
  removeTargetGroup(targetGroupArn: string): void
  /** Registers targets; health checks start once the group is used by a listener. Already registered: no change. */
  registerTargets(targetGroupArn: string, targets: readonly TargetDescription[]): void
  /** Starts draining: no new requests, `draining` until the deregistration delay is over, then gone. */
  deregisterTargets(targetGroupArn: string, targets: readonly TargetDescription[]): void
  /** Health of every registered or draining target; for asked targets that are not there `unused/Target.NotRegistered`. */
  targetHealth(targetGroupArn: string, targets?: readonly TargetDescription[]): TargetHealthDescription[]
  /** Stops everything; used by tests and at reset. */
  close(): Promise<void>
}

export interface ListenerConfig {
  readonly arn: string
  readonly loadBalancerArn: string
  /** `app/my-lb/50dc6c495c0c9188`: the LoadBalancer dimension of its metrics. */
  readonly loadBalancerDimension: string
  /** Loopback address and port to listen on. */
  readonly address: string
  readonly port: number
  /** Attributes of the load balancer, as AWS spells them (`idle_timeout.timeout_seconds`, …). */
  readonly attributes: Readonly<Record<string, string>>
  /** Ascending by priority; the default rule, without conditions, is last. */
  readonly rules: readonly ListenerRule[]
}

export interface ListenerRule {
  readonly arn: string
  readonly conditions: readonly RuleCondition[]
  /** In `Order`; the last one routes (forward, fixed-response or redirect). */
  readonly actions: readonly Action[]
}

export interface TargetGroupConfig {
  readonly arn: string
  /** `targetgroup/my-tg/73e2d6bc24d8a067`: the TargetGroup dimension of its metrics. */
  readonly dimension: string
  readonly protocol: string
  /** Default port of its targets. */
  readonly port: number
  readonly targetType: string
  readonly healthCheck: {
    readonly enabled: boolean
    readonly protocol: string
    /** `traffic-port` or a number. */
    readonly port: string
    readonly path: string
    /** Local seconds. */
    readonly intervalSeconds: number
    /** Real seconds. */
    readonly timeoutSeconds: number
    readonly healthyThreshold: number
    readonly unhealthyThreshold: number
    /** HTTP codes that count as healthy: `200`, `200,202`, `200-299`. */
    readonly matcher: string
  }
  /** Attributes as AWS spells them (`deregistration_delay.timeout_seconds`, `slow_start.duration_seconds`, …). */
  readonly attributes: Readonly<Record<string, string>>
}

/** Where the data plane leaves its counts; the CloudWatch of the rehearsal cloud implements it. */
export interface MetricSink {
  /** Adds observations to one metric's minute. Called at the end of each local minute, and may be called again for it. */
  record(datum: MetricObservations): void
}

export interface MetricObservations {
  readonly namespace: string
  readonly metricName: string
  readonly dimensions: Readonly<Record<string, string>>
  readonly unit: string
  /** Local time of the observations, in milliseconds since the epoch. */
  readonly at: number
  /** Distinct values and how often each was seen: the form of PutMetricData's Values and Counts. */
  readonly values: readonly number[]
  readonly counts: readonly number[]
}
