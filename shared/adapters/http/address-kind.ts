import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'

type Address = ReturnType<typeof ipaddr.parse>

/**
 * What an address is to a caller inside AWS. `private` is another machine of somebody's own network, `loopback` this one
 * (on Lambda that is where the runtime's own API listens). `forbidden` is never a service to be probed: metadata and
 * credentials (all of 169.254.0.0/16 and fd00:ec2::/32), multicast, broadcast, reserved blocks, and tunnels that hide where
 * they end.
 */
export type AddressKind = 'public' | 'private' | 'loopback' | 'forbidden'

const globalUnicast = ipaddr.parseCIDR('2000::/3')
const nat64 = ipaddr.parseCIDR('64:ff9b::/96')
/** Where AWS has its own services on IPv6: instance metadata (::254), credentials of EKS (::23), DNS, time. */
const awsServices = ipaddr.parseCIDR('fd00:ec2::/32')

const kinds: Readonly<Record<string, AddressKind>> = {
  unicast: 'public',
  private: 'private',
  carrierGradeNat: 'private',
  uniqueLocal: 'private',
  loopback: 'loopback',
}

/** An address as text (no brackets), unwrapped: one that only carries an IPv4 address is that one. Null if it is none. */
export function parseAddress(text: string): Address | null {
  // The library also takes 10.1 and 012.0.0.1 for addresses.
  if (isIP(text) === 0) return null
  // Takes IPv4-mapped addresses (::ffff:0:0/96) for what they carry.
  const address = ipaddr.process(text)
  if (address.kind() === 'ipv6' && address.match(nat64)) return ipaddr.fromByteArray(address.toByteArray().slice(-4))
  return address
}

/** Public is what is known to be; whatever a future list adds is forbidden until then. */
export function kindOf(address: Address): AddressKind {
  if (address.kind() === 'ipv6') {
    if (address.match(awsServices)) return 'forbidden'
    if (address.range() === 'unicast' && !address.match(globalUnicast)) return 'forbidden'
  }
  return kinds[address.range()] ?? 'forbidden'
}
