import { identityOf } from '../../shared/domain/access/principal.ts'
import { redact } from '../../shared/domain/redact.ts'
import type { RateGuard } from '../../shared/use-cases/access/rate-guard.ts'
import type { SlackCommand } from '../slack/command.ts'
import type { SlackWork } from '../slack/work.ts'
import { principalOf } from './asking.ts'

/** As over REST, these have a count of their own. */
const takesBack: ReadonlySet<SlackCommand['word']> = new Set(['abort', 'pause', 'reject', 'rollback'])

/**
 * How long whoever asks has to wait first, real milliseconds; 0: not at all. Looking counts as well: what is refused is an
 * entry in the audit, whatever it was.
 */
export function waitOf(guard: RateGuard, work: SlackWork): Promise<number> {
  const kind = takesBack.has(work.command.word) ? 'take-back' : 'command'
  return guard.count(kind, `slack ${identityOf(principalOf(work))}`)
}

/** What people type as a reason is kept for good; what looks like a secret in it is not. */
export function withoutSecrets(work: SlackWork): SlackWork {
  const { command } = work
  if (!('reason' in command) || command.reason === undefined) return work
  const clean: SlackCommand = { ...command, reason: redact(command.reason) }
  return { ...work, command: clean }
}
