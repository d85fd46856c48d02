import type { Authentication } from '../../domain/access/principal.ts'
import { type ApiToken, isUseToNote, notedUseLimit, parseTokenText, whyOver } from '../../domain/api-token.ts'
import { toInstant } from '../../ports/clock.ts'
import type { AccessDeps } from './access-deps.ts'

export type TokenDeps = Pick<AccessDeps, 'clock' | 'tokens' | 'tokenHasher' | 'verifiedTokens' | 'logger'>

/**
 * Who brings the API token `text`. An unknown id and a wrong secret are answered alike; that a token was revoked or ran out
 * is said only to whoever has its secret.
 *
 * @throws {TransientError} If the token could not be looked up or verified now: that is no refusal.
 */
export async function authenticateToken(deps: TokenDeps, text: string): Promise<Authentication> {
  const parts = parseTokenText(text)
  if (!parts) return refused('this is no API token: it must have the form sluice_<id>_<secret>')
  const token = await deps.tokens.get(parts.id)
  const verify = (hash: string) => deps.tokenHasher.verify(parts.secret, hash)
  if (!token || !(await deps.verifiedTokens.isVerified({ text, hash: token.hash }, () => verify(token.hash))))
    return refused('this API token is not known')
  const nowMs = deps.clock.realNow()
  const over = whyOver(token, nowMs)
  if (over !== null) return refused(over)
  await noteUse(deps, token, nowMs)
  return { outcome: 'known', principal: { kind: 'token', id: token.id, name: token.name } }
}

/** Nobody is kept out because it cannot be noted that they came. */
async function noteUse(deps: TokenDeps, token: ApiToken, nowMs: number): Promise<void> {
  if (!isUseToNote(token, nowMs)) return
  try {
    await deps.tokens.noteUse(token.id, { at: toInstant(nowMs), since: toInstant(notedUseLimit(nowMs)) })
  } catch (error) {
    deps.logger.warn('use-of-api-token-not-noted', { id: token.id, error })
  }
}

const refused = (reason: string): Authentication => ({ outcome: 'refused', reason })
