import { type AuditEntry, type AuditFilter, toJsonLine } from '../../domain/audit.ts'
import type { AuditLog } from '../../ports/audit-log.ts'

/** Entries of one call of the store. */
const pageSize = 100

/** The entries that fit, the oldest first, read as they are asked for: an export need not fit into memory. */
export async function* readAudit(audit: Pick<AuditLog, 'list'>, filter: AuditFilter = {}): AsyncGenerator<AuditEntry> {
  let cursor: string | null = null
  do {
    const page: Awaited<ReturnType<AuditLog['list']>> = await audit.list(
      { ...filter, order: 'oldest-first' },
      { limit: pageSize, cursor },
    )
    yield* page.items
    cursor = page.nextCursor
  } while (cursor !== null)
}

/** The same as JSON Lines. Without a filter, whoever has it can verify the chain. */
export async function* exportAudit(audit: Pick<AuditLog, 'list'>, filter?: AuditFilter): AsyncGenerator<string> {
  for await (const entry of readAudit(audit, filter)) yield toJsonLine(entry)
}
