import type { JSONWebKeySet } from 'jose'
import * as z from 'zod'
import { TransientError } from '../../domain/errors.ts'
import { readJson } from './read-json.ts'
import { isSafeUrl, type TrustedIssuer, type UrlRules } from './trusted-issuer.ts'

/** A caller waits meanwhile. Of GitHub's keys there are 4 KB, and API Gateway takes up to 150,000 bytes. */
const limits = { timeoutMs: 2000, maxBytes: 150_000 } as const

const aDiscovery = z.looseObject({ issuer: z.string(), jwks_uri: z.string() })
const someKeys = z.looseObject({ keys: z.array(z.looseObject({ kty: z.string() })).min(1) })

/**
 * Reads the public keys of an issuer.
 *
 * @throws {TransientError} If they are not there, or what is there is something else.
 * @see OpenID Connect Discovery 1.0, sections 4.1 and 4.3
 */
export async function fetchKeys(trusted: TrustedIssuer, rules: UrlRules): Promise<JSONWebKeySet> {
  const url = trusted.jwksUrl ?? (await discover(trusted.issuer, rules))
  const found = someKeys.safeParse(await readJson(url, limits))
  if (!found.success) throw new TransientError(`GET ${url}: the answer is no set of keys`)
  return found.data
}

async function discover(issuer: string, rules: UrlRules): Promise<string> {
  const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`
  const found = aDiscovery.safeParse(await readJson(url, limits))
  const refuse = (why: string) => new TransientError(`GET ${url}: ${why}`)
  if (!found.success) throw refuse('the answer is no OpenID configuration')
  if (found.data.issuer !== issuer) throw refuse('the configuration is that of another issuer')
  if (!isSafeUrl(found.data.jwks_uri, rules)) throw refuse('jwks_uri must be an https URL')
  return found.data.jwks_uri
}
