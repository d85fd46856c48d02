import * as z from 'zod'
import type { AuditEntry } from '../../shared/domain/audit.ts'

/** Not more than is needed to go on: what else was changed is for the verification to say, entry by entry. */
const anEntry = z.looseObject({ seq: z.number(), previousHash: z.string(), hash: z.string() })

/** An entry as it was written, or was changed to; null for what is none at all. */
export function toEntry(value: unknown): AuditEntry | null {
  // Every other member stays as it came: they are what the hash is of.
  return anEntry.safeParse(value).success ? (value as AuditEntry) : null
}
