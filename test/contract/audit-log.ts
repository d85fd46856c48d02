import { describe, expect, it } from 'vitest'
import type { AuditFilter } from '../../shared/domain/audit.ts'
import { verifyChain } from '../../shared/domain/audit-chain.ts'
import { ValidationError } from '../../shared/domain/errors.ts'
import type { AuditLog } from '../../shared/ports/audit-log.ts'
import { anAuditChain, anAuditRecord, sha256 } from '../support/audit.ts'
import { readAll } from '../support/read-all.ts'

const page = { limit: 100, cursor: null }

/** The written meaning of {@link AuditLog}. `make` gives a way to open one empty log as often as one likes. */
export function describeAuditLog(name: string, make: () => Promise<() => AuditLog>): void {
  describe(`${name} as the audit`, () => {
    const filled = async (records: Parameters<typeof anAuditRecord>[0][]) => {
      const audit = (await make())()
      for (const record of records) await audit.append(anAuditRecord(record))
      return audit
    }
    const seqsOf = async (audit: AuditLog, filter: AuditFilter = {}) =>
      (await readAll((one) => audit.list({ ...filter, order: 'oldest-first' }, one), 2)).items.map(({ seq }) => seq)

    it('is empty at first', async () => {
      const audit = (await make())()
      expect(await audit.list({ order: 'newest-first' }, page)).toEqual({ items: [], nextCursor: null })
    })

    it('chains what is added', async () => {
      const audit = (await make())()
      const chain = anAuditChain(3)
      const added = []
      for (const { seq: _, hash: _h, previousHash: _p, ...record } of chain) added.push(await audit.append(record))
      expect(added).toEqual(chain)
      expect(await audit.list({ order: 'oldest-first' }, page)).toEqual({ items: chain, nextCursor: null })
    })

    it('gives back whatever was changed', async () => {
      const audit = (await make())()
      const after = JSON.parse('{"rules":[{"claims":{"__proto__":"x"}}],"none":null,"long":1e300}')
      const entry = await audit.append(anAuditRecord({ after }))
      const { items } = await audit.list({ order: 'oldest-first' }, page)
      expect(items).toEqual([entry])
      expect(JSON.stringify(items[0]?.after)).toContain('"__proto__":"x"')
      expect(verifyChain(items, { sha256 }).intact).toBe(true)
    })

    it('lists in pages, in both orders', async () => {
      const audit = await filled(Array.from({ length: 5 }, () => ({})))
      const list = (order: 'newest-first' | 'oldest-first') => readAll((one) => audit.list({ order }, one), 2)
      const oldest = await list('oldest-first')
      expect([oldest.items.map(({ seq }) => seq), oldest.sizes]).toEqual([
        [1, 2, 3, 4, 5],
        [2, 2, 1],
      ])
      const newest = await list('newest-first')
      expect([newest.items.map(({ seq }) => seq), newest.sizes]).toEqual([
        [5, 4, 3, 2, 1],
        [2, 2, 1],
      ])
    })

    it('goes on with what is added between two pages, the oldest first', async () => {
      const audit = await filled([{}, {}])
      const first = await audit.list({ order: 'oldest-first' }, { limit: 1, cursor: null })
      await audit.append(anAuditRecord())
      const rest = await audit.list({ order: 'oldest-first' }, { limit: 5, cursor: first.nextCursor })
      expect([...first.items, ...rest.items].map(({ seq }) => seq)).toEqual([1, 2, 3])
    })

    it('refuses a cursor that is not one of its own', async () => {
      const audit = (await make())()
      const list = audit.list({ order: 'newest-first' }, { limit: 1, cursor: 'x' })
      await expect(list).rejects.toThrow(ValidationError)
    })

    it('finds what fits', async () => {
      const audit = await filled([
        {},
        { service: 'api', outcome: 'refused', source: 'slack' },
        { command: 'abort-deployment', at: '2026-01-02T00:00:00.000Z' },
        { principal: { kind: 'slack', name: 'bo', identity: 'T1/U2' }, deployment: null },
      ])
      expect(await seqsOf(audit)).toEqual([1, 2, 3, 4])
      expect(await seqsOf(audit, { service: 'web' })).toEqual([1, 3, 4])
      expect(await seqsOf(audit, { outcome: 'refused' })).toEqual([2])
      expect(await seqsOf(audit, { source: 'slack', service: 'web' })).toEqual([])
      expect(await seqsOf(audit, { command: 'abort-deployment' })).toEqual([3])
      expect(await seqsOf(audit, { principal: 'bo' })).toEqual([4])
      expect(await seqsOf(audit, { principal: 'T1/U2' })).toEqual([4])
      expect(await seqsOf(audit, { since: '2026-01-02T00:00:00.000Z' })).toEqual([3])
      expect(await seqsOf(audit, { until: '2026-01-02T00:00:00.000Z' })).toEqual([1, 2, 4])
      expect(await seqsOf(audit, { deployment: 'dep_01KDVDNC00000000000000WEB1' })).toEqual([1, 2, 3])
    })

    it('takes everything that many add at once, each once, in one chain', async () => {
      const open = await make()
      const logs = [open(), open(), open()]
      const ids = Array.from({ length: 12 }, (_, n) => `req-${n}`)
      const added = await Promise.all(
        ids.map((requestId, n) => (logs[n % logs.length] ?? open()).append(anAuditRecord({ requestId }))),
      )
      const { items } = await open().list({ order: 'oldest-first' }, page)
      expect(items.map(({ requestId }) => requestId).sort()).toEqual([...ids].sort())
      expect(verifyChain(items, { sha256 })).toMatchObject({ intact: true, head: { seq: 12 } })
      expect(added.toSorted((a, b) => a.seq - b.seq)).toEqual(items)
    })

    it('keeps copies that nobody can change from outside', async () => {
      const audit = (await make())()
      const after = { rules: ['a'] }
      const entry = await audit.append(anAuditRecord({ after }))
      after.rules.push('b')
      Object.assign(entry, { reason: 'another' })
      const { items } = await audit.list({ order: 'oldest-first' }, page)
      Object.assign(items[0] ?? {}, { reason: 'another' })
      const again = (await audit.list({ order: 'oldest-first' }, page)).items
      expect(again[0]).toMatchObject({ reason: 'release 42', after: { rules: ['a'] } })
      expect(verifyChain(again, { sha256 }).intact).toBe(true)
    })
  })
}
