import { describe, expect, it } from 'vitest'
import {
  checkFits,
  checkIsSmall,
  largestItemBytes,
  largestNewItemBytes,
  sizeOf,
} from '../../../../shared/adapters/dynamodb/item-size.ts'
import { InvariantError, ValidationError } from '../../../../shared/domain/errors.ts'

describe('sizes of items', () => {
  it('count bytes as the database does', () => {
    expect(sizeOf({ pk: 'a', text: 'ü€', number: 1 })).toBe(2 + 1 + (4 + 5) + (6 + 21))
  })

  it('fit up to their limit', () => {
    const ofBytes = (bytes: number) => ({ pk: 'p'.repeat(bytes - 2) })
    expect(checkFits(ofBytes(largestItemBytes))).toEqual(ofBytes(largestItemBytes))
    expect(() => checkFits(ofBytes(largestItemBytes + 1))).toThrow(InvariantError)
    expect(() => checkIsSmall(ofBytes(largestNewItemBytes), 'service web')).not.toThrow()
    expect(() => checkIsSmall(ofBytes(largestNewItemBytes + 1), 'service web')).toThrow(ValidationError)
    expect(() => checkIsSmall(ofBytes(largestNewItemBytes + 1), 'service web')).toThrow(/service web has 194561 bytes/)
  })
})
