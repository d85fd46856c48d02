import { type AuditEntry, chainStart, fitsFilter, sealEntry } from '../../domain/audit.ts'
import type { AuditLog } from '../../ports/audit-log.ts'
import { buildPage, fromCursor } from '../page.ts'
import { sha256 } from '../sha256.ts'
import { copyOf } from './copy.ts'

/** The audit in memory, for tests. */
export function createMemoryAuditLog(): AuditLog {
  const entries: AuditEntry[] = []
  return {
    async append(record) {
      const entry = sealEntry(record, entries.at(-1) ?? chainStart, sha256)
      entries.push(entry)
      return copyOf(entry)
    },
    async list({ order, ...filter }, page) {
      const place = fromCursor('audit', page.cursor)
      const newestFirst = order === 'newest-first'
      const found = (newestFirst ? entries.toReversed() : entries)
        .filter(({ seq }) => place === null || (newestFirst ? seq < Number(place) : seq > Number(place)))
        .filter((entry) => fitsFilter(entry, filter))
      return buildPage('audit', { found: copyOf(found), limit: page.limit, placeOf: ({ seq }) => String(seq) })
    },
  }
}
