import { describe, expect, it } from 'vitest'
import { buildPage, fromCursor, toCursor } from '../../../shared/adapters/page.ts'
import { ValidationError } from '../../../shared/domain/errors.ts'

const encoded = (content: unknown) => Buffer.from(JSON.stringify(content)).toString('base64url')

describe('cursors', () => {
  it('give back the place they were made of', () => {
    expect(fromCursor('services', toCursor('services', 'web-2'))).toBe('web-2')
    expect(fromCursor('events', toCursor('events', '12'))).toBe('12')
    expect(fromCursor('events', null)).toBeNull()
  })

  it.each([
    { title: 'nothing', cursor: '' },
    { title: 'no base64url', cursor: '%%%' },
    { title: 'no JSON', cursor: Buffer.from('web').toString('base64url') },
    { title: 'another value', cursor: encoded(null) },
    { title: 'no place', cursor: encoded({ list: 'events' }) },
    { title: 'a place that is no text', cursor: encoded({ list: 'events', place: 12 }) },
    { title: 'a place that is no number', cursor: encoded({ list: 'events', place: 'web' }) },
    { title: 'an empty place', cursor: encoded({ list: 'events', place: '' }) },
    { title: 'a place of 13 digits', cursor: encoded({ list: 'events', place: '1234567890123' }) },
    { title: "another list's", cursor: toCursor('services', '12') },
    { title: 'one with something added', cursor: `${toCursor('events', '12')}=` },
    { title: 'one that says more', cursor: encoded({ list: 'events', place: '12', more: true }) },
  ])('are refused: $title', ({ cursor }) => {
    const read = () => fromCursor('events', cursor)
    expect(read).toThrow(ValidationError)
    expect(read).toThrow(expect.objectContaining({ problems: [expect.objectContaining({ path: 'cursor' })] }))
  })

  it('refuse a place that no key can have', () => {
    expect(() => fromCursor('services', toCursor('services', ''))).toThrow(ValidationError)
    expect(() => fromCursor('services', toCursor('services', 'x'.repeat(129)))).toThrow(ValidationError)
  })

  it.each(['1', '999999999999999', '8640000000000000', '8999999999999999'])('take an end of a bucket: %s', (place) => {
    expect(fromCursor('buckets', toCursor('buckets', place))).toBe(place)
  })

  it.each(['0', '-1', '1.5', '9000000000000000', '9500000000000000', '9999999999999999', '10000000000000000'])(
    'refuse an end that no bucket can have: %s',
    (place) => {
      expect(() => fromCursor('buckets', toCursor('buckets', place))).toThrow(ValidationError)
    },
  )
})

describe('pages', () => {
  it.each([
    { title: 'nothing', found: [], items: [], nextCursor: null },
    { title: 'less than a page', found: ['a'], items: ['a'], nextCursor: null },
    { title: 'exactly a page', found: ['a', 'b'], items: ['a', 'b'], nextCursor: null },
    { title: 'more than a page', found: ['a', 'b', 'c'], items: ['a', 'b'], nextCursor: toCursor('services', 'b') },
  ])('are cut from $title', ({ found, items, nextCursor }) => {
    expect(buildPage('services', { found, limit: 2, placeOf: (entry) => entry })).toEqual({ items, nextCursor })
  })
})
