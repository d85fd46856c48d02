/** Where target groups hang. */
export interface TargetGroups {
  /**
   * The load balancer that a target group belongs to; null where it is in no action, or there is no such group.
   * @throws {TransientError | UpstreamError}
   */
  loadBalancerOf(targetGroupArn: string): Promise<string | null>
}
