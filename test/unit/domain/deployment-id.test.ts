import { describe, expect, it } from 'vitest'
import { isBrokenStart, startedAtMs } from '../../../shared/domain/deployment-id.ts'
import { ValidationError } from '../../../shared/domain/errors.ts'

describe('startedAtMs', () => {
  it('reads the time of the ULID specification’s example', () => {
    expect(startedAtMs('dep_01ARZ3NDEKTSV4RRFFQ69G5FAV')).toBe(1469922850259)
  })
  it.each([
    '',
    'dep_',
    '01ARZ3NDEKTSV4RRFFQ69G5FAV',
    'dep_81ARZ3NDEKTSV4RRFFQ69G5FAV',
    'dep_01ARZ3NDEKTSV4RRFFQ69G5FAU1',
  ])('refuses "%s"', (id) => {
    expect(() => startedAtMs(id)).toThrow(ValidationError)
  })
})

describe('a start', () => {
  const startedAt = startedAtMs('dep_01ARZ3NDEKTSV4RRFFQ69G5FAV')
  it.each([
    [0, false],
    [119_999, false],
    [120_000, true],
  ])('without a record after %i ms is broken off: %s', (ms, expected) => {
    expect(isBrokenStart('dep_01ARZ3NDEKTSV4RRFFQ69G5FAV', startedAt + ms)).toBe(expected)
  })
})
