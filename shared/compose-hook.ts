import { createLazyAlbAdapters } from './adapters/alb/lazy-adapters.ts'
import { lazy, toClientConfig } from './adapters/aws-client.ts'
import { withDeadline } from './adapters/deadline.ts'
import { systemClock } from './adapters/system-clock.ts'
import { composeOutside } from './compose-outside.ts'
import { composeCloudWatch, composeSecrets } from './compose-reads.ts'
import { createLogger, type Logger } from './logger.ts'
import type { Clock } from './ports/clock.ts'
import type { HookStatus } from './ports/hook-status.ts'
import type { AnswerDeps } from './use-cases/hooks/answer-hook.ts'
import type { HookReads } from './use-cases/hooks/look-at-hook-gate.ts'

/** Everything that a lifecycle hook needs from outside. */
export type HookDeps = HookReads & AnswerDeps

/** What local mode and tests bring along. */
export interface HookOverrides {
  readonly clock?: Clock
  readonly logger?: Logger
  readonly hookStatus?: HookStatus
  /** What may be called although it is not public. Default: nothing. */
  readonly outboundAllow?: readonly string[]
}

/**
 * The composition root of a lifecycle hook. It runs in the user's own stack: no table, no state machine, and of AWS only
 * what its gate reads.
 *
 * @param region - Of the deployment, its alarms, metrics and secrets.
 */
export function composeHook(region: string, overrides: HookOverrides = {}): HookDeps {
  const clock = overrides.clock ?? systemClock
  return {
    clock,
    logger: overrides.logger ?? createLogger(),
    homeRegion: region,
    within: withDeadline,
    hookStatus: overrides.hookStatus ?? composeHookStatus(region),
    ...composeCloudWatch({ region }, clock),
    ...composeSecrets({ region }, clock),
    targetHealth: createLazyAlbAdapters().targetHealth,
    ...composeOutside(overrides.outboundAllow ?? [], clock),
  }
}

function composeHookStatus(region: string): HookStatus {
  const status = lazy(async () => {
    const [{ CodeDeployClient }, { createCodeDeployHookStatus, hookStatusLimits }] = await Promise.all([
      import('@aws-sdk/client-codedeploy'),
      import('./adapters/codedeploy/hook-status.ts'),
    ])
    return createCodeDeployHookStatus(new CodeDeployClient(toClientConfig(region, hookStatusLimits)))
  })
  return { put: async (answer) => (await status()).put(answer) }
}
