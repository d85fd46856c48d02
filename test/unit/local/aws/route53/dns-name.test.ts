import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  compareNames,
  isName,
  isWithin,
  parentOf,
  parseDnsName,
  toWireName,
} from '../../../../../local/aws/route53/dns-name.ts'

describe('parseDnsName', () => {
  it.each([
    ['example.com', 'example.com'],
    ['example.com.', 'example.com'],
    ['EXAMPLE.Com', 'example.com'],
    ['com', 'com'],
    ['_dmarc.a-b.example.com', '_dmarc.a-b.example.com'],
    ['*.example.com', '*.example.com'],
    ['\\052.example.com', '*.example.com'],
    ['\\101.example.com', 'a.example.com'],
    ['*', '*'],
    // Only as the whole leftmost label an asterisk is a wildcard.
    ['a*.example.com', 'a\\052.example.com'],
    ['a.*.example.com', 'a.\\052.example.com'],
    ['a/b.example.com', 'a\\057b.example.com'],
    // A dot in a label parts nothing.
    ['a\\056b.example.com', 'a\\056b.example.com'],
    ['\\344.example.com', '\\344.example.com'],
    [`${'x'.repeat(63)}.com`, `${'x'.repeat(63)}.com`],
  ])('reads %s', (text, name) => {
    expect(parseDnsName(text)).toBe(name)
  })

  it.each([
    ['', 'DomainLabelEmpty'],
    ['.', 'DomainLabelEmpty'],
    ['.example.com', 'DomainLabelEmpty'],
    ['a..b', 'DomainLabelEmpty'],
    ['a.b..', 'DomainLabelEmpty'],
    [`${'x'.repeat(64)}.com`, 'DomainLabelTooLong'],
    [Array(64).fill('abc').join('.'), 'DomainNameTooLong'],
    ['ä.example.com', 'UnsupportedCharacter'],
    ['a b.example.com', 'UnsupportedCharacter'],
    ['a\\.example.com', 'InvalidEscapeSequence'],
    ['a\\400.example.com', 'InvalidEscapeSequence'],
    ['a\\05', 'InvalidEscapeSequence'],
  ])('refuses "%s"', (text, problem) => {
    expect(parseDnsName(text)).toEqual({ problem: expect.stringMatching(new RegExp(`^${problem} \\(`)) })
  })

  it('takes a name of 255 octets on the wire and none of 256', () => {
    const labels = [...Array(3).fill('x'.repeat(63)), 'x'.repeat(61)]
    expect(isName(parseDnsName(labels.join('.')))).toBe(true)
    expect(isName(parseDnsName([...labels.slice(0, 3), 'x'.repeat(62)].join('.')))).toBe(false)
  })

  const character = fc.constantFrom(...('aZ09-_*/@!\\056\\052\\344'.match(/\\\d{3}|./g) as string[]))
  const label = fc.array(character, { minLength: 1, maxLength: 6 }).map((parts) => parts.join(''))
  const name = fc.array(label, { minLength: 1, maxLength: 4 }).map((labels) => labels.join('.'))

  it('reads what it has written as the same name', () => {
    fc.assert(
      fc.property(name, (text) => {
        const parsed = parseDnsName(text)
        if (!isName(parsed)) throw new Error(parsed.problem)
        expect(parseDnsName(parsed)).toBe(parsed)
        expect(parseDnsName(toWireName(parsed))).toBe(parsed)
      }),
    )
  })

  it('sorts names in one order, whoever is asked first', () => {
    fc.assert(
      fc.property(name, name, name, (...texts) => {
        const [a = '', b = '', c = ''] = texts.map((text) => String(parseDnsName(text)))
        expect(Math.sign(compareNames(a, b))).toBe(-Math.sign(compareNames(b, a)) + 0)
        if (compareNames(a, b) <= 0 && compareNames(b, c) <= 0) expect(compareNames(a, c)).toBeLessThanOrEqual(0)
      }),
    )
  })
})

it.each([
  ['*.example.com', '\\052.example.com.'],
  ['*', '\\052.'],
  ['a\\052.example.com', 'a\\052.example.com.'],
  ['example.com', 'example.com.'],
])('writes %s with its dot', (name, text) => {
  expect(toWireName(name)).toBe(text)
})

it('sorts by labels from the right, with the trailing dot, which a hyphen comes before', () => {
  const inOrder = ['com', 'a-b.com', 'a.com', '*.a.com', 'b.a.com', 'b.com', 'a.net']
  expect([...inOrder].reverse().sort(compareNames)).toEqual(inOrder)
})

it.each([
  ['example.com', 'example.com', true],
  ['a.example.com', 'example.com', true],
  ['badexample.com', 'example.com', false],
  ['example.com', 'a.example.com', false],
])('says whether %s is within %s', (name, zone, expected) => {
  expect(isWithin(name, zone)).toBe(expected)
})

it('goes up label by label', () => {
  expect([parentOf('a.b.com'), parentOf('b.com'), parentOf('com')]).toEqual(['b.com', 'com', null])
})
