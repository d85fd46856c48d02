import { ConfigError } from '../../domain/errors.ts'

/** An issuer whose tokens are taken. */
export interface TrustedIssuer {
  /** Exactly the claim `iss`. */
  readonly issuer: string
  /** A token must be made for one of these. */
  readonly audiences: readonly string[]
  /** Where its keys are. Default: what `<issuer>/.well-known/openid-configuration` says. */
  readonly jwksUrl?: string
}

export interface UrlRules {
  /** True: plain HTTP is good enough to a loopback address. For local mode and tests. Default false. */
  readonly loopbackHttp?: boolean
}

/**
 * What must be so before the first token comes.
 *
 * @throws {ConfigError} If an issuer has no audience, comes twice, or its keys would be read over an open line.
 */
export function checkIssuers(issuers: readonly TrustedIssuer[], rules: UrlRules): void {
  const seen = new Set<string>()
  for (const { issuer, audiences, jwksUrl } of issuers) {
    const refuse = (why: string) => new ConfigError(`issuer ${issuer} cannot be trusted: ${why}`)
    if (seen.has(issuer)) throw refuse('it is listed twice; give it several audiences instead')
    seen.add(issuer)
    if (audiences.length === 0 || audiences.includes('')) throw refuse('it needs an audience of its own')
    for (const url of [issuer, jwksUrl ?? issuer])
      if (!isSafeUrl(url, rules)) throw refuse(`${url} must be an https URL without a password`)
  }
}

const loopback = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/

/** Whoever can change what is read there can make tokens for anybody. */
export function isSafeUrl(text: string, { loopbackHttp = false }: UrlRules): boolean {
  if (!URL.canParse(text)) return false
  const { protocol, hostname, username, password } = new URL(text)
  if (username !== '' || password !== '') return false
  return protocol === 'https:' || (loopbackHttp && protocol === 'http:' && loopback.test(hostname))
}
