import type { Command } from '../../domain/access/commands.ts'
import { decideAccess } from '../../domain/access/decide-access.ts'
import type { Principal } from '../../domain/access/principal.ts'
import type { AccessDeps } from './access-deps.ts'
import { readPolicy } from './read-policy.ts'

/** Tells of a service whether `principal` may give `command` about it: of a list everybody sees their part. */
export async function readSight(
  deps: Pick<AccessDeps, 'policies' | 'initialPolicy'>,
  principal: Principal,
  command: Command,
): Promise<(service: string) => boolean> {
  const policy = await readPolicy(deps)
  return (service) => decideAccess({ principal, command, service, policy, creator: null }).outcome === 'allowed'
}
