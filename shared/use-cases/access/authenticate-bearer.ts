import type { Authentication } from '../../domain/access/principal.ts'
import { tokenPrefix } from '../../domain/api-token.ts'
import type { AccessDeps } from './access-deps.ts'
import { authenticateToken, type TokenDeps } from './authenticate-token.ts'

/**
 * Who sends the header `Authorization: Bearer …`: an API token, or a token that a trusted issuer signed.
 *
 * @param header - The whole value of the header. No reason repeats any of it.
 * @throws {TransientError} If that could not be found out now: that is no refusal.
 */
export async function authenticateBearer(
  deps: TokenDeps & Pick<AccessDeps, 'identityTokens'>,
  header: string,
): Promise<Authentication> {
  // The scheme is read whatever its case (RFC 9110, section 11.1).
  const [, token] = /^bearer +(\S+)$/i.exec(header) ?? []
  if (token === undefined) return { outcome: 'refused', reason: 'the header must be "Authorization: Bearer <token>"' }
  return token.startsWith(tokenPrefix) ? authenticateToken(deps, token) : deps.identityTokens.verify(token)
}
