import type { Command } from '../../shared/domain/access/commands.ts'
import type { Asking } from '../../shared/use-cases/access/authorise-deployment.ts'
import type { SlackCommand } from '../slack/command.ts'
import type { SlackWork } from '../slack/work.ts'

type Word = SlackCommand['word']

/** The command that the policy knows behind each word. A start may need a second one. */
const commandOfWord = {
  deploy: 'start-deployment',
  plan: 'plan-deployment',
  status: 'read-deployment',
  approve: 'approve-deployment',
  reject: 'reject-deployment',
  promote: 'promote-deployment',
  pause: 'pause-deployment',
  resume: 'resume-deployment',
  abort: 'abort-deployment',
  rollback: 'roll-back-service',
  help: 'list-deployments',
} as const satisfies Readonly<Record<Word, Command>>

/** Who asks: Slack's ids of the workspace and the person, which nobody can give themselves. */
export function principalOf({ caller }: Pick<SlackWork, 'caller'>) {
  return { kind: 'slack', team: caller.teamId, user: caller.userId } as const
}

/** The work as the policy and the audit see it. */
export function askingOf(work: SlackWork, command: Command = commandOfWord[work.command.word]): Asking {
  const reason = 'reason' in work.command ? (work.command.reason ?? '') : ''
  return { principal: principalOf(work), source: 'slack', requestId: work.triggerId, commands: [command], reason }
}
