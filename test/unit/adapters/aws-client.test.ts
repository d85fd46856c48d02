import { describe, expect, it } from 'vitest'
import { lazy, perRegion } from '../../../shared/adapters/aws-client.ts'

describe('one value per Region', () => {
  it('is made on first use and kept', () => {
    const made: string[] = []
    const valueFor = perRegion((region) => {
      made.push(region)
      return { region }
    })
    expect(made).toEqual([])
    expect(valueFor('eu-west-1')).toBe(valueFor('eu-west-1'))
    expect(valueFor('us-east-2')).toEqual({ region: 'us-east-2' })
    expect(made).toEqual(['eu-west-1', 'us-east-2'])
  })
})

describe('lazy loading', () => {
  it('happens once, for callers at the same time too', async () => {
    let loads = 0
    const load = lazy(async () => ++loads)
    expect(loads).toBe(0)
    expect(await Promise.all([load(), load()])).toEqual([1, 1])
    expect(await load()).toBe(1)
  })

  it('is tried again after it failed', async () => {
    let loads = 0
    const load = lazy(async () => {
      if (++loads === 1) throw new Error('not now')
      return loads
    })
    await expect(load()).rejects.toThrow('not now')
    expect(await load()).toBe(2)
  })
})
