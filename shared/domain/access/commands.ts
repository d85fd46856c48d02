import type { Role } from './role.ts'

/**
 * What a command is about. `service`: one service that is named. `list`: several services; whoever has the role on any
 * service may ask and is shown the services that it may see. `everything`: all services at once, and who may do what; it
 * takes the role on `*`.
 */
export type Scope = 'service' | 'list' | 'everything'

/** One row of the table: who may give a command. */
export interface CommandRule {
  readonly roles: readonly Role[]
  readonly scope: Scope
  /** True: not for whoever created the deployment, unless the policy lets them. */
  readonly notByCreator: boolean
}

const everyone = ['viewer', 'deployer', 'approver', 'admin'] as const
const steering = ['deployer', 'admin'] as const
const stopping = ['deployer', 'approver', 'admin'] as const
const deciding = ['approver', 'admin'] as const
const governing = ['admin'] as const

const on = (scope: Scope, roles: readonly Role[]): CommandRule => ({ roles, scope, notByCreator: false })

/**
 * Who may do what: the one table that every caller meets, whether over REST, in Slack or at the command line.
 *
 * Taking traffic back must never wait for the right person: whoever may raise a share or decide about one may abort and
 * pause. Raising takes a deployer. An approver cannot start or raise anything, and a deployer cannot approve, so that two
 * roles given to two callers are two pairs of eyes. What weakens a safeguard takes somebody who may decide as well.
 */
export const commands = {
  'list-services': on('list', everyone),
  'read-service': on('service', everyone),
  'read-traffic': on('service', everyone),
  'plan-deployment': on('service', everyone),
  'list-deployments': on('list', everyone),
  'read-deployment': on('service', everyone),
  'start-deployment': on('service', steering),
  'override-safeguards': on('service', deciding),
  'abort-deployment': on('service', stopping),
  'pause-deployment': on('service', stopping),
  'resume-deployment': on('service', steering),
  'promote-deployment': on('service', steering),
  'approve-deployment': { roles: deciding, scope: 'service', notByCreator: true },
  'reject-deployment': on('service', deciding),
  'roll-back-service': on('service', steering),
  'register-service': on('service', governing),
  'remove-service': on('service', governing),
  'stop-line': on('everything', governing),
  'release-line': on('everything', governing),
  'run-check': on('everything', governing),
  'read-policy': on('everything', governing),
  'replace-policy': on('everything', governing),
  'read-audit': on('everything', governing),
  'list-tokens': on('everything', governing),
  'create-token': on('everything', governing),
  'revoke-token': on('everything', governing),
} as const satisfies Readonly<Record<string, CommandRule>>

export type Command = keyof typeof commands

export type CommandTable = Readonly<Record<Command, CommandRule>>

/** The command of each route below `/v1`, by method and path. A start may need a second one: see `commandsOfStart`. */
export const routeCommands = {
  'GET /v1/services': 'list-services',
  'PUT /v1/services/:service': 'register-service',
  'GET /v1/services/:service': 'read-service',
  'DELETE /v1/services/:service': 'remove-service',
  'GET /v1/services/:service/traffic': 'read-traffic',
  'POST /v1/services/:service/rollback': 'roll-back-service',
  'POST /v1/plans': 'plan-deployment',
  'POST /v1/deployments': 'start-deployment',
  'GET /v1/deployments': 'list-deployments',
  'GET /v1/deployments/:id': 'read-deployment',
  'GET /v1/deployments/:id/events': 'read-deployment',
  'GET /v1/deployments/:id/buckets': 'read-deployment',
  'POST /v1/deployments/:id/abort': 'abort-deployment',
  'POST /v1/deployments/:id/pause': 'pause-deployment',
  'POST /v1/deployments/:id/resume': 'resume-deployment',
  'POST /v1/deployments/:id/promote': 'promote-deployment',
  'POST /v1/deployments/:id/approve': 'approve-deployment',
  'POST /v1/deployments/:id/reject': 'reject-deployment',
  'POST /v1/stop': 'stop-line',
  'DELETE /v1/stop': 'release-line',
  'POST /v1/checks': 'run-check',
  'GET /v1/policy': 'read-policy',
  'PUT /v1/policy': 'replace-policy',
  'GET /v1/audit': 'read-audit',
  'GET /v1/tokens': 'list-tokens',
  'POST /v1/tokens': 'create-token',
  'DELETE /v1/tokens/:id': 'revoke-token',
} as const satisfies Readonly<Record<string, Command>>

/** Commands that only look: their being allowed is not worth an entry in the audit; their being refused is. */
export function isReading(command: Command): boolean {
  return reading.has(command)
}

const reading: ReadonlySet<Command> = new Set<Command>([
  'list-services',
  'read-service',
  'read-traffic',
  'plan-deployment',
  'list-deployments',
  'read-deployment',
  'read-policy',
  'read-audit',
  'list-tokens',
])

/**
 * Commands that make things safer, or leave them as they are. Where the audit cannot be written they are carried out all the
 * same, and are in the log: nobody is to wait with bad traffic for a database.
 */
export function isTowardsSafety(command: Command): boolean {
  return safer.has(command)
}

const safer: ReadonlySet<Command> = new Set<Command>([
  'abort-deployment',
  'pause-deployment',
  'reject-deployment',
  'roll-back-service',
  'stop-line',
  'revoke-token',
])
