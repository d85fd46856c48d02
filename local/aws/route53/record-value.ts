import { isIPv4, isIPv6 } from 'node:net'
import { isName, parseDnsName } from './dns-name.ts'

/** Most characters of one value. @see Amazon Route 53 Developer Guide, Supported DNS record types */
const longestValue = 4000

/**
 * What is wrong with a record's value, in Route 53's words; undefined when it may stand.
 *
 * @see Amazon Route 53 Developer Guide, Supported DNS record types
 */
export function findValueProblem(type: string, value: string): string | undefined {
  if (value.length > longestValue) return 'ValueTooLong (Value is too long)'
  const check = checks[type]
  return check ? check(value, type) : `${type}UnsupportedType (Record type is not supported)`
}

type Check = (value: string, type: string) => string | undefined

const checks: Readonly<Record<string, Check>> = {
  A: oneField((value) => (isIPv4(value) ? undefined : 'ARRDATAIllegalIPv4Address (Value is not a valid IPv4 address)')),
  AAAA: oneField((value) =>
    isIPv6(value) && !value.includes('%')
      ? undefined
      : 'AAAARRDATAIllegalIPv6Address (Value is not a valid IPv6 address)',
  ),
  CNAME: oneField(nameProblem),
  NS: oneField(nameProblem),
  PTR: oneField(nameProblem),
  TXT: quotedStrings,
  SPF: quotedStrings,
  MX: fields([uint16, hostName]),
  SRV: fields([uint16, uint16, uint16, hostName]),
  CAA: fields([uint8, /^[a-z0-9]{1,255}$/i, /^("[^"]*"|[^\s"]+)$/]),
  DS: fields([uint16, uint8, uint8, /^[0-9a-f]+$/i]),
  NAPTR: fields([uint16, uint16, quoted, quoted, quoted, hostName]),
  SOA: fields([hostName, hostName, uint32, uint32, uint32, uint32, uint32]),
  SSHFP: fields([uint8, uint8, /^[0-9a-f]+$/i]),
  TLSA: fields([uint8, uint8, uint8, /^[0-9a-f]+$/i]),
  HTTPS: serviceBinding,
  SVCB: serviceBinding,
}

type Field = RegExp | ((text: string) => boolean)

function oneField(check: Check): Check {
  return (value, type) =>
    /\s/.test(value) ? `${type}RRDATANotSingleField (Value contains spaces)` : check(value, type)
}

/** Values whose parts are parted by spaces; a quoted part may have spaces itself. */
function fields(expected: readonly Field[]): Check {
  return (value, type) => {
    const found = value.match(/"[^"]*"|\S+/g) ?? []
    if (found.length !== expected.length)
      return `${type}RRDATAWrongFieldCount (Value must have ${expected.length} fields, not ${found.length})`
    const wrong = expected.findIndex((field, index) => !fits(field, found[index] ?? ''))
    return wrong === -1 ? undefined : `${type}RRDATAIllegalField (Field ${wrong + 1} of the value is not valid)`
  }
}

function fits(field: Field, text: string): boolean {
  return field instanceof RegExp ? field.test(text) : field(text)
}

function uint8(text: string): boolean {
  return isInteger(text, 0xff)
}

function uint16(text: string): boolean {
  return isInteger(text, 0xffff)
}

function uint32(text: string): boolean {
  return isInteger(text, 0xffff_ffff)
}

function isInteger(text: string, most: number): boolean {
  return /^\d{1,10}$/.test(text) && Number(text) <= most
}

function quoted(text: string): boolean {
  return /^"[^"]*"$/.test(text)
}

/** A name, or the root. */
function hostName(text: string): boolean {
  return text === '.' || isName(parseDnsName(text))
}

function nameProblem(value: string): string | undefined {
  const parsed = parseDnsName(value)
  return isName(parsed) ? undefined : parsed.problem
}

/** One or more strings in quotation marks, of at most 255 characters each. */
function quotedStrings(value: string): string | undefined {
  if (!/^"(?:[^"\\]|\\.)*"(?:\s+"(?:[^"\\]|\\.)*")*$/s.test(value))
    return 'InvalidCharacterString (Value should be enclosed in quotation marks)'
  const strings = value.match(/"(?:[^"\\]|\\.)*"/gs) ?? []
  const lengths = strings.map((text) => text.slice(1, -1).replace(/\\(?:[0-3][0-7]{2}|.)/gs, '.').length)
  return lengths.some((length) => length > 255) ? 'CharacterStringTooLong (Value is too long)' : undefined
}

/** Priority, target and, unless the priority is 0 (an alias), parameters. @see RFC 9460 2.1 */
function serviceBinding(value: string, type: string): string | undefined {
  const [priority = '', target = '', ...parameters] = value.match(/(?:[^\s"]+|"[^"]*")+/g) ?? []
  if (!uint16(priority) || !hostName(target))
    return `${type}RRDATAMalformed (Value must be a priority, a target name and parameters)`
  return parameters.every((parameter) => /^[a-z0-9-]+(=.*)?$/s.test(parameter))
    ? undefined
    : `${type}RRDATAMalformed (Value has a parameter that is not key=value)`
}
