import { describe, expect, it } from 'vitest'
import {
  type Command,
  type CommandTable,
  commands,
  isReading,
  isTowardsSafety,
  type Scope,
} from '../../../../shared/domain/access/commands.ts'
import { actorOf, decideAccess } from '../../../../shared/domain/access/decide-access.ts'
import { type Role, roles } from '../../../../shared/domain/access/role.ts'
import { aGrant, aJob, aPolicyRule, type Door, doors, principals } from '../../../support/policies.ts'

/** Said once more, by hand: letters of the roles that may (V, D, P for approver, A), the scope, and `!` if not the creator. */
const expected: Readonly<Record<Command, string>> = {
  'list-services': 'VDPA list',
  'read-service': 'VDPA service',
  'read-traffic': 'VDPA service',
  'plan-deployment': 'VDPA service',
  'list-deployments': 'VDPA list',
  'read-deployment': 'VDPA service',
  'start-deployment': 'DA service',
  'override-safeguards': 'PA service',
  'abort-deployment': 'DPA service',
  'pause-deployment': 'DPA service',
  'resume-deployment': 'DA service',
  'promote-deployment': 'DA service',
  'approve-deployment': 'PA service !',
  'reject-deployment': 'PA service',
  'roll-back-service': 'DA service',
  'register-service': 'A service',
  'remove-service': 'A service',
  'stop-line': 'A everything',
  'release-line': 'A everything',
  'run-check': 'A everything',
  'read-policy': 'A everything',
  'replace-policy': 'A everything',
  'read-audit': 'A everything',
  'list-tokens': 'A everything',
  'create-token': 'A everything',
  'revoke-token': 'A everything',
}
const letterOf: Readonly<Record<Role, string>> = { viewer: 'V', deployer: 'D', approver: 'P', admin: 'A' }
const allCommands = Object.keys(expected) as readonly Command[]
const scopes: readonly Scope[] = ['service', 'list', 'everything']

interface Case {
  readonly command: Command
  readonly role: Role
  readonly door: Door
  readonly pattern: string
  readonly service: string | null
  readonly own: boolean
}

const patterns = ['*', '**', 'web', 'web-*', 'api']
const cases: readonly Case[] = allCommands.flatMap((command) =>
  roles.flatMap((role) =>
    doors.flatMap((door) =>
      patterns.flatMap((pattern) =>
        [null, 'web', 'web-1', 'api'].flatMap((service) =>
          [true, false].map((own) => ({ command, role, door, pattern, service, own })),
        ),
      ),
    ),
  ),
)

function isExpected({ command, role, pattern, service, own }: Case): boolean {
  const [letters = '', scope, mark] = expected[command].split(' ')
  const everywhere = pattern === '*' || pattern === '**'
  const there = everywhere || service === pattern || (pattern === 'web-*' && service === 'web-1')
  if (!letters.includes(letterOf[role])) return false
  if (mark === '!' && own) return false
  if (scope === 'everything') return everywhere
  return service === null ? scope === 'list' : there
}

function decide({ command, role, door, pattern, service, own }: Case, table?: CommandTable) {
  const policy = aGrant(door, role, [pattern])
  const creator = own ? actorOf(principals[door], policy) : { name: 'somebody else' }
  return decideAccess({
    principal: principals[door],
    command,
    service,
    policy,
    creator,
    ...(table && { table }),
  })
}

const wrongWith = (table: CommandTable, some: readonly Case[]) =>
  some.filter((one) => (decide(one, table).outcome === 'allowed') !== isExpected(one))

describe('the table of commands', () => {
  it('has every command exactly once here', () => {
    expect(Object.keys(commands).sort()).toEqual([...allCommands].sort())
  })

  it(`is what is expected in all ${cases.length} combinations of command, role, caller, pattern and service`, () => {
    expect(wrongWith(commands, cases)).toEqual([])
  })

  it('lets a viewer do nothing but look', () => {
    const viewers = allCommands.filter((command) => (commands[command].roles as readonly Role[]).includes('viewer'))
    expect(viewers.filter((command) => !isReading(command))).toEqual([])
  })

  it('passes without an audit only what raises nothing and lets nobody in', () => {
    expect(allCommands.filter(isTowardsSafety)).toEqual([
      'abort-deployment',
      'pause-deployment',
      'reject-deployment',
      'roll-back-service',
      'stop-line',
      'revoke-token',
    ])
  })

  it('has nobody who is only a deployer or only an approver both raise and approve', () => {
    const both = roles.filter((role) =>
      (['start-deployment', 'approve-deployment'] as const).every((command) =>
        (commands[command].roles as readonly Role[]).includes(role),
      ),
    )
    expect(both).toEqual(['admin'])
  })
})

describe('a change of one cell of the table is caught', () => {
  const flipped = (command: Command, change: Partial<CommandTable[Command]>): CommandTable => ({
    ...commands,
    [command]: { ...commands[command], ...change },
  })
  const rowsOf = (command: Command) => cases.filter((one) => one.command === command)

  it.each(allCommands.flatMap((command) => roles.map((role) => ({ command, role }))))(
    '$command for $role',
    ({ command, role }) => {
      const own: readonly Role[] = commands[command].roles
      const change = own.includes(role) ? own.filter((one) => one !== role) : [...own, role]
      const wrong = wrongWith(flipped(command, { roles: change }), rowsOf(command))
      expect(new Set(wrong.map((one) => one.role))).toEqual(new Set([role]))
    },
  )

  it.each(allCommands.flatMap((command) => scopes.map((scope) => ({ command, scope }))))(
    '$command about $scope',
    ({ command, scope }) => {
      const wrong = wrongWith(flipped(command, { scope }), rowsOf(command))
      expect(wrong.length > 0).toBe(scope !== commands[command].scope)
    },
  )

  it.each(allCommands.map((command) => ({ command })))('$command by the creator', ({ command }) => {
    const notByCreator = !commands[command].notByCreator
    expect(wrongWith(flipped(command, { notByCreator }), rowsOf(command)).length).toBeGreaterThan(0)
  })
})

describe('a decision', () => {
  const ask = { command: 'start-deployment', service: 'web', creator: null } as const

  it('names the rule and the role that let the caller in', () => {
    const policy = { rules: [aPolicyRule('oidc', { name: 'ci', roles: ['viewer', 'deployer'] })] }
    expect(decideAccess({ ...ask, principal: aJob(), policy })).toEqual({
      outcome: 'allowed',
      rule: 'ci',
      role: 'deployer',
    })
  })

  it.each(doors)('refuses the caller through %s where the policy is empty', (door) => {
    const answer = decideAccess({ ...ask, principal: principals[door], policy: { rules: [] } })
    const name = actorOf(principals[door], { rules: [] }).name
    expect(answer).toEqual({ outcome: 'refused', reason: `no rule of the policy is about ${name}` })
  })

  it.each(doors.flatMap((door) => doors.filter((other) => other !== door).map((other) => ({ door, other }))))(
    'does not take the caller through $door for the one through $other',
    ({ door, other }) => {
      const answer = decideAccess({ ...ask, principal: principals[door], policy: { rules: [aPolicyRule(other)] } })
      expect(answer.outcome).toBe('refused')
    },
  )

  it.each([
    {
      name: 'on the service',
      rules: [aPolicyRule('slack', { roles: ['viewer', 'approver'] })],
      command: 'start-deployment' as const,
      service: 'web',
      reason: 'start-deployment needs the role deployer or admin on web; the caller has viewer, approver',
    },
    {
      name: 'on another service',
      rules: [aPolicyRule('slack', { services: ['api'] })],
      command: 'start-deployment' as const,
      service: 'web',
      reason: 'start-deployment needs the role deployer or admin on web; the caller has none',
    },
    {
      name: 'on some services only',
      rules: [aPolicyRule('slack', { services: ['web-*'], roles: ['admin'] })],
      command: 'stop-line' as const,
      service: null,
      reason: 'stop-line needs the role admin on all services (*); the caller has none',
    },
    {
      name: 'without any role',
      rules: [aPolicyRule('slack', { roles: [] })],
      command: 'list-services' as const,
      service: null,
      reason:
        'list-services needs the role viewer or deployer or approver or admin on any service; the caller has none',
    },
  ])('says what is missing: $name', ({ rules, command, service, reason }) => {
    const answer = decideAccess({ principal: principals.slack, command, service, creator: null, policy: { rules } })
    expect(answer).toEqual({ outcome: 'refused', reason })
  })

  it('adds up the rules about one caller', () => {
    const rules = [
      aPolicyRule('token', { roles: ['viewer'] }),
      aPolicyRule('token', { roles: ['deployer'], name: 'b' }),
    ]
    const answer = decideAccess({ ...ask, principal: principals.token, policy: { rules } })
    expect(answer).toEqual({ outcome: 'allowed', rule: 'b', role: 'deployer' })
  })

  it('refuses a command about a service that nobody named', () => {
    const policy = { rules: [aPolicyRule('local')] }
    expect(decideAccess({ ...ask, service: null, principal: principals.local, policy })).toEqual({
      outcome: 'refused',
      reason: 'start-deployment is about a service, and none is named',
    })
  })
})

describe('the approval of an own deployment', () => {
  const approve = { command: 'approve-deployment', service: 'web', principal: principals.slack } as const
  const mine = { name: 'T1/U1' }
  const refusal = (name: string) => ({
    outcome: 'refused',
    reason: `${name} created the deployment; somebody else must decide about it`,
  })

  it('is refused, to an admin too', () => {
    const answer = decideAccess({ ...approve, creator: mine, policy: { rules: [aPolicyRule('slack')] } })
    expect(answer).toEqual(refusal('T1/U1'))
  })

  it('is allowed by a rule that says so', () => {
    const rules = [aPolicyRule('slack'), aPolicyRule('slack', { name: 'alone', ownApproval: true })]
    const answer = decideAccess({ ...approve, creator: mine, policy: { rules } })
    expect(answer).toEqual({ outcome: 'allowed', rule: 'alone', role: 'approver' })
  })

  it('is not allowed by a rule that says so where it gives no right to approve', () => {
    const rules = [
      aPolicyRule('slack'),
      aPolicyRule('slack', { ownApproval: true, roles: ['deployer'] }),
      aPolicyRule('slack', { ownApproval: true, services: ['api'] }),
    ]
    expect(decideAccess({ ...approve, creator: mine, policy: { rules } })).toEqual(refusal('T1/U1'))
  })

  it('is refused where nobody knows who created it', () => {
    expect(decideAccess({ ...approve, creator: null, policy: { rules: [aPolicyRule('slack')] } })).toEqual({
      outcome: 'refused',
      reason: 'approve-deployment is not for the creator, and who that is is not known',
    })
  })

  it('is refused to another principal of the same person', () => {
    const rules = [aPolicyRule('slack', { person: 'mei' }), aPolicyRule('token', { person: 'mei' })]
    const creator = actorOf(principals.token, { rules })
    expect(creator).toEqual({ kind: 'token', name: 'mei' })
    expect(decideAccess({ ...approve, creator, policy: { rules } })).toEqual(refusal('mei'))
  })

  it('is refused to another session of the same role, whose name its caller chose', () => {
    const { iam } = principals
    const creator = { name: iam.arn.replace('mei', 'mei-again') }
    const asked = { ...approve, principal: iam, policy: { rules: [aPolicyRule('iam')] } }
    expect(decideAccess({ ...asked, creator })).toEqual(refusal(creator.name))
    expect(decideAccess({ ...asked, creator: { name: iam.arn.replace('release', 'ci') } }).outcome).toBe('allowed')
  })

  it('is refused also where the policy named the person only later, or names another in a later rule', () => {
    const rules = [aPolicyRule('slack', { person: 'mei' }), aPolicyRule('slack', { person: 'mei.l' })]
    for (const name of ['T1/U1', 'mei', 'mei.l'])
      expect(decideAccess({ ...approve, creator: { name }, policy: { rules } })).toEqual(refusal(name))
    expect(decideAccess({ ...approve, creator: { name: 'bo' }, policy: { rules } }).outcome).toBe('allowed')
  })
})

describe('an actor', () => {
  it.each([
    { door: 'local' as const, name: 'local-owner' },
    { door: 'iam' as const, name: 'arn:aws:sts::123456789012:assumed-role/release/mei' },
    { door: 'oidc' as const, name: 'repo:octo/shop:environment:production' },
    { door: 'token' as const, name: 'on-call (01kdvdnc00000000000000t0k1)' },
    { door: 'slack' as const, name: 'T1/U1' },
  ])('through $door is called $name', ({ door, name }) => {
    expect(actorOf(principals[door], { rules: [aPolicyRule(door)] })).toEqual({ kind: door, name })
  })

  it('is the person of the first rule about it that names one', () => {
    const rules = [
      aPolicyRule('slack', { person: 'bo' }),
      aPolicyRule('token'),
      aPolicyRule('token', { person: 'mei' }),
      aPolicyRule('token', { person: 'x' }),
    ]
    expect(actorOf(principals.token, { rules })).toEqual({ kind: 'token', name: 'mei' })
  })
})
