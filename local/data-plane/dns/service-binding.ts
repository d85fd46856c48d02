import { encodeIpv4, encodeIpv6 } from './ip-address.ts'

/** Numbers of the parameters of SVCB and HTTPS records. @see IANA, DNS service bindings */
const keyNumbers: Readonly<Record<string, number>> = {
  mandatory: 0,
  alpn: 1,
  'no-default-alpn': 2,
  port: 3,
  ipv4hint: 4,
  ech: 5,
  ipv6hint: 6,
  dohpath: 7,
  ohttp: 8,
}

/**
 * Encodes the parameters of a service binding (`alpn="h2,h3"`, `port=8443`, `key667=hello`), in rising order of key as
 * the wire wants them.
 *
 * @param texts - One text for each parameter, escapes already undone.
 * @throws {RangeError} If a key is unknown or there twice, or a value does not fit its key.
 * @see RFC 9460 2.2 and 7
 */
export function encodeServiceParameters(texts: readonly Buffer[]): Buffer {
  const parameters = texts.map((text) => {
    const equals = text.indexOf('=')
    const name = (equals < 0 ? text : text.subarray(0, equals)).toString('latin1').toLowerCase()
    const value = equals < 0 ? Buffer.alloc(0) : text.subarray(equals + 1)
    return { key: keyNumber(name), value: encodeParameter(keyNumber(name), value) }
  })
  parameters.sort((a, b) => a.key - b.key)
  for (const [index, { key }] of parameters.entries()) {
    if (key === parameters[index - 1]?.key) throw new RangeError(`the service parameter ${key} is there twice`)
  }
  return Buffer.concat(parameters.flatMap(({ key, value }) => [uint16(key), uint16(value.length), value]))
}

function keyNumber(name: string): number {
  const generic = /^key(\d{1,5})$/.exec(name)?.[1]
  const number = keyNumbers[name] ?? (generic === undefined ? undefined : Number(generic))
  if (number === undefined || number > 0xffff) throw new RangeError(`there is no service parameter '${name}'`)
  return number
}

function encodeParameter(key: number, value: Buffer): Buffer {
  const text = value.toString('latin1')
  switch (key) {
    case 0:
      return Buffer.concat(
        list(text)
          .map(keyNumber)
          .sort((a, b) => a - b)
          .map(uint16),
      )
    case 1:
      return Buffer.concat(list(text).map(protocolId))
    case 2:
      if (text !== '') throw new RangeError(`no-default-alpn has the value '${text}', and takes none`)
      return value
    case 3:
      if (!/^\d{1,5}$/.test(text)) throw new RangeError(`'${text}' is no port`)
      return uint16(Number(text))
    case 4:
      return Buffer.concat(list(text).map(encodeIpv4))
    case 5:
      if (!/^[a-z0-9+/]+={0,2}$/i.test(text)) throw new RangeError(`'${text}' is not in base64`)
      return Buffer.from(text, 'base64')
    case 6:
      return Buffer.concat(list(text).map(encodeIpv6))
    default:
      return value
  }
}

/** A comma within an item is `\,`. */
function list(text: string): string[] {
  const items = text.match(/(?:\\.|[^,\\])+/gs)
  if (!items) throw new RangeError('a service parameter that is a list has no item')
  return items.map((item) => item.replace(/\\(.)/gs, '$1'))
}

function protocolId(id: string): Buffer {
  if (id.length > 255) throw new RangeError(`a protocol's name has ${id.length} octets; 255 is the most`)
  return Buffer.concat([Buffer.from([id.length]), Buffer.from(id, 'latin1')])
}

function uint16(value: number): Buffer {
  if (!Number.isInteger(value) || value < 0 || value > 0xffff) throw new RangeError(`${value} is not from 0 to 65535`)
  return Buffer.from([value >> 8, value & 0xff])
}
