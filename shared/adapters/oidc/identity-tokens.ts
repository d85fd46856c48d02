import { decodeJwt, decodeProtectedHeader, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose'
import type { Authentication } from '../../domain/access/principal.ts'
import { TransientError } from '../../domain/errors.ts'
import type { Logger } from '../../logger.ts'
import type { Clock } from '../../ports/clock.ts'
import type { IdentityTokens } from '../../ports/identity-tokens.ts'
import { fetchKeys } from './fetch-keys.ts'
import { createKeySet } from './key-set.ts'
import { checkIssuers, type TrustedIssuer, type UrlRules } from './trusted-issuer.ts'
import { whyRefused } from './why-refused.ts'

export interface IdentityTokensOptions extends UrlRules {
  readonly issuers: readonly TrustedIssuer[]
  readonly clock: Pick<Clock, 'realNow'>
  readonly logger: Pick<Logger, 'warn'>
}

/** Signatures by a pair of keys. With HS256 whoever knows the public key could sign. */
const algorithms = ['RS256', 'ES256']
/** By how much clocks may differ. */
const skewSeconds = 60
/** Tokens of CI live minutes; one that claims to live for years is no token of a job. */
const oldestSeconds = 86_400
/** The headers of a request may have 10,240 bytes in all. */
const longestToken = 10_240

interface Trust {
  readonly trusted: TrustedIssuer
  readonly keys: JWTVerifyGetKey
}

/**
 * Verifies OpenID Connect tokens with `jose`. Keys are read when the first token of an issuer comes, and kept.
 *
 * @throws {ConfigError} If an issuer cannot be trusted as it is configured.
 * @see RFC 8725, JSON Web Token Best Current Practices
 */
export function createIdentityTokens(options: IdentityTokensOptions): IdentityTokens {
  const { issuers, clock, logger } = options
  checkIssuers(issuers, options)
  const trusts = new Map<string, Trust>()
  for (const trusted of issuers) {
    const onFailure = (error: unknown) => logger.warn('issuer-keys-not-read', { issuer: trusted.issuer, error })
    const keys = createKeySet({ fetchKeys: () => fetchKeys(trusted, options), realNow: clock.realNow, onFailure })
    trusts.set(trusted.issuer, { trusted, keys })
  }
  return {
    async verify(token) {
      const trust = findTrust(token, trusts)
      if (typeof trust === 'string') return refused(trust)
      try {
        return toIdentity(await verifyWith(trust, token, clock.realNow()))
      } catch (error) {
        if (error instanceof TransientError) throw error
        return refused(whyRefused(error))
      }
    },
  }
}

/** By what the token says of itself, which nothing has proven yet; or why no key need be looked for. */
function findTrust(token: string, trusts: ReadonlyMap<string, Trust>): Trust | string {
  if (token.length > longestToken) return `the token is longer than ${longestToken} characters`
  const said = decode(token)
  if (!said) return 'this is no signed JSON Web Token'
  if (!algorithms.includes(String(said.header.alg))) return `the token must be signed with ${algorithms.join(' or ')}`
  if (typeof said.header.kid !== 'string') return 'the token must name its key (kid)'
  return trusts.get(String(said.claims.iss)) ?? 'tokens of its issuer are not taken here'
}

function decode(token: string) {
  try {
    return { header: decodeProtectedHeader(token), claims: decodeJwt(token) }
  } catch {
    return null
  }
}

async function verifyWith({ trusted, keys }: Trust, token: string, nowMs: number): Promise<JWTPayload> {
  const { payload } = await jwtVerify(token, keys, {
    algorithms,
    issuer: trusted.issuer,
    audience: [...trusted.audiences],
    requiredClaims: ['sub', 'exp', 'iat'],
    clockTolerance: skewSeconds,
    maxTokenAge: oldestSeconds,
    currentDate: new Date(nowMs),
  })
  if (typeof payload.sub !== 'string' || payload.sub === '')
    throw new errors.JWTClaimValidationFailed('"sub" claim must be a text', payload, 'sub', 'check_failed')
  return payload
}

function toIdentity(payload: JWTPayload): Authentication {
  const { iss = '', sub = '' } = payload
  return { outcome: 'known', principal: { kind: 'oidc', issuer: iss, subject: sub, claims: payload } }
}

const refused = (reason: string): Authentication => ({ outcome: 'refused', reason })
