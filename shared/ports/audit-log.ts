import type { AuditEntry, AuditFilter, AuditRecord } from '../domain/audit.ts'
import type { Page, PageRequest } from './page.ts'

export interface AuditQuery extends AuditFilter {
  readonly order: 'newest-first' | 'oldest-first'
}

/** What was commanded, by whom: can be added to and read, nothing else. */
export interface AuditLog {
  /**
   * Adds `record` as the next entry of the chain.
   *
   * @returns The entry.
   * @throws {TransientError} If the store cannot be reached or others add all the time; the entry may be there.
   */
  append(record: AuditRecord): Promise<AuditEntry>
  /**
   * Entries that fit. What is rare in a long history is not searched for to the end: a page may be short, or empty, and have
   * a cursor all the same.
   *
   * @throws {TransientError} If the store cannot be reached.
   */
  list(query: AuditQuery, page: PageRequest): Promise<Page<AuditEntry>>
}
