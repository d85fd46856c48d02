import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  encodeName,
  isWithin,
  normaliseName,
  parentOf,
  readName,
} from '../../../../../local/data-plane/dns/domain-name.ts'

const label = fc.uint8Array({ minLength: 1, maxLength: 20 })
const wireName = fc
  .array(label, { maxLength: 11 })
  .map((labels) => Buffer.concat([...labels.map((one) => Buffer.from([one.length, ...one])), Buffer.from([0])]))

/** A letter has two cases on the wire and one in the text. */
const lowerCase = (name: Buffer) =>
  Buffer.from(
    name.toString('latin1').replace(/[A-Z]/g, (one) => one.toLowerCase()),
    'latin1',
  )

describe('readName and encodeName', () => {
  it.each([
    { wire: '\0', text: '' },
    { wire: '\x03com\0', text: 'com' },
    { wire: '\x03WwW\x07eXample\x03com\0', text: 'www.example.com' },
    { wire: '\x01*\x07example\0', text: '*.example' },
    { wire: '\x01a\x01*\x07example\0', text: 'a.\\052.example' },
    { wire: '\x02a*\x07example\0', text: 'a\\052.example' },
    { wire: '\x03a.b\x07example\0', text: 'a\\056b.example' },
    { wire: '\x02\xc3\xa9\x07example\0', text: '\\303\\251.example' },
    { wire: '\x06_-09az\0', text: '_-09az' },
  ])('reads $text as zones spell it', ({ wire, text }) => {
    const packet = Buffer.from(`..${wire}..`, 'latin1')
    expect(readName(packet, 2)).toEqual({ text, end: 2 + wire.length })
  })

  it('brings every name back, in lower case', () => {
    fc.assert(
      fc.property(wireName, (wire) => {
        const text = readName(wire, 0)?.text ?? 'unreadable'
        expect(lowerCase(encodeName(text))).toEqual(lowerCase(wire))
        expect(normaliseName(text)).toBe(text)
      }),
    )
  })

  it('reads a name of 255 octets, and none longer', () => {
    const ofLength = (last: number) =>
      Buffer.concat(
        [63, 63, 63, last].map((size) => Buffer.from([size, ...Buffer.alloc(size, 'a')])).concat(Buffer.from([0])),
      )
    expect(ofLength(61)).toHaveLength(255)
    expect(readName(ofLength(61), 0)?.end).toBe(255)
    expect(readName(ofLength(62), 0)).toBeNull()
  })

  it.each([
    { name: 'nothing', octets: [] },
    { name: 'a label that the packet cuts off', octets: [3, 0x61] },
    { name: 'a name without its end', octets: [1, 0x61] },
    { name: 'a pointer', octets: [0xc0, 0x0c] },
    { name: 'a label type that nobody uses', octets: [0x41, 0x61, 0] },
  ])('reads no name from $name', ({ octets }) => {
    expect(readName(Buffer.from(octets), 0)).toBeNull()
  })

  it.each([
    { name: 'an empty label', text: 'a..b' },
    { name: 'a dot at the start', text: '.a' },
    { name: 'a label of 64 octets', text: 'a'.repeat(64) },
    { name: 'a name of 256 octets', text: Array.from({ length: 4 }, () => 'a'.repeat(63)).join('.') },
  ])('does not encode $name', ({ text }) => {
    expect(() => encodeName(text)).toThrow(RangeError)
  })

  it('keeps the letters that a name has, and takes escapes and a trailing dot', () => {
    expect(encodeName('WwW.a\\056b\\\\.Example.').toString('latin1')).toBe('\x03WwW\x04a.b\\\x07Example\0')
  })
})

describe('normaliseName', () => {
  it.each([
    { text: 'App.Example.COM.', name: 'app.example.com' },
    { text: '\\052.example.com.', name: '*.example.com' },
    { text: '\\141pp.example.com', name: 'app.example.com' },
    { text: '.', name: '' },
    { text: '', name: '' },
  ])('spells $text as zones do', ({ text, name }) => {
    expect(normaliseName(text)).toBe(name)
  })
})

describe('parentOf', () => {
  it.each([
    { name: 'a.b.c', parent: 'b.c' },
    { name: 'c', parent: '' },
    { name: '', parent: null },
  ])('goes from $name to $parent', ({ name, parent }) => {
    expect(parentOf(name)).toBe(parent)
  })
})

describe('isWithin', () => {
  it.each([
    { name: 'example.com', zone: 'example.com', is: true },
    { name: 'a.example.com', zone: 'example.com', is: true },
    { name: 'badexample.com', zone: 'example.com', is: false },
    { name: 'com', zone: 'example.com', is: false },
    { name: 'com', zone: '', is: true },
  ])('$name within $zone: $is', ({ name, zone, is }) => {
    expect(isWithin(name, zone)).toBe(is)
  })
})
