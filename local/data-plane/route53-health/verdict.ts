import type { HealthCheckConfig } from '@aws-sdk/client-route-53'
import type { CheckState } from './check-state.ts'

/** What a health check says now, `Disabled` and `Inverted` considered. */
export interface Verdict {
  readonly isHealthy: boolean
  /** False until there is enough data; what is healthy then is so by default. */
  readonly isKnown: boolean
}

/** A health check that is gone is no reason to call anything unhealthy. */
const whereGone: Verdict = { isHealthy: true, isKnown: true }

/**
 * Judges one health check.
 *
 * A calculated one is healthy with as many healthy children as `HealthThreshold`: 0 is always healthy, more than there are
 * children never. A disabled one is healthy. What is inverted says the opposite, while it is not known too.
 *
 * @param state - What its own checks have shown; a calculated one has none.
 * @param childVerdict - Undefined: there is no such health check any more.
 * @see Amazon Route 53 API Reference, HealthCheckConfig
 */
export function judgeCheck(
  config: HealthCheckConfig,
  state: CheckState,
  childVerdict: (id: string) => Verdict | undefined,
): Verdict {
  const { isHealthy, isKnown } = judgeUninverted(config, state, childVerdict)
  return { isHealthy: config.Inverted ? !isHealthy : isHealthy, isKnown }
}

function judgeUninverted(
  config: HealthCheckConfig,
  { status }: CheckState,
  childVerdict: (id: string) => Verdict | undefined,
): Verdict {
  if (config.Disabled) return { isHealthy: true, isKnown: true }
  if (config.Type !== 'CALCULATED') return { isHealthy: status !== 'unhealthy', isKnown: status !== 'unknown' }
  const children = (config.ChildHealthChecks ?? []).map((id) => childVerdict(id) ?? whereGone)
  return {
    isHealthy: countHealthy(children) >= (config.HealthThreshold ?? 0),
    isKnown: children.every((child) => child.isKnown),
  }
}

export function countHealthy(verdicts: readonly Verdict[]): number {
  return verdicts.filter(({ isHealthy }) => isHealthy).length
}
