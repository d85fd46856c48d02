import type { GroupHealth } from '../domain/capacity.ts'

export type { GroupHealth }

/** Are the targets of one target group healthy. */
export interface TargetHealth {
  /**
   * Health of every registered target, paged to the end.
   * @throws {NotFoundError} If there is no such group.
   * @throws {TransientError} If health is not available now: never read that as unhealthy.
   */
  read(targetGroupArn: string, wish?: HealthWish): Promise<GroupHealth>
}

export interface HealthWish {
  /** The load balancer of the group, where the caller knows it: spares a source of counts to look for it. */
  readonly loadBalancerArn?: string
  /** True: as it is now, and no count of some minutes ago (`countedAt`). Default false. */
  readonly fresh?: boolean
}
