import type { ApiToken, Revocation } from '../domain/api-token.ts'
import type { Page, PageRequest } from './page.ts'

/**
 * Keeps API tokens, those that ran out or were revoked too: the audit names them.
 *
 * @throws {TransientError} Every method, if the store cannot be reached; what was to be changed may be.
 */
export interface TokenStore {
  /** Strongly consistent: a revocation counts from its answer on. */
  get(id: string): Promise<ApiToken | null>
  /** @throws {ConflictError} If there is one with this id. */
  add(token: ApiToken): Promise<void>
  /** By id, so the oldest first. */
  list(page: PageRequest): Promise<Page<ApiToken>>
  /** Revokes it; the first revocation stands. @returns The token afterwards; null if there is none. */
  revoke(id: string, revocation: Revocation): Promise<ApiToken | null>
  /** Notes a use at `at`, unless one after `since` is noted; nothing if there is no such token. Both are instants. */
  noteUse(id: string, use: { readonly at: string; readonly since: string }): Promise<void>
}
