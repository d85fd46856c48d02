import { createHmac } from 'node:crypto'
import { createIdentityTokens } from '../../shared/adapters/oidc/identity-tokens.ts'
import type { Deps } from '../../shared/deps.ts'
import type { PolicyRule } from '../../shared/domain/access/policy.ts'
import type { Role } from '../../shared/domain/access/role.ts'
import type { ApiToken } from '../../shared/domain/api-token.ts'
import { compact, issuedAtMs, makeKey, openIssuer, sign, someClaims } from './issuer.ts'
import { anApiToken, aTokenId, aTokenSecret, aTokenText } from './tokens.ts'

const roleOf: Readonly<Record<string, Role>> = { V: 'viewer', D: 'deployer', P: 'approver', A: 'admin' }
const toRoles = (letters: string) => [...letters].flatMap((letter) => roleOf[letter] ?? [])

/** Who calls: what they bring, and what the policy gives them. */
export interface Caller {
  readonly name: string
  readonly authorization?: string
  /** Signed with AWS credentials, as API Gateway says. */
  readonly userArn?: string
  /** Letters of the roles; null: no door knows them. */
  readonly letters: string | null
  /** On which services. */
  readonly services: string
}

/** Nobody ever made it. */
const unknownToken = 8

const nobody = { letters: null, services: '' }
const session = (who: string) => `arn:aws:sts::123456789012:assumed-role/${who}/run`

function aRule(who: PolicyRule['who'], letters: string, services = '*'): PolicyRule {
  return { name: JSON.stringify(who), who, roles: toRoles(letters), services: [services] }
}

/** An issuer with a web server of its own, and callers of every kind. Close it afterwards. */
export async function openCallers() {
  const [key, stranger] = [await makeKey('k1'), await makeKey('k1')]
  const [issuer, other] = [await openIssuer(), await openIssuer()]
  issuer.publish(key)
  other.publish(stranger)
  const identityTokens = createIdentityTokens({
    issuers: [{ issuer: issuer.url, audiences: ['sluice'], jwksUrl: `${issuer.url}/keys` }],
    clock: { realNow: () => issuedAtMs },
    logger: { warn: () => undefined },
    loopbackHttp: true,
  })
  const claims = (more = {}) => someClaims(issuer.url, { environment: 'A', ...more })
  const bearer = async (more = {}, by = key) => `Bearer ${await sign(by, claims(more))}`
  const at = (seconds: number) => issuedAtMs / 1000 + seconds
  const header = { alg: 'HS256', kid: 'k1', typ: 'JWT' }
  const unsigned = compact(header, claims())
  const byPublicKey = createHmac('sha256', key.pem).update(unsigned.slice(0, -1)).digest('base64url')

  const strangers: readonly Caller[] = [
    { ...nobody, name: 'none' },
    { ...nobody, name: 'an empty header', authorization: '' },
    { ...nobody, name: 'a password', authorization: 'Basic bWVpOnNlY3JldA==' },
    { ...nobody, name: 'expired', authorization: await bearer({ iat: at(-600), nbf: at(-600), exp: at(-61) }) },
    { ...nobody, name: 'not valid yet', authorization: await bearer({ nbf: at(61) }) },
    { ...nobody, name: 'wrong audience', authorization: await bearer({ aud: 'another' }) },
    { ...nobody, name: 'wrong key', authorization: await bearer({}, stranger) },
    { ...nobody, name: 'alg none', authorization: `Bearer ${compact({ alg: 'none', kid: 'k1' }, claims())}` },
    { ...nobody, name: 'HS256 with the public key', authorization: `Bearer ${unsigned}${byPublicKey}` },
    { ...nobody, name: 'other issuer', authorization: await bearer({ iss: other.url }, stranger) },
    { ...nobody, name: 'an API token that is not known', authorization: `Bearer ${aTokenText(unknownToken)}` },
    {
      ...{ ...nobody, name: 'an API token with another secret' },
      authorization: `Bearer ${aTokenText(1, aTokenSecret.toLowerCase())}`,
    },
    { ...nobody, name: 'an API token that ran out', authorization: `Bearer ${aTokenText(6)}` },
    { ...nobody, name: 'an API token that was revoked', authorization: `Bearer ${aTokenText(7)}` },
  ]
  const unruled: readonly Caller[] = [
    { name: 'a job without a rule', authorization: await bearer({ environment: 'x' }), letters: '', services: '' },
    { name: 'an API token without a rule', authorization: `Bearer ${aTokenText(5)}`, letters: '', services: '' },
    { name: 'a signer without a rule', userArn: session('x'), letters: '', services: '' },
  ]
  const single = ['V', 'D', 'P', 'A']
  const known: readonly Caller[] = [
    ...(await Promise.all(
      [...single, 'DV', 'DP'].map(async (letters) => ({
        name: `a job with ${toRoles(letters).join(' and ')}`,
        authorization: await bearer({ environment: letters }),
        ...{ letters, services: '*' },
      })),
    )),
    ...single.flatMap((letters, i) =>
      [
        { name: `an API token with ${toRoles(letters)}`, authorization: `Bearer ${aTokenText(i + 1)}` },
        { name: `a signer with ${toRoles(letters)}`, userArn: session(letters) },
      ].map((caller) => ({ ...caller, letters, services: '*' })),
    ),
    {
      name: 'an admin of web alone',
      authorization: await bearer({ environment: 'web' }),
      letters: 'A',
      services: 'web',
    },
    {
      name: 'an admin of api alone',
      authorization: await bearer({ environment: 'api' }),
      letters: 'A',
      services: 'api',
    },
  ]
  const job = (environment: string) => ({
    ...{ kind: 'oidc' as const, issuer: issuer.url },
    claims: { repository_id: '74', environment },
  })
  const rules: readonly PolicyRule[] = [
    aRule({ kind: 'local' }, 'A'),
    // Users of Slack do not come in here, whatever they may do there.
    aRule({ kind: 'slack', team: 'T1', users: ['U1'] }, 'A'),
    ...[...single, 'DV', 'DP'].map((letters) => aRule(job(letters), letters)),
    ...single.flatMap((letters, i) => [
      aRule({ kind: 'token', ids: [aTokenId(i + 1)] }, letters),
      aRule({ kind: 'iam', arns: [{ glob: session(letters).replace('/run', '/*') }] }, letters),
    ]),
    ...['web', 'api'].map((service) => aRule(job(service), 'A', service)),
  ]

  /** Makes them known to an API on memory adapters. */
  async function introduce(deps: Deps): Promise<void> {
    deps.identityTokens.verify = identityTokens.verify
    await deps.policies.save({ rules, version: 0, updatedAt: null, updatedBy: null })
    const common = { hash: `hash of ${aTokenSecret}` }
    const revoked = { at: '2026-01-01T00:00:00.000Z', by: { kind: 'local', name: 'local-owner' }, reason: '' } as const
    const special: Readonly<Record<number, Partial<ApiToken>>> = {
      6: { expiresAt: '2025-12-31T23:59:59.000Z' },
      7: { revoked },
    }
    for (let n = 1; n <= 9; n++) {
      const { id } = deps.newTokenParts()
      if (n !== unknownToken) await deps.tokens.add(anApiToken({ id, ...common, ...special[n] }))
    }
  }
  const close = () => Promise.all([issuer.close(), other.close()])
  return { strangers, unruled, known, all: [...strangers, ...unruled, ...known], introduce, close }
}
