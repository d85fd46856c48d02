import type { ApiToken } from '../../shared/domain/api-token.ts'

/** ULIDs in lower case, in the order of `n`. */
export const aTokenId = (n = 1) => `01kdvdnc00000000000000t0k${n}`
export const aTokenSecret = 'c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LTEyMzQ'
export const aTokenText = (n = 1, secret = aTokenSecret) => `sluice_${aTokenId(n)}_${secret}`

/** A token that was never used and is good for 90 days from 2026 on. */
export function anApiToken(overrides: Partial<ApiToken> = {}): ApiToken {
  return {
    id: aTokenId(),
    name: 'on-call',
    hash: 'hash-of-1',
    createdAt: '2026-01-01T00:00:00.000Z',
    createdBy: { kind: 'slack', name: 'mei' },
    expiresAt: '2026-04-01T00:00:00.000Z',
    lastUsedAt: null,
    revoked: null,
    ...overrides,
  }
}
