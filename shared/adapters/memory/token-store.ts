import type { ApiToken } from '../../domain/api-token.ts'
import { ConflictError } from '../../domain/errors.ts'
import type { TokenStore } from '../../ports/token-store.ts'
import { buildPage, fromCursor } from '../page.ts'
import { copyOf } from './copy.ts'

/** API tokens in memory, for tests. */
export function createMemoryTokenStore(): TokenStore {
  const tokens = new Map<string, ApiToken>()
  return {
    async get(id) {
      return copyOf(tokens.get(id) ?? null)
    },
    async add(token) {
      if (tokens.has(token.id)) throw new ConflictError(`API token ${token.id} exists already`)
      tokens.set(token.id, copyOf(token))
    },
    async list(page) {
      const after = fromCursor('tokens', page.cursor)
      const found = [...tokens.values()]
        .filter((token) => after === null || token.id > after)
        .sort((a, b) => (a.id < b.id ? -1 : 1))
      return buildPage('tokens', { found: copyOf(found), limit: page.limit, placeOf: (token) => token.id })
    },
    async revoke(id, revocation) {
      const token = tokens.get(id)
      if (!token) return null
      tokens.set(id, { ...token, revoked: token.revoked ?? copyOf(revocation) })
      return copyOf(tokens.get(id) ?? null)
    },
    async noteUse(id, { at, since }) {
      const token = tokens.get(id)
      if (token && (token.lastUsedAt === null || token.lastUsedAt <= since))
        tokens.set(id, { ...token, lastUsedAt: at })
    },
  }
}
