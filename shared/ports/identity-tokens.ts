import type { Authentication } from '../domain/access/principal.ts'

/** Tells who brings an OpenID Connect token (a JWT), by the keys of the issuers that are trusted here. */
export interface IdentityTokens {
  /**
   * @param token - As it came: anything at all.
   * @throws {TransientError} If the issuer's keys cannot be had now: that is no refusal.
   */
  verify(token: string): Promise<Authentication>
}
