import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type AuditEntry, sealEntry } from '../../../shared/domain/audit.ts'
import { verifyChain, verifyEnd } from '../../../shared/domain/audit-chain.ts'
import { anAuditChain, anAuditRecord, sha256 } from '../../support/audit.ts'

const chain = anAuditChain(6)
const at = (n: number): AuditEntry => {
  const entry = chain[n - 1]
  if (!entry) throw new Error(`there is no entry ${n}`)
  return entry
}
const headOf = ({ seq, hash }: AuditEntry) => ({ seq, hash })
const verify = (entries: readonly AuditEntry[], options = {}) => verifyChain(entries, { sha256, ...options })
const broken = (seq: number, reason: string) => ({ intact: false, seq, reason })

/** The entry with something changed, and hashed as if that were right. */
function forge(entry: AuditEntry, change: Partial<AuditEntry>): AuditEntry {
  const { hash: _, seq, previousHash, ...record } = { ...entry, ...change }
  return sealEntry(record, { seq: seq - 1, hash: previousHash }, sha256)
}

describe('a chain', () => {
  it('is intact as it was written', () => {
    expect(verify(chain)).toEqual({ intact: true, head: headOf(at(6)) })
    expect(verify([])).toEqual({ intact: true, head: { seq: 0, hash: '0'.repeat(64) } })
  })

  it('can be verified piece by piece', () => {
    const first = verify(chain.slice(0, 2))
    expect(first).toEqual({ intact: true, head: headOf(at(2)) })
    expect(verify(chain.slice(2), { after: headOf(at(2)) })).toEqual({ intact: true, head: headOf(at(6)) })
  })

  it.each<{ readonly name: string; readonly entries: readonly AuditEntry[]; readonly finding: object }>([
    {
      name: 'the first missing',
      entries: chain.slice(1),
      finding: broken(1, 'entry 1 is missing: 2 follows 0'),
    },
    {
      name: 'two missing',
      entries: [at(1), at(4)],
      finding: broken(2, 'entry 2 is missing: 4 follows 1'),
    },
    {
      name: 'one twice',
      entries: [at(1), at(1)],
      finding: broken(2, 'entry 2 is missing: entry 1 is in its place'),
    },
    {
      name: 'a changed member',
      entries: [at(1), { ...at(2), reason: 'another' }, at(3)],
      finding: broken(2, 'entry 2 was changed: its hash is another'),
    },
    {
      name: 'an added member',
      entries: [at(1), Object.assign({ note: 'x' }, at(2))],
      finding: broken(2, 'entry 2 was changed: its hash is another'),
    },
    {
      name: 'a changed hash',
      entries: [{ ...at(1), hash: at(2).hash }],
      finding: broken(1, 'entry 1 was changed: its hash is another'),
    },
    {
      name: 'a changed entry with a hash of its own',
      entries: [at(1), forge(at(2), { reason: 'another' }), at(3)],
      finding: broken(2, 'entry 2 was changed: entry 3 was written after another one'),
    },
    {
      name: 'a beginning of another chain',
      entries: [forge(at(1), { previousHash: at(5).hash }), at(2)],
      finding: broken(1, 'entry 1 was changed: it does not begin the chain'),
    },
  ])('with $name', ({ entries, finding }) => {
    expect(verify(entries)).toEqual(finding)
  })

  it('names the first entry that is missing or was changed, whichever and however', () => {
    const tamper = fc.constantFrom<(entry: AuditEntry) => AuditEntry[]>(
      () => [],
      (entry) => [{ ...entry, outcome: 'refused' }],
      (entry) => [{ ...entry, at: '2027-01-01T00:00:00.000Z' }],
      (entry) => [forge(entry, { reason: 'another' })],
    )
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), tamper, (n, change) => {
        const check = verify([...chain.slice(0, n - 1), ...change(at(n)), ...chain.slice(n)])
        expect(check).toMatchObject({ intact: false, seq: n })
      }),
    )
  })
})

describe('an anchor that was kept elsewhere', () => {
  const anchor = headOf(at(4))

  it('agrees with the chain that it was taken from', () => {
    expect(verify(chain, { anchor })).toEqual({ intact: true, head: headOf(at(6)) })
    expect(verifyEnd(headOf(at(6)), anchor)).toEqual({ intact: true, head: headOf(at(6)) })
    expect(verifyEnd(anchor, anchor)).toEqual({ intact: true, head: anchor })
  })

  it('tells a chain that was made anew', () => {
    const anew: AuditEntry[] = []
    for (const { seq } of chain)
      anew.push(
        sealEntry(
          anAuditRecord({ requestId: `other-${seq}` }),
          anew.at(-1) ?? { seq: 0, hash: '0'.repeat(64) },
          sha256,
        ),
      )
    expect(verify(anew)).toMatchObject({ intact: true })
    const reason = `entry 4 was changed, or one before it: its hash was ${anchor.hash}`
    expect(verify(anew, { anchor })).toEqual(broken(4, reason))
  })

  it('tells a chain whose end is missing', () => {
    expect(verify(chain.slice(0, 2), { anchor })).toEqual({ intact: true, head: headOf(at(2)) })
    expect(verifyEnd(headOf(at(2)), anchor)).toEqual(broken(3, 'entry 3 is missing: there were 4'))
  })
})
