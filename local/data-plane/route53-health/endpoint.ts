import { BlockList, isIP, isIPv4 } from 'node:net'
import type { HealthCheckConfig } from '@aws-sdk/client-route-53'

/** IPv4 addresses of a name in the local zones or of a local load balancer; empty if it has none. */
export type ResolveName = (name: string) => Promise<readonly string[]>

/** Where a check goes: an address, or why there is none. */
export type Destination =
  | { readonly address: string; readonly isResolved: boolean }
  | { readonly address: null; readonly reason: string }

const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8, 'ipv4')
loopback.addAddress('::1', 'ipv6')

/** Nothing but these is ever contacted, so that no check leaves the machine. */
export function isLoopback(address: string): boolean {
  const family = isIP(address)
  return family !== 0 && loopback.check(address, family === 6 ? 'ipv6' : 'ipv4')
}

/**
 * Finds the address to check. A name is resolved anew for each check and to IPv4 only, as Route 53 does it; of several
 * addresses each gets its turn.
 *
 * @param turn - How many checks went before.
 * @param timeoutMs - Real milliseconds for the resolution.
 * @returns Never rejects: every way to fail is a reason.
 * @see Amazon Route 53 API Reference, HealthCheckConfig, FullyQualifiedDomainName
 */
export async function findDestination(
  config: HealthCheckConfig,
  at: { readonly resolve: ResolveName; readonly turn: number; readonly timeoutMs: number },
): Promise<Destination> {
  if (config.IPAddress !== undefined) return onlyLoopback(config.IPAddress, false)
  const name = (config.FullyQualifiedDomainName ?? '').toLowerCase().replace(/\.$/, '')
  let found: readonly string[]
  try {
    found = await within(at.timeoutMs, at.resolve(name))
  } catch (error) {
    return unresolved(error instanceof Error ? error.message : String(error))
  }
  const addresses = found.filter((address) => isIPv4(address))
  const address = addresses[at.turn % addresses.length]
  return address === undefined
    ? unresolved(`no local zone or load balancer answers for ${name}`)
    : onlyLoopback(address, true)
}

function onlyLoopback(address: string, isResolved: boolean): Destination {
  if (isLoopback(address)) return { address, isResolved }
  const reason = 'The local endpoint checks loopback addresses only, so that no traffic leaves this machine.'
  return { address: null, reason: `${isResolved ? 'Resolved IP' : 'IP'}: ${address}. ${reason}` }
}

function unresolved(why: string): Destination {
  return { address: null, reason: `DNS resolution failed: ${why}` }
}

function within<T>(timeoutMs: number, answer: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs)
    answer.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}
