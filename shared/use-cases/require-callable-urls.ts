import type { Deps } from '../deps.ts'
import { type Problem, ValidationError } from '../domain/errors.ts'
import type { Gate } from '../domain/gates/gate.ts'

/**
 * An address that is refused in any case is told where it is written down, not when a deployment waits for it.
 *
 * @throws {ValidationError} With the path of each address that probes and webhooks may not call.
 */
export function requireCallableUrls({ outboundRules }: Pick<Deps, 'outboundRules'>, gates: readonly Gate[]): void {
  const problems = gates.flatMap((gate, index): readonly Problem[] => {
    if (!('url' in gate)) return []
    const refused = outboundRules.whyRefused(gate.url)
    return refused === null ? [] : [{ path: `gates[${index}].url`, message: refused }]
  })
  if (problems.length > 0) throw new ValidationError('a gate would call an address that is not allowed', problems)
}
