import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type AuditFilter, chainStart, fitsFilter, sealEntry, toJsonLine } from '../../../shared/domain/audit.ts'
import { anAuditChain, anAuditRecord, sha256 } from '../../support/audit.ts'

const seal = (overrides = {}) => sealEntry(anAuditRecord(overrides), chainStart, sha256)

describe('an entry', () => {
  it('is the record in its place, with a hash over all of it', () => {
    const previous = { seq: 7, hash: 'a'.repeat(64) }
    const entry = sealEntry(anAuditRecord(), previous, sha256)
    expect(entry).toEqual({ ...anAuditRecord(), seq: 8, previousHash: previous.hash, hash: entry.hash })
    // Written down once: were it computed otherwise one day, no audit of before could be verified.
    expect(seal().hash).toBe('83721adc943ee39df6e2106a34e5d7ee5b4ad5516dc91281a2fc0600ed8b8528')
  })

  it('does not depend on the order of members', () => {
    expect(seal({ after: { a: 1, b: { c: 2, d: 3 } } }).hash).toBe(seal({ after: { b: { d: 3, c: 2 }, a: 1 } }).hash)
  })

  it('is exactly what a store gives back, whatever it is about', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.string({ unit: 'binary' }), (after, reason) => {
        const entry = seal({ after, reason })
        expect(JSON.parse(JSON.stringify(entry))).toEqual(entry)
        const { hash, ...rest } = JSON.parse(JSON.stringify(entry))
        expect(sealEntry(rest, chainStart, sha256).hash).toBe(hash)
      }),
    )
  })

  it('has no more than JSON has words for', () => {
    expect(seal({ before: undefined, after: { a: undefined, b: Number.NaN } })).toMatchObject({ after: { b: null } })
    expect(seal({ after: { a: undefined } }).after).toEqual({})
  })

  it('leaves the hash of a value that is too long', () => {
    const fitting = 'x'.repeat(159_998)
    expect(seal({ after: fitting }).after).toBe(fitting)
    const long = `${fitting}x`
    expect(seal({ before: long }).before).toEqual({ omittedCharacters: 160_001, sha256: sha256(`"${long}"`) })
  })

  it('counts what is too long in bytes, as the store does', () => {
    const fitting = '長'.repeat(53_332)
    expect(seal({ after: fitting }).after).toBe(fitting)
    expect(seal({ after: `${fitting}長` }).after).toMatchObject({ omittedCharacters: 53_335 })
  })

  it('is one line of an export', () => {
    const entry = seal({ reason: 'two\nlines' })
    expect(toJsonLine(entry)).toMatch(/^\{[^\n]*\}\n$/)
    expect(JSON.parse(toJsonLine(entry))).toEqual(entry)
  })
})

describe('a filter', () => {
  const [entry = seal()] = anAuditChain(1)
  it.each<{ readonly filter: AuditFilter; readonly fits: boolean }>([
    { filter: {}, fits: true },
    { filter: { principal: 'mei' }, fits: true },
    { filter: { principal: '01kdvdnc00000000000000t0k1' }, fits: true },
    { filter: { principal: 'bo' }, fits: false },
    { filter: { source: 'rest', command: 'start-deployment', service: 'web', outcome: 'allowed' }, fits: true },
    { filter: { source: 'slack' }, fits: false },
    { filter: { command: 'abort-deployment' }, fits: false },
    { filter: { service: 'api' }, fits: false },
    { filter: { deployment: 'dep_01KDVDNC00000000000000WEB1' }, fits: true },
    { filter: { deployment: 'dep_01KDVDNC00000000000000WEB2' }, fits: false },
    { filter: { outcome: 'refused' }, fits: false },
    { filter: { since: '2026-01-01T00:01:00.000Z' }, fits: true },
    { filter: { since: '2026-01-01T00:01:00.001Z' }, fits: false },
    { filter: { until: '2026-01-01T00:01:00.000Z' }, fits: false },
    { filter: { until: '2026-01-01T00:01:00.001Z' }, fits: true },
    { filter: { since: '2026-01-01T00:01:00Z', until: '2026-01-01T00:02:00Z' }, fits: true },
    { filter: { service: 'web', outcome: 'refused' }, fits: false },
  ])('$filter: $fits', ({ filter, fits }) => {
    expect(fitsFilter(entry, filter)).toBe(fits)
  })

  it('takes a member without a value for none', () => {
    const filter = { service: undefined, until: undefined } as object
    expect(fitsFilter(entry, filter)).toBe(true)
  })
})
