/** The one host that takes answers to commands and clicks, and the one of the Web API. */
const slackHosts = { answers: 'hooks.slack.com', api: 'slack.com' } as const

export interface HostRules {
  readonly purpose: keyof typeof slackHosts
  /** For local mode and tests: this machine counts as Slack. */
  readonly allowLoopback: boolean
}

const loopback = /^(localhost|127(\.[0-9]{1,3}){3}|\[::1\])$/

/**
 * Whether an address may be sent to. A `response_url` comes with a request: were any host taken, whoever has the signing
 * secret could have us post to addresses that only we can reach.
 */
export function isSlackAddress(address: string, { purpose, allowLoopback }: HostRules): boolean {
  if (!URL.canParse(address)) return false
  const { protocol, hostname, port, username, password } = new URL(address)
  if (username !== '' || password !== '') return false
  if (allowLoopback && loopback.test(hostname)) return protocol === 'http:' || protocol === 'https:'
  return protocol === 'https:' && hostname === slackHosts[purpose] && port === ''
}
