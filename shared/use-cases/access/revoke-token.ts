import { lacksAdmin } from '../../domain/access/last-admin.ts'
import { type ShownToken, whyOver, withoutHash } from '../../domain/api-token.ts'
import type { Actor } from '../../domain/deployment.ts'
import { ConflictError, NotFoundError } from '../../domain/errors.ts'
import { toInstant } from '../../ports/clock.ts'
import type { AccessDeps } from './access-deps.ts'
import { readPolicy } from './read-policy.ts'
import { whyNoAdmin } from './why-no-admin.ts'

export interface RevokeTokenInput {
  readonly actor: Actor
  readonly reason: string
}

type RevokeDeps = Pick<AccessDeps, 'policies' | 'initialPolicy' | 'tokens' | 'clock' | 'doors'>

/**
 * Revokes an API token for good: no request that begins after the answer gets in with it. The first revocation stands, and
 * another one answers with it.
 *
 * @throws {NotFoundError} If there is no such token.
 * @throws {ConflictError} If nobody could change the policy afterwards.
 */
export async function revokeToken(
  deps: RevokeDeps,
  id: string,
  { actor, reason }: RevokeTokenInput,
): Promise<ShownToken> {
  const token = await deps.tokens.get(id)
  if (!token) throw noToken(id)
  const nowMs = deps.clock.realNow()
  // One that lets in nobody takes no admin away.
  if (whyOver(token, nowMs) === null) await keepAdmin(deps, id)
  const revoked = await deps.tokens.revoke(id, { at: toInstant(nowMs), by: actor, reason })
  if (!revoked) throw noToken(id)
  return withoutHash(revoked)
}

async function keepAdmin(deps: RevokeDeps, id: string): Promise<void> {
  const policy = await readPolicy(deps)
  const onlyThis = { local: false, iam: false, issuers: [], tokenIds: [id] }
  if (lacksAdmin(policy, onlyThis) !== null) return
  const noAdmin = await whyNoAdmin(deps, policy, id)
  if (noAdmin !== null) throw new ConflictError(`API token ${id} is the last admin: ${noAdmin}`)
}

const noToken = (id: string) => new NotFoundError(`there is no API token ${id}`)
