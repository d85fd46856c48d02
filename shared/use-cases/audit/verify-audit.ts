import { createHash } from 'node:crypto'
import { type AuditEntry, type ChainHead, chainStart } from '../../domain/audit.ts'
import { type ChainCheck, verifyChain, verifyEnd } from '../../domain/audit-chain.ts'
import type { AuditLog } from '../../ports/audit-log.ts'
import { readAudit } from './export-audit.ts'

/**
 * Whether the audit is as it was written, from its first entry on; else the first entry that is missing or was changed.
 *
 * @param anchor - An entry that was seen earlier and kept elsewhere: only with one does it show that the newest entries are
 *   missing, or that everything was written anew.
 */
export function verifyAudit(audit: Pick<AuditLog, 'list'>, anchor?: ChainHead): Promise<ChainCheck> {
  return verifyEntries(readAudit(audit), anchor)
}

/** The same of entries that were exported, the oldest first. */
export async function verifyEntries(
  entries: AsyncIterable<AuditEntry>,
  anchor: ChainHead = chainStart,
): Promise<ChainCheck> {
  let head = chainStart
  for await (const entry of entries) {
    const check = verifyChain([entry], { sha256, after: head, anchor })
    if (!check.intact) return check
    head = check.head
  }
  return verifyEnd(head, anchor)
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
