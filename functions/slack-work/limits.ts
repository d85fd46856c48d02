import { identityOf } from '../../shared/domain/access/principal.ts'
import { redact } from '../../shared/domain/redact.ts'
import type { RateGuard } from '../../shared/use-cases/access/rate-guard.ts'
import type { SlackCommand } from '../slack/command.ts'
import type { SlackWork } from '../slack/work.ts'
import { principalOf } from './asking.ts'

/** How long whoever asks has to wait first, as the same person would over the REST API; real milliseconds, 0: not at all. */
export async function waitOf(guard: RateGuard, work: SlackWork): Promise<number> {
  const caller = `slack ${identityOf(principalOf(work))}`
  switch (work.command.word) {
    case 'status':
    case 'plan':
    case 'help':
      return guard.read(caller)
    case 'abort':
    case 'pause':
    case 'reject':
    case 'rollback':
      return guard.count('take-back', caller)
    case 'deploy':
    case 'approve':
    case 'promote':
    case 'resume':
      return guard.count('command', caller)
  }
}

/** What people type as a reason is kept for good; what looks like a secret in it is not. */
export function withoutSecrets(work: SlackWork): SlackWork {
  const { command } = work
  if (!('reason' in command) || command.reason === undefined) return work
  const clean: SlackCommand = { ...command, reason: redact(command.reason) }
  return { ...work, command: clean }
}
