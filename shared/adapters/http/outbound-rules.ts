import type { OutboundRules } from '../../ports/outbound-rules.ts'
import { type AddressKind, kindOf, parseAddress } from './address-kind.ts'
import { type AllowList, parseAllowList } from './allow-list.ts'

/** The rules, and what is asked of each address when a request goes out. */
export interface HttpOutboundRules extends OutboundRules {
  /** Why `host` may not be called at `address`, one that it was resolved to; null if it may. */
  whyAddressRefused(host: string, address: string): string | null
}

const ports = new Set(['', '80', '443'])

/**
 * Only public addresses, except for what is allowed. A host on the list may have private addresses; loopback must be
 * allowed by address, since a name belongs to whoever answers for it. Metadata, link-local and reserved addresses are
 * refused whatever the list says.
 *
 * @param allowed - Addresses, blocks, hosts: see {@link parseAllowList}.
 * @throws {ConfigError} If an entry is none of these.
 */
export function createOutboundRules(allowed: readonly string[]): HttpOutboundRules {
  const list = parseAllowList(allowed)
  return {
    whyRefused(url) {
      // `{side}` stands for the slot, and may be in the host.
      const reasons = ['blue', 'green'].map((side) => whyUrlRefused(list, url.replaceAll('{side}', side)))
      return reasons.find((reason) => reason !== null) ?? null
    },
    whyAddressRefused: (host, address) => whyAddressRefused(list, hostOf(host), address),
  }
}

function whyUrlRefused(list: AllowList, text: string): string | null {
  if (!URL.canParse(text)) return 'is no URL'
  const url = new URL(text)
  if (!['http:', 'https:'].includes(url.protocol)) return 'is neither http nor https'
  if (url.username !== '' || url.password !== '') return 'has a user or password in it'
  const host = hostOf(url.hostname)
  // URL has made one form of every way to write an address: 0x7f.1, 2130706433, 0177.0.0.1, [::ffff:7f00:1].
  const literal = isLocalhost(host) ? '127.0.0.1' : host
  const address = parseAddress(literal)
  const refused = address && whyAddressRefused(list, host, literal)
  if (refused) return refused
  const isAllowed = list.hasHost(host) || (address !== null && list.hasAddress(address))
  if (isAllowed || ports.has(url.port) || Number(url.port) >= 1024) return null
  return `has port ${url.port}: below 1024 only 80 and 443 are called, except on hosts that the installation allows`
}

function whyAddressRefused(list: AllowList, host: string, text: string): string | null {
  const address = parseAddress(text)
  if (!address) return `resolves to ${text}, which is no address`
  const kind = kindOf(address)
  if (kind === 'public' || (kind !== 'forbidden' && list.hasAddress(address))) return null
  if (kind === 'private' && list.hasHost(host)) return null
  return `${host === text ? 'is' : `stands for ${text},`} ${refusals[kind]}`
}

const refusals: Readonly<Record<Exclude<AddressKind, 'public'>, string>> = {
  private: 'a private address: the installation must allow it (SLUICE_OUTBOUND_ALLOW)',
  loopback: 'the machine itself: the installation must allow it (SLUICE_OUTBOUND_ALLOW)',
  forbidden: 'an address of metadata, link-local, multicast or reserved: never called',
}

/** As it is on the list: no brackets, no dot at the end. URL has already made it lower case and ASCII. */
function hostOf(hostname: string): string {
  return hostname.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '')
}

const isLocalhost = (host: string) => host === 'localhost' || host.endsWith('.localhost')
