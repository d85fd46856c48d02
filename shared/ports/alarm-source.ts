/** States of CloudWatch alarms, metric and composite. */
export interface AlarmSource {
  /**
   * One entry per name, in the order asked. A name that does not exist has `state: 'missing'`.
   * @param sinceMs - Also look for a change to ALARM at or after this instant; null: only the state now.
   * @throws {TransientError} If the provider cannot be asked.
   */
  read(names: readonly string[], sinceMs: number | null): Promise<readonly AlarmReading[]>
}

export interface AlarmReading {
  readonly name: string
  readonly state: 'OK' | 'ALARM' | 'INSUFFICIENT_DATA' | 'missing'
  /** When the state last changed (not merely its evaluation), ISO 8601; null when unknown. */
  readonly changedAt: string | null
  /** First change to ALARM at or after `sinceMs`, ISO 8601; null when there was none. */
  readonly wentToAlarmAt: string | null
  /** Set when the provider could not evaluate the alarm. */
  readonly evaluationProblem: string | null
  /** Period × evaluation periods, seconds; null for composite alarms. */
  readonly spanSeconds: number | null
}
