/** Are the targets of one target group healthy. */
export interface TargetHealth {
  /**
   * Health of every registered target, paged to the end.
   * @throws {NotFoundError} If there is no such group.
   * @throws {TransientError} If health is not available now: never read that as unhealthy.
   */
  read(targetGroupArn: string): Promise<GroupHealth>
}

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
}
