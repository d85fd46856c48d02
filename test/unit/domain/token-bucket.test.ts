import { describe, expect, it } from 'vitest'
import { type Bucket, takeToken } from '../../../shared/domain/token-bucket.ts'

const rule = { most: 3, perSecond: 2 }

function takeAt(...instants: readonly number[]): readonly number[] {
  let bucket: Bucket | undefined
  return instants.map((at) => {
    const taken = takeToken(rule, bucket, at)
    bucket = taken.bucket
    return taken.waitMs
  })
}

describe('a bucket', () => {
  it('gives what it holds at once, and tells when there is more', () => {
    expect(takeAt(0, 0, 0, 0, 0)).toEqual([0, 0, 0, 500, 500])
  })

  it('refills with time, and not beyond what it holds', () => {
    expect(takeAt(0, 0, 0, 499, 500, 60_000, 60_000, 60_000, 60_000)).toEqual([0, 0, 0, 1, 0, 0, 0, 0, 500])
  })

  it('gains nothing from a clock that is set back', () => {
    expect(takeAt(10_000, 10_000, 10_000, 0, 250, 500)).toEqual([0, 0, 0, 500, 250, 0])
  })
})
