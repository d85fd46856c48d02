/** Health of one target group's registered targets. */
export interface GroupHealth {
  /** Targets that are registered, draining ones excluded. */
  readonly total: number
  readonly healthy: number
  /** Targets whose health nobody checks (health checks off): they count neither as healthy nor as unhealthy. */
  readonly unknown: number
  /** Not healthy ones with the provider's reason, at most 20: `10.0.0.1:80 unhealthy Target.Timeout`. */
  readonly reasons: readonly string[]
  /** True while the group is used by no rule or listener, so nothing checks its health. */
  readonly unused: boolean
  /**
   * Set where nobody was asked, but hosts were counted: the minute that was, ISO 8601. Then every target is healthy, and
   * one that was registered since is missing.
   */
  readonly countedAt?: string
}

/**
 * How many healthy targets a side needs for its share of the traffic: as many as that share of the other side's
 * healthy count, rounded up, at least one.
 *
 * @param need.sharePercent - What the side gets, or is to get, percent 0–100, at most one decimal.
 * @param need.otherHealthy - Available targets of the other side.
 */
export function neededHealthy(need: { readonly sharePercent: number; readonly otherHealthy: number }): number {
  // In tenths: 70 % of 10 must be 7, and 0.7 * 10 is 7.000000000000001.
  return Math.max(1, Math.ceil((Math.round(need.sharePercent * 10) * need.otherHealthy) / 1000))
}

/**
 * Targets that can take traffic. Where health checks are off nobody knows better, so those count; whoever shows the
 * number says so beside it.
 */
export function availableTargets(health: Pick<GroupHealth, 'healthy' | 'unknown'>): number {
  return health.healthy + health.unknown
}
