import { createHash } from 'node:crypto'
import { type AuditEntry, type AuditRecord, chainStart, sealEntry } from '../../shared/domain/audit.ts'

export const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')

/** A start of `web` by a token that was allowed. */
export function anAuditRecord(overrides: Partial<AuditRecord> = {}): AuditRecord {
  return {
    at: '2026-01-01T00:00:00.000Z',
    principal: { kind: 'token', name: 'mei', identity: '01kdvdnc00000000000000t0k1' },
    source: 'rest',
    requestId: 'req-1',
    command: 'start-deployment',
    service: 'web',
    deployment: 'dep_01KDVDNC00000000000000WEB1',
    outcome: 'allowed',
    reason: 'release 42',
    before: null,
    after: null,
    ...overrides,
  }
}

/** A chain of as many records, each a minute after the one before it. */
export function anAuditChain(length: number): AuditEntry[] {
  const entries: AuditEntry[] = []
  for (let n = 1; n <= length; n++) {
    const at = new Date(Date.UTC(2026, 0, 1, 0, n)).toISOString()
    entries.push(sealEntry(anAuditRecord({ at, requestId: `req-${n}` }), entries.at(-1) ?? chainStart, sha256))
  }
  return entries
}
