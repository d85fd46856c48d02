import type { IncomingMessage } from 'node:http'
import { isIP } from 'node:net'
import { AwsError } from './service.ts'

/**
 * No credentials are checked here, so any page in a browser on this machine could delete, shift or reset: with a form, and
 * with a mere image, since the query protocol takes `GET /?Action=…` too. Browsers name the page in `Origin`, or say in
 * `Sec-Fetch-Site` that it is another's; a name of the page's own that resolves to this machine is in `Host`. SDKs and the
 * CLI send none of these but an address or a local name as `Host`.
 *
 * @throws {AwsError} `AccessDenied` (403) for a page that is not of this machine.
 */
export function refuseForeignPage({ headers }: Pick<IncomingMessage, 'headers'>): void {
  const { origin, host = '' } = headers
  if (origin !== undefined && !isLoopback(hostnameOf(origin)))
    throw denied(`Pages of ${origin} may not call the local endpoint`)
  if (origin === undefined && headers['sec-fetch-site'] === 'cross-site')
    throw denied('Pages of others may not call the local endpoint')
  if (!isLocalName(hostnameOf(`http://${host}`))) throw denied('Call the local endpoint by an address or a local name')
}

const denied = (message: string) => new AwsError('AccessDenied', message, 403)

/** Empty where there is none. */
const hostnameOf = (url: string) => (URL.canParse(url) ? new URL(url).hostname : '')

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname)
}

/** No page can have an address, a name without a dot, or one of these domains for a name of its own. */
function isLocalName(hostname: string): boolean {
  const bare = hostname.replace(/^\[(.*)\]$/, '$1')
  return isIP(bare) !== 0 || !bare.includes('.') || /\.(localhost|internal)$/.test(bare)
}
