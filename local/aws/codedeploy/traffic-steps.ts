import type { TrafficRoutingConfig } from '@aws-sdk/client-codedeploy'

/** One moment at which traffic moves. */
export interface TrafficStep {
  /** Minutes since AllowTraffic began. */
  readonly atMinutes: number
  /** Share of the replacement in percent, 1 to 100. */
  readonly percent: number
}

/**
 * The steps of a configuration: the first at once, the last with 100 percent.
 *
 * @param routing - Checked before; see `checkRouting`.
 * @see CodeDeploy user guide, "Deployment configurations on an Amazon ECS compute platform"
 */
export function stepsOf(routing: TrafficRoutingConfig | undefined): readonly TrafficStep[] {
  const { timeBasedCanary: canary, timeBasedLinear: linear } = routing ?? {}
  if (routing?.type === 'TimeBasedCanary' && canary) {
    return [
      { atMinutes: 0, percent: canary.canaryPercentage ?? 0 },
      { atMinutes: canary.canaryInterval ?? 0, percent: 100 },
    ]
  }
  if (routing?.type === 'TimeBasedLinear' && linear) {
    const { linearPercentage: percent = 0, linearInterval: interval = 0 } = linear
    const count = Math.ceil(100 / percent)
    return Array.from({ length: count }, (_, index) => ({
      atMinutes: index * interval,
      percent: Math.min(100, (index + 1) * percent),
    }))
  }
  return [{ atMinutes: 0, percent: 100 }]
}

/** Where traffic should be, and when that changes next. */
export interface TrafficAt {
  readonly percent: number
  /** Milliseconds until the next step; undefined after the last. */
  readonly nextInMs: number | undefined
}

/**
 * @param sinceStartMs - Local milliseconds since AllowTraffic began. Below 0, after the clock was set back, it has just
 *   begun: traffic that was moved is not taken away again.
 */
export function trafficAt(steps: readonly TrafficStep[], sinceStartMs: number): TrafficAt {
  const elapsedMs = Math.max(0, sinceStartMs)
  const passed = steps.filter(({ atMinutes }) => atMinutes * 60_000 <= elapsedMs)
  const next = steps[passed.length]
  return {
    percent: passed.at(-1)?.percent ?? 0,
    nextInMs: next && next.atMinutes * 60_000 - elapsedMs,
  }
}
