import type { RRType } from '@aws-sdk/client-route-53'
import { encodeName } from './domain-name.ts'
import { encodeIpv4, encodeIpv6 } from './ip-address.ts'
import { encodeServiceParameters } from './service-binding.ts'
import { splitValue, type Token } from './value-tokens.ts'

/** Takes a value's words one after the other. */
interface Words {
  text(): string
  name(): Buffer
  /** A whole number of so many octets. */
  uint(octets: 1 | 2 | 4): Buffer
  /** A length octet and up to 255 octets. */
  characterString(): Buffer
  octets(): Buffer
  /** All words that are left, as one number in hexadecimal. */
  hex(): Buffer
  rest(): readonly Token[]
}

const fields: Readonly<Record<RRType, (words: Words) => readonly Buffer[]>> = {
  A: (words) => [encodeIpv4(words.text())],
  AAAA: (words) => [encodeIpv6(words.text())],
  CAA: (words) => [words.uint(1), words.characterString(), words.octets()],
  CNAME: (words) => [words.name()],
  DS: (words) => [words.uint(2), words.uint(1), words.uint(1), words.hex()],
  HTTPS: bindService,
  MX: (words) => [words.uint(2), words.name()],
  NAPTR: (words) => [
    words.uint(2),
    words.uint(2),
    words.characterString(),
    words.characterString(),
    words.characterString(),
    words.name(),
  ],
  NS: (words) => [words.name()],
  PTR: (words) => [words.name()],
  SOA: (words) => [
    words.name(),
    words.name(),
    words.uint(4),
    words.uint(4),
    words.uint(4),
    words.uint(4),
    words.uint(4),
  ],
  SPF: toCharacterStrings,
  SRV: (words) => [words.uint(2), words.uint(2), words.uint(2), words.name()],
  SSHFP: (words) => [words.uint(1), words.uint(1), words.hex()],
  SVCB: bindService,
  TLSA: (words) => [words.uint(1), words.uint(1), words.uint(1), words.hex()],
  TXT: toCharacterStrings,
}

/**
 * Encodes a record's value, as Route 53 holds it, to RDATA. Names stay uncompressed, which every type allows.
 *
 * @throws {RangeError} If the value is not one of its type.
 * @see RFC 1035 3.3, 2782, 3403, 3596, 4034, 4255, 6698, 8659, 9460; Route 53 developer guide, supported record types
 */
export function encodeRecordData(type: RRType, value: string): Buffer {
  try {
    const words = readWords(value)
    const data = Buffer.concat(fields[type](words))
    if (words.rest().length > 0) throw new RangeError('it has more words than the type')
    return data
  } catch (cause) {
    throw new RangeError(`cannot send the ${type} value ${value}: ${cause instanceof Error ? cause.message : cause}`, {
      cause,
    })
  }
}

function readWords(value: string): Words {
  const tokens = splitValue(value)
  const next = () => {
    const token = tokens.shift()
    if (!token) throw new RangeError('it has fewer words than the type')
    return token
  }
  return {
    text: () => next().octets.toString('utf8'),
    name: () => encodeName(next().octets.toString('utf8')),
    uint: (octets) => toUint(next().octets.toString('latin1'), octets),
    characterString: () => toCharacterString(next()),
    octets: () => next().octets,
    hex: () => toHex(tokens.splice(0).map(({ octets }) => octets.toString('latin1'))),
    rest: () => tokens.splice(0),
  }
}

function toUint(text: string, octets: 1 | 2 | 4): Buffer {
  const limit = 2 ** (8 * octets)
  const number = Number(text)
  if (!/^\d{1,10}$/.test(text) || number >= limit) throw new RangeError(`'${text}' is not from 0 to ${limit - 1}`)
  const buffer = Buffer.alloc(octets)
  buffer.writeUIntBE(number, 0, octets)
  return buffer
}

function toHex(parts: readonly string[]): Buffer {
  const text = parts.join('')
  if (!/^(?:[0-9a-f]{2})+$/i.test(text)) throw new RangeError(`'${text}' is not hexadecimal, two digits an octet`)
  return Buffer.from(text, 'hex')
}

function toCharacterStrings(words: Words): readonly Buffer[] {
  const tokens = words.rest()
  if (tokens.length === 0) throw new RangeError('it has no text')
  return tokens.map(toCharacterString)
}

function toCharacterString({ octets }: Token): Buffer {
  if (octets.length > 255) throw new RangeError(`a text has ${octets.length} octets; 255 is the most`)
  return Buffer.concat([Buffer.from([octets.length]), octets])
}

function bindService(words: Words): readonly Buffer[] {
  const head = [words.uint(2), words.name()]
  return [...head, encodeServiceParameters(joinParameters(words.rest()))]
}

/** `alpn="h2,h3"` comes as the words `alpn=` and `h2,h3`: the quotation marks only hold the value together. */
function joinParameters(tokens: readonly Token[]): Buffer[] {
  const texts: Buffer[] = []
  for (const { octets, isQuoted } of tokens) {
    const before = texts[texts.length - 1]
    if (isQuoted && before?.at(-1) === 0x3d) texts[texts.length - 1] = Buffer.concat([before, octets])
    else texts.push(octets)
  }
  return texts
}
