/** What the results of one health check have shown so far. Plain JSON, as it is saved. */
export interface CheckState {
  /** `unknown` until there is enough data; Route 53 takes such a check for healthy. */
  readonly status: 'unknown' | 'healthy' | 'unhealthy'
  /** Consecutive results that speak against `status`. */
  readonly streak: number
}

export const newCheckState: CheckState = { status: 'unknown', streak: 0 }

/**
 * Adds one result. As many consecutive results as the failure threshold turn the status, in either direction; one pass
 * confirms a new check, which counts as healthy anyway.
 *
 * @param failureThreshold - From 1 to 10.
 * @see Amazon Route 53 API Reference, HealthCheckConfig, FailureThreshold
 */
export function judgeResult(state: CheckState, passed: boolean, failureThreshold: number): CheckState {
  const shown = passed ? 'healthy' : 'unhealthy'
  if (state.status === shown || (state.status === 'unknown' && passed)) return { status: shown, streak: 0 }
  const streak = state.streak + 1
  return streak >= failureThreshold ? { status: shown, streak: 0 } : { status: state.status, streak }
}
