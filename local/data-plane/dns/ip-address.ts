import { isIPv4, isIPv6 } from 'node:net'

/** @throws {RangeError} If the text is no IPv4 address. */
export function encodeIpv4(text: string): Buffer {
  if (!isIPv4(text)) throw new RangeError(`'${text}' is no IPv4 address`)
  return Buffer.from(text.split('.').map(Number))
}

/** @throws {RangeError} If the text is no IPv6 address, or has a zone (`%eth0`). */
export function encodeIpv6(text: string): Buffer {
  if (!isIPv6(text) || text.includes('%')) throw new RangeError(`'${text}' is no IPv6 address`)
  const [head = '', tail] = text.split('::')
  const first = toOctets(head)
  const last = tail === undefined ? [] : toOctets(tail)
  return Buffer.from([...first, ...new Array<number>(16 - first.length - last.length).fill(0), ...last])
}

function toOctets(groups: string): number[] {
  if (groups === '') return []
  return groups.split(':').flatMap((group) => {
    if (group.includes('.')) return group.split('.').map(Number)
    const number = Number.parseInt(group, 16)
    return [number >> 8, number & 0xff]
  })
}
