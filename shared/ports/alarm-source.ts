import type { AlarmReading } from '../domain/gates/alarms.ts'

export type { AlarmReading }

/** States of CloudWatch alarms, metric and composite. */
export interface AlarmSource {
  /**
   * One entry per name, in the order asked. A name that does not exist has `state: 'missing'`.
   * @param sinceMs - Also look for a change to ALARM at or after this instant; null: only the state now.
   * @throws {TransientError} If the provider cannot be asked now.
   * @throws {UpstreamError} If it refuses to answer: access denied.
   */
  read(names: readonly string[], sinceMs: number | null): Promise<readonly AlarmReading[]>
}
