import { type Command, isReading, isTowardsSafety } from '../../domain/access/commands.ts'
import { actorOf, decideAccess } from '../../domain/access/decide-access.ts'
import { identityOf, type Principal } from '../../domain/access/principal.ts'
import type { AuditRecord, AuditSource } from '../../domain/audit.ts'
import type { Actor } from '../../domain/deployment.ts'
import { ForbiddenError } from '../../domain/errors.ts'
import { toInstant } from '../../ports/clock.ts'
import type { AccessDeps } from './access-deps.ts'
import { readPolicy } from './read-policy.ts'

export interface CommandRequest {
  readonly principal: Principal
  readonly source: AuditSource
  readonly requestId: string
  /** All must be allowed; a start may need a second one. */
  readonly commands: readonly Command[]
  /** The service and the deployment that it is about; null where it is about none. */
  readonly service: string | null
  readonly deployment: string | null
  /** Who created that deployment; null where it is about none. */
  readonly creator: Actor | null
  /** What the caller gives as a reason; empty if nothing. */
  readonly reason: string
  /** Of a policy, a service or a token: what is there, and what is to be. */
  readonly change?: { readonly before: unknown; readonly after: unknown }
}

type AuthoriseDeps = Pick<AccessDeps, 'policies' | 'initialPolicy' | 'audit' | 'clock' | 'logger'>

/**
 * Lets a command pass, or not, and writes that down before anything is done. Looking is written down only where it is
 * refused.
 *
 * @returns Whom events and approvals name.
 * @throws {ForbiddenError} If the policy does not allow it.
 * @throws {TransientError} If it cannot be decided or written down now; what makes things safer passes unwritten.
 */
export async function authorise(deps: AuthoriseDeps, request: CommandRequest): Promise<Actor> {
  const { principal, commands, service, creator } = request
  const policy = await readPolicy(deps)
  const actor = actorOf(principal, policy)
  const toRecord = (command: Command, outcome: AuditRecord['outcome'], reason: string): AuditRecord => ({
    at: toInstant(deps.clock.now()),
    principal: { ...actor, identity: identityOf(principal) },
    source: request.source,
    requestId: request.requestId,
    command,
    service,
    deployment: request.deployment,
    outcome,
    reason,
    before: request.change?.before ?? null,
    after: request.change?.after ?? null,
  })
  for (const command of commands) {
    const access = decideAccess({ principal, command, service, policy, creator })
    if (access.outcome === 'allowed') continue
    await writeAnyway(deps, toRecord(command, 'refused', access.reason))
    throw new ForbiddenError(access.reason)
  }
  for (const command of commands.filter((one) => !isReading(one))) {
    const record = toRecord(command, 'allowed', request.reason)
    if (isTowardsSafety(command)) await writeAnyway(deps, record)
    else await deps.audit.append(record)
  }
  return actor
}

/** What cannot be written down is in the log at least. */
async function writeAnyway(
  { audit, logger }: Pick<AccessDeps, 'audit' | 'logger'>,
  record: AuditRecord,
): Promise<void> {
  try {
    await audit.append(record)
  } catch (error) {
    logger.error('audit-not-written', { record, error })
  }
}
