import type { Principal } from '../domain/access/principal.ts'

export type IdentityCheck =
  | { readonly outcome: 'known'; readonly principal: Extract<Principal, { kind: 'oidc' }> }
  | { readonly outcome: 'refused'; readonly reason: string }

/** Tells who brings an OpenID Connect token (a JWT), by the keys of the issuers that are trusted here. */
export interface IdentityTokens {
  /**
   * @param token - As it came: anything at all. No reason repeats any of it.
   * @throws {TransientError} If the issuer's keys cannot be had now: that is no refusal.
   */
  verify(token: string): Promise<IdentityCheck>
}
