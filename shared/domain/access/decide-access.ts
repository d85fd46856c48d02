import type { Actor } from '../deployment.ts'
import { type Command, type CommandRule, type CommandTable, commands } from './commands.ts'
import { covers, coversEverything, isAbout } from './matches.ts'
import type { Policy, PolicyRule } from './policy.ts'
import { nameOf, type Principal } from './principal.ts'
import type { Role } from './role.ts'
import { personBehind } from './same-person.ts'

export interface AccessQuestion {
  readonly principal: Principal
  readonly command: Command
  /** The service that the command is about; null where it is about several, or about none. */
  readonly service: string | null
  readonly policy: Pick<Policy, 'rules'>
  /** Who created the deployment that the command is about; null where it is about none. */
  readonly creator: Pick<Actor, 'name'> | null
  /** Who may do what. Default: {@link commands}, which is what applies; others are for tests of it. */
  readonly table?: CommandTable
}

export type Access =
  /** `rule` and `role` are what let the caller in. */
  | { readonly outcome: 'allowed'; readonly rule: string; readonly role: Role }
  | { readonly outcome: 'refused'; readonly reason: string }

/** Whether `principal` may give `command`. The one place that decides it; what no rule of the policy allows is refused. */
export function decideAccess({ table = commands, ...question }: AccessQuestion): Access {
  const { principal, command, service, policy } = question
  const row = table[command]
  if (row.scope === 'service' && service === null) return refused(`${command} is about a service, and none is named`)
  const own = policy.rules.filter((rule) => isAbout(rule.who, principal))
  const [first] = own
  if (!first) return refused(`no rule of the policy is about ${nameOf(principal)}`)
  const grants = own.filter((rule) => applies(rule, row, service)).flatMap((rule) => grantOf(rule, row))
  const [grant] = grants
  if (!grant) return refused(missing(own, { command, row, service }))
  if (!row.notByCreator) return allowed(grant)
  return decideForCreator({ ...question, grants })
}

/** What the record of a command calls `principal`: the person whom the first rule about it names, else itself. */
export function actorOf(principal: Principal, policy: Pick<Policy, 'rules'>): Actor {
  const person = policy.rules.find((rule) => rule.person !== undefined && isAbout(rule.who, principal))?.person
  return { kind: principal.kind, name: person ?? nameOf(principal) }
}

interface Grant {
  readonly rule: PolicyRule
  readonly role: Role
}

function grantOf(rule: PolicyRule, row: CommandRule): Grant[] {
  const role = rule.roles.find((one) => row.roles.includes(one))
  return role ? [{ rule, role }] : []
}

function applies(rule: PolicyRule, { scope }: CommandRule, service: string | null): boolean {
  switch (scope) {
    case 'everything':
      return coversEverything(rule)
    case 'list':
    case 'service':
      return service === null || covers(rule, service)
  }
}

function decideForCreator(question: AccessQuestion & { readonly grants: readonly Grant[] }): Access {
  const { principal, command, policy, creator, grants } = question
  if (!creator) return refused(`${command} is not for the creator, and who that is is not known`)
  const [first] = grants
  const free = isPerson(principal, policy, creator.name) ? grants.find(({ rule }) => rule.ownApproval) : first
  return free ? allowed(free) : refused(`${creator.name} created the deployment; somebody else must decide about it`)
}

/** By every name that the policy gives it and by its own: rules may have named no person, or another, at the creation. */
function isPerson(principal: Principal, policy: Pick<Policy, 'rules'>, name: string): boolean {
  const persons = policy.rules.filter((rule) => isAbout(rule.who, principal)).map((rule) => rule.person)
  return personBehind(nameOf(principal)) === personBehind(name) || persons.includes(name)
}

const allowed = ({ rule, role }: Grant): Access => ({ outcome: 'allowed', rule: rule.name, role })
const refused = (reason: string): Access => ({ outcome: 'refused', reason })

/** Names only what the caller has itself. */
function missing(
  own: readonly PolicyRule[],
  asked: { readonly command: Command; readonly row: CommandRule; readonly service: string | null },
): string {
  const { command, row, service } = asked
  const where = row.scope === 'everything' ? 'all services (*)' : (service ?? 'any service')
  const there = own.filter((rule) => applies(rule, row, service)).flatMap((rule) => rule.roles)
  const has = there.length > 0 ? [...new Set(there)].join(', ') : 'none'
  return `${command} needs the role ${row.roles.join(' or ')} on ${where}; the caller has ${has}`
}
