import { createOutboundRules } from './adapters/http/outbound-rules.ts'
import { createCallOutside } from './adapters/http/outside-call.ts'
import { createHttpProber } from './adapters/http/prober.ts'
import { createHttpWebhookJudge } from './adapters/http/webhook-judge.ts'
import type { Deps } from './deps.ts'
import type { Clock } from './ports/clock.ts'
import { version } from './version.ts'

/**
 * What calls addresses that users name, and the rules of where that may be.
 *
 * @param allowed - Addresses, blocks and hosts that may be called although they are not public.
 * @throws {ConfigError} If an entry is none of these.
 */
export function composeOutside(
  allowed: readonly string[],
  clock: Pick<Clock, 'realNow'>,
): Pick<Deps, 'outboundRules' | 'prober' | 'webhookJudge'> {
  const outboundRules = createOutboundRules(allowed)
  const call = createCallOutside(outboundRules)
  return {
    outboundRules,
    prober: createHttpProber(version, call),
    webhookJudge: createHttpWebhookJudge(version, clock, call),
  }
}
