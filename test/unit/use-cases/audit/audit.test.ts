import { describe, expect, it } from 'vitest'
import { createMemoryAuditLog } from '../../../../shared/adapters/memory/audit-log.ts'
import type { AuditEntry } from '../../../../shared/domain/audit.ts'
import type { AuditLog } from '../../../../shared/ports/audit-log.ts'
import { exportAudit } from '../../../../shared/use-cases/audit/export-audit.ts'
import { verifyAudit } from '../../../../shared/use-cases/audit/verify-audit.ts'
import { anAuditChain } from '../../../support/audit.ts'

async function filled(length: number): Promise<AuditLog> {
  const audit = createMemoryAuditLog()
  for (const { seq: _, hash: _h, previousHash: _p, ...record } of anAuditChain(length)) await audit.append(record)
  return audit
}

/** A log that shows other entries than it has. */
const showing = (audit: AuditLog, change: (entry: AuditEntry) => readonly AuditEntry[]): Pick<AuditLog, 'list'> => ({
  async list(query, page) {
    const { items, nextCursor } = await audit.list(query, page)
    return { items: items.flatMap(change), nextCursor }
  },
})

describe('an export', () => {
  it('has every entry as a line, over many pages, the oldest first', async () => {
    const lines = []
    for await (const line of exportAudit(await filled(250))) lines.push(line)
    expect(lines.map((line) => JSON.parse(line))).toEqual(anAuditChain(250))
  })

  it('has what fits', async () => {
    const lines = []
    for await (const line of exportAudit(await filled(3), { until: '2026-01-01T00:02:00.000Z' })) lines.push(line)
    expect(lines.map((line) => JSON.parse(line))).toEqual(anAuditChain(1))
  })
})

describe('verifying the audit', () => {
  const [last] = anAuditChain(250).slice(-1)
  const head = { seq: 250, hash: last?.hash }

  it('goes over all pages', async () => {
    expect(await verifyAudit(await filled(250))).toEqual({ intact: true, head })
    expect(await verifyAudit(await filled(0))).toEqual({ intact: true, head: { seq: 0, hash: '0'.repeat(64) } })
  })

  it.each([1, 100, 101, 249])('finds that entry %d is missing', async (seq) => {
    const audit = showing(await filled(250), (entry) => (entry.seq === seq ? [] : [entry]))
    expect(await verifyAudit(audit)).toMatchObject({ intact: false, seq })
  })

  it('finds that the newest are missing, by an anchor', async () => {
    const audit = showing(await filled(250), (entry) => (entry.seq > 240 ? [] : [entry]))
    expect(await verifyAudit(audit)).toMatchObject({ intact: true, head: { seq: 240 } })
    const anchor = { seq: 250, hash: last?.hash ?? '' }
    const reason = 'entry 241 is missing: there were 250'
    expect(await verifyAudit(audit, anchor)).toEqual({ intact: false, seq: 241, reason })
    expect(await verifyAudit(await filled(250), { ...anchor, hash: 'x' })).toMatchObject({ intact: false, seq: 250 })
  })
})
