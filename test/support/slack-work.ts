import { parseCommand } from '../../functions/slack/parse-command.ts'
import type { SlackWork } from '../../functions/slack/work.ts'
import { toWorkPayload } from '../../functions/slack/work-payload.ts'
import { createSlackWork } from '../../functions/slack-work/create-slack-work.ts'
import { createMemoryChat } from '../../shared/adapters/memory/chat.ts'
import type { Policy } from '../../shared/domain/access/policy.ts'
import type { Role } from '../../shared/domain/access/role.ts'
import type { Chat } from '../../shared/ports/chat.ts'
import { aServiceBody, createMemoryApi } from './memory-api.ts'

export const team = 'T0LOCAL'
export const people = { mei: 'U0MEI', bo: 'U0BO', ada: 'U0ADA', stranger: 'U0STRANGER' } as const
export type Person = keyof typeof people

const ruleFor = (person: Person, roles: readonly Role[], services: readonly string[] = ['*']) => ({
  ...{ name: person, person, roles, services },
  who: { kind: 'slack', team, users: [people[person]] } as const,
})

/** Mei deploys, Bo approves, Ada sees one other service; nobody knows the stranger. */
const policy: Policy = {
  rules: [ruleFor('mei', ['deployer']), ruleFor('bo', ['approver']), ruleFor('ada', ['viewer'], ['shop'])],
  version: 0,
  updatedAt: '2026-01-01T00:00:00.000Z',
  updatedBy: { kind: 'local', name: 'local-owner' },
}

/** The worker on the API's memory adapters, with the service `web`, and people who type and click in `C0OPS`. */
export async function startSlackWork(service: Readonly<Record<string, unknown>> = {}) {
  const api = createMemoryApi()
  await api.call('PUT', '/v1/services/web', { body: aServiceBody(service) })
  await api.deps.policies.save(policy)
  const memory = createMemoryChat()
  let faults: Partial<Chat> = {}
  let triggers = 0
  const deps = {
    ...api.deps,
    chat: {
      post: (...args: Parameters<Chat['post']>) => (faults.post ?? memory.post)(...args),
      update: (...args: Parameters<Chat['update']>) => (faults.update ?? memory.update)(...args),
      respond: (...args: Parameters<Chat['respond']>) => (faults.respond ?? memory.respond)(...args),
    },
  }
  const work = createSlackWork(deps)
  const give = (payload: SlackWork) => work(JSON.parse(JSON.stringify(toWorkPayload(payload))))

  /** What `person` typed, as it is handed on; `more` makes a click of it. */
  function worded(person: Person, text: string, more: Partial<SlackWork> = {}): SlackWork {
    const parsed = parseCommand(text)
    if (!parsed.ok) throw new Error(parsed.hint.problem)
    triggers += 1
    return {
      command: parsed.command,
      expectedStep: null,
      confirmed: false,
      caller: { teamId: team, userId: people[person], channelId: 'C0OPS' },
      triggerId: `trigger-${triggers}`,
      responseUrl: `https://hooks.slack.com/answers/${triggers}`,
      message: null,
      ...more,
    }
  }

  return {
    api,
    deps,
    memory,
    worded,
    give,
    type: (person: Person, text: string, more: Partial<SlackWork> = {}) => give(worded(person, text, more)),
    failWith: (next: Partial<Chat>) => {
      faults = next
    },
    /** Texts of answers, oldest first. */
    answers: () => memory.answers.map(({ message }) => message.text),
    posted: () => memory.posted.map(({ channel, message }) => `${channel}: ${message.text}`),
    /** What the audit has of Slack, in short, oldest first. */
    async audited() {
      const { items } = await api.deps.audit.list(
        { order: 'oldest-first', source: 'slack' },
        { limit: 100, cursor: null },
      )
      return items.map(({ principal, command, outcome, service }) => [principal.name, command, outcome, service])
    },
  }
}
