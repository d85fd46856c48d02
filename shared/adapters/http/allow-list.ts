import { isIP } from 'node:net'
import { domainToASCII } from 'node:url'
import ipaddr from 'ipaddr.js'
import { ConfigError } from '../../domain/errors.ts'
import { parseAddress } from './address-kind.ts'

type Address = ReturnType<typeof ipaddr.parse>

/** Hosts and addresses that may be called although they are not public. */
export interface AllowList {
  hasHost(host: string): boolean
  hasAddress(address: Address): boolean
}

const hostShape = /^(\*\.)?([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9])?\.)*[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9])?$/

/**
 * Reads entries: an address (`10.1.2.3`), a block (`10.1.0.0/16`, `fd12::/48`), a host (`judge.internal`), or all hosts below
 * one (`*.corp.example`).
 *
 * @throws {ConfigError} Naming the entry that is none of these.
 */
export function parseAllowList(entries: readonly string[]): AllowList {
  const blocks: [Address, number][] = []
  const hosts = new Set<string>()
  for (const entry of entries) {
    const block = parseBlock(entry)
    if (block) blocks.push(block)
    else hosts.add(parseHost(entry))
  }
  return {
    hasHost: (host) => hosts.has(host) || domainsAbove(host).some((domain) => hosts.has(`*.${domain}`)),
    hasAddress: (address) => blocks.some((block) => address.kind() === block[0].kind() && address.match(block)),
  }
}

function parseBlock(entry: string): [Address, number] | null {
  if (isIP(entry.split('/', 1)[0] ?? '') !== 0 && ipaddr.isValidCIDR(entry)) {
    const [address, prefix] = ipaddr.parseCIDR(entry)
    // A typing error such as 10.0.0.1/8 for /32 must not open a network.
    if (
      ipaddr[address.kind() === 'ipv4' ? 'IPv4' : 'IPv6'].networkAddressFromCIDR(entry).toString() !==
      address.toString()
    )
      throw new ConfigError(`"${entry}" is no block of addresses: bits are set after its first ${prefix}`)
    return [address, prefix]
  }
  const address = parseAddress(entry)
  return address && [address, address.kind() === 'ipv4' ? 32 : 128]
}

function parseHost(entry: string): string {
  const wildcard = entry.startsWith('*.') ? '*.' : ''
  const host = wildcard + domainToASCII(entry.slice(wildcard.length))
  // A last label of digits only would be read as an address, and a bare `*.com` is everybody.
  const isHost = hostShape.test(host) && !/(^|\.)[0-9]+$/.test(host) && !(wildcard && !host.slice(2).includes('.'))
  if (!isHost) throw new ConfigError(`"${entry}" is no host, no address and no block of addresses (10.0.0.0/16)`)
  return host
}

/** `a.b.example` → `b.example`, `example` */
function domainsAbove(host: string): readonly string[] {
  const labels = host.split('.')
  return labels.slice(1).map((_, index) => labels.slice(index + 1).join('.'))
}
