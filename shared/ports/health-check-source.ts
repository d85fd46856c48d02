import type { HealthCheckReading } from '../domain/gates/route53-health.ts'

export type { HealthCheckReading }

/** Status of Route 53 health checks, as their checkers report it. */
export interface HealthCheckSource {
  /**
   * One entry per id, in the order asked: the status in the newest whole minute that is visible, of the last five.
   * A check that does not exist has no data, as one that was just created.
   * @throws {TransientError} If the provider cannot be asked now.
   * @throws {UpstreamError} If it refuses to answer: access denied.
   */
  read(ids: readonly string[]): Promise<readonly HealthCheckReading[]>
}
