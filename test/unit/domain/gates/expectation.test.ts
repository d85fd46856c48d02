import { describe, expect, it } from 'vitest'
import { ValidationError } from '../../../../shared/domain/errors.ts'
import {
  isExpectedStatus,
  isSameJson,
  parseJsonPath,
  parseStatusRanges,
  valueAt,
} from '../../../../shared/domain/gates/expectation.ts'

describe('parseStatusRanges', () => {
  it.each([
    { text: '200', ranges: [{ from: 200, to: 200 }] },
    { text: '200-299', ranges: [{ from: 200, to: 299 }] },
    {
      text: '200, 204,300-399',
      ranges: [
        { from: 200, to: 200 },
        { from: 204, to: 204 },
        { from: 300, to: 399 },
      ],
    },
    { text: '100-599', ranges: [{ from: 100, to: 599 }] },
  ])('reads "$text"', ({ text, ranges }) => {
    expect(parseStatusRanges(text)).toEqual(ranges)
  })

  it.each(['', ',', '200,', '2xx', '99', '600', '299-200', '200-', '200 299', '-200', '200-299-300'])(
    'refuses "%s"',
    (text) => {
      expect(() => parseStatusRanges(text)).toThrow(ValidationError)
    },
  )

  it.each([
    { status: 199, expected: false },
    { status: 200, expected: true },
    { status: 299, expected: true },
    { status: 300, expected: false },
    { status: 304, expected: true },
  ])('takes $status for 200-299,304: $expected', ({ status, expected }) => {
    expect(isExpectedStatus(parseStatusRanges('200-299,304'), status)).toBe(expected)
  })
})

describe('JSON paths', () => {
  const document = { status: 'ok', checks: [{ name: 'db', 'is-up': true }, null], none: null }

  it.each([
    { path: '$', value: document },
    { path: '$.status', value: 'ok' },
    { path: '$.checks[0].name', value: 'db' },
    { path: '$.checks[0].is-up', value: true },
    { path: '$.none', value: null },
    { path: '$.missing', value: undefined },
    { path: '$.checks[7]', value: undefined },
    { path: '$.checks[1].name', value: undefined },
    { path: '$.checks.length', value: undefined },
    { path: '$.status.length', value: undefined },
    { path: '$[0]', value: undefined },
    { path: '$.toString', value: undefined },
  ])('finds what stands at $path', ({ path, value }) => {
    expect(valueAt(document, parseJsonPath(path))).toEqual(value)
  })

  it.each(['', 'status', '$status', '$.', '$..a', '$.a[', '$.a[x]', '$.a[-1]', '$.*', "$['a']", ' $.a'])(
    'refuses "%s"',
    (path) => {
      expect(() => parseJsonPath(path)).toThrow(ValidationError)
    },
  )
})

describe('isSameJson', () => {
  it.each([
    { a: 1, b: 1, same: true },
    { a: 1, b: '1', same: false },
    { a: null, b: null, same: true },
    { a: null, b: {}, same: false },
    { a: {}, b: null, same: false },
    { a: {}, b: 1, same: false },
    { a: { x: 1, y: [2] }, b: { y: [2], x: 1 }, same: true },
    { a: { x: 1 }, b: { x: 1, y: 2 }, same: false },
    { a: { x: 1 }, b: { y: 1 }, same: false },
    { a: [1, 2], b: [2, 1], same: false },
    { a: [], b: {}, same: false },
    { a: undefined, b: null, same: false },
  ])('says $same for $a and $b', ({ a, b, same }) => {
    expect(isSameJson(a, b)).toBe(same)
  })
})
