/**
 * Whether a header belongs to one connection only and must not be passed on (RFC 9110 section 7.6.1, and Expect, which
 * the load balancer answers itself).
 *
 * Looks at the length first: most headers need no lower-casing then. This runs for every header of every request.
 */
export function isHopByHop(name: string): boolean {
  switch (name.length) {
    case 2:
      return name.toLowerCase() === 'te'
    case 6:
      return name.toLowerCase() === 'expect'
    case 7: {
      const lower = name.toLowerCase()
      return lower === 'upgrade' || lower === 'trailer'
    }
    case 10: {
      const lower = name.toLowerCase()
      return lower === 'connection' || lower === 'keep-alive'
    }
    case 14:
      return name.toLowerCase() === 'http2-settings'
    case 16:
      return name.toLowerCase() === 'proxy-connection'
    case 17:
      return name.toLowerCase() === 'transfer-encoding'
    default:
      return false
  }
}

/** Further headers that a Connection value makes hop-by-hop, lower case; undefined in the usual case of none. */
export function parseConnectionOptions(value: string): ReadonlySet<string> | undefined {
  const lower = value.toLowerCase()
  if (lower === 'keep-alive' || lower === 'close') return undefined
  const named = lower.split(',').map((part) => part.trim())
  const options = new Set(named.filter((name) => !['', 'keep-alive', 'close', 'upgrade'].includes(name)))
  return options.size > 0 ? options : undefined
}
