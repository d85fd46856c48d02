import type { GroupHealth } from '../domain/capacity.ts'

export type { GroupHealth }

/** Are the targets of one target group healthy. */
export interface TargetHealth {
  /**
   * Health of every registered target, paged to the end.
   * @throws {NotFoundError} If there is no such group.
   * @throws {TransientError} If health is not available now: never read that as unhealthy.
   */
  read(targetGroupArn: string): Promise<GroupHealth>
}
