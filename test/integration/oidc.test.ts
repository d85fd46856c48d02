import { createHmac } from 'node:crypto'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { createIdentityTokens } from '../../shared/adapters/oidc/identity-tokens.ts'
import { keyTimes } from '../../shared/adapters/oidc/key-set.ts'
import type { TrustedIssuer } from '../../shared/adapters/oidc/trusted-issuer.ts'
import { ConfigError, TransientError } from '../../shared/domain/errors.ts'
import {
  type Alg,
  compact,
  issuedAtMs,
  makeKey,
  type SigningKey,
  sign,
  someClaims,
  startIssuer,
} from '../support/issuer.ts'
import { selfSigned } from '../support/self-signed.ts'

let key: SigningKey
let rsa: SigningKey
let stranger: SigningKey
beforeAll(async () => {
  key = await makeKey('k1')
  rsa = await makeKey('r1', 'RS256')
  // The same name as ours, another key.
  stranger = await makeKey('k1')
})

async function setUp(trusted: Partial<TrustedIssuer> = {}) {
  const issuer = await startIssuer()
  issuer.publish(key, rsa)
  let nowMs = issuedAtMs
  const warned: unknown[] = []
  const tokens = createIdentityTokens({
    issuers: [{ issuer: issuer.url, audiences: ['sluice', 'sluice-eu'], jwksUrl: `${issuer.url}/keys`, ...trusted }],
    clock: { realNow: () => nowMs },
    logger: { warn: (event, fields) => void warned.push({ event, ...fields }) },
    loopbackHttp: true,
  })
  const pass = (ms: number) => {
    nowMs += ms
  }
  const token = (overrides = {}, signedWith = key) => sign(signedWith, someClaims(issuer.url, overrides))
  return { issuer, tokens, pass, token, warned }
}

const refused = (reason: string) => ({ outcome: 'refused', reason })
const known = (claims: ReturnType<typeof someClaims>) => ({
  outcome: 'known',
  principal: { kind: 'oidc', issuer: claims.iss, subject: claims.sub, claims },
})

describe('a token', () => {
  it.each<Alg>(['RS256', 'ES256'])('signed with %s tells who brings it', async (alg) => {
    const { issuer, tokens } = await setUp()
    const claims = someClaims(issuer.url)
    const token = await sign(alg === 'RS256' ? rsa : key, claims)
    expect(await tokens.verify(token)).toEqual(known(claims))
  })

  it.each([{ aud: 'sluice-eu' }, { aud: ['other', 'sluice'] }])('may be made for $aud', async ({ aud }) => {
    const { issuer, tokens, token } = await setUp()
    expect(await tokens.verify(await token({ aud }))).toEqual(known(someClaims(issuer.url, { aud })))
  })

  const second = issuedAtMs / 1000
  it.each([
    {
      name: 'for another audience',
      claims: { aud: 'https://github.com/octo' },
      why: 'the token was made for another audience',
    },
    { name: 'for no audience', claims: { aud: undefined }, why: 'the token was made for another audience' },
    {
      name: 'for nothing but a longer audience',
      claims: { aud: 'sluice-' },
      why: 'the token was made for another audience',
    },
    {
      name: 'of another issuer',
      claims: { iss: 'https://ci.example.com' },
      why: 'tokens of its issuer are not taken here',
    },
    { name: 'of no issuer', claims: { iss: undefined }, why: 'tokens of its issuer are not taken here' },
    { name: 'expired', claims: { exp: second - 60 }, why: 'the token has expired' },
    { name: 'without end', claims: { exp: undefined }, why: 'the token must say when it expires (exp)' },
    { name: 'not valid yet', claims: { nbf: second + 61 }, why: 'the token is not valid yet' },
    {
      name: 'made in the future',
      claims: { iat: second + 61 },
      why: 'the token must say when it was made (iat), and that must not be in the future',
    },
    {
      name: 'that does not say when it was made',
      claims: { iat: undefined },
      why: 'the token must say when it was made (iat), and that must not be in the future',
    },
    { name: 'made long ago', claims: { iat: second - 86_461 }, why: 'the token was made more than a day ago' },
    { name: 'about nobody', claims: { sub: undefined }, why: 'the token must say whom it is about (sub)' },
    { name: 'about an empty name', claims: { sub: '' }, why: 'the token must say whom it is about (sub)' },
    { name: 'about a number', claims: { sub: 7 }, why: 'the token must say whom it is about (sub)' },
    { name: 'that ends at no number', claims: { exp: 'never' }, why: 'the token must say when it expires (exp)' },
  ])('$name is refused', async ({ claims, why }) => {
    const { tokens, token } = await setUp()
    expect(await tokens.verify(await token(claims))).toEqual(refused(why))
  })

  it.each([{ exp: second - 59 }, { nbf: second + 60 }, { iat: second + 60 }, { iat: second - 86_460 }])(
    'may be off by the difference of two clocks: %j',
    async (claims) => {
      const { tokens, token } = await setUp()
      expect((await tokens.verify(await token(claims))).outcome).toBe('known')
    },
  )

  it('runs out although its issuer was just asked', async () => {
    const { tokens, token, pass } = await setUp()
    const text = await token()
    expect((await tokens.verify(text)).outcome).toBe('known')
    pass(359_000)
    expect((await tokens.verify(text)).outcome).toBe('known')
    pass(1000)
    expect(await tokens.verify(text)).toEqual(refused('the token has expired'))
  })
})

describe('a forged token is refused', () => {
  const pinned = refused('the token must be signed with RS256 or ES256')

  it('with the key of somebody else', async () => {
    const { tokens, token } = await setUp()
    expect(await tokens.verify(await token({}, stranger))).toEqual(refused('the signature of the token is wrong'))
  })

  it('with the key of another trusted issuer', async () => {
    const { issuer } = await setUp()
    const other = await startIssuer()
    other.publish(stranger)
    const tokens = createIdentityTokens({
      issuers: [issuer, other].map(({ url }) => ({ issuer: url, audiences: ['sluice'], jwksUrl: `${url}/keys` })),
      clock: { realNow: () => issuedAtMs },
      logger: { warn: () => undefined },
      loopbackHttp: true,
    })
    expect((await tokens.verify(await sign(stranger, someClaims(other.url)))).outcome).toBe('known')
    const forged = await sign(stranger, someClaims(issuer.url))
    expect(await tokens.verify(forged)).toEqual(refused('the signature of the token is wrong'))
  })

  it('with changed claims', async () => {
    const { issuer, tokens, token } = await setUp()
    const [header, , signature] = (await token()).split('.')
    const claims = Buffer.from(JSON.stringify(someClaims(issuer.url, { repository_id: '75' }))).toString('base64url')
    expect(await tokens.verify(`${header}.${claims}.${signature}`)).toEqual(
      refused('the signature of the token is wrong'),
    )
  })

  it.each(['none', 'None', 'NONE', ''])('without a signature, alg "%s"', async (alg) => {
    const { issuer, tokens, token } = await setUp()
    const [, , signature] = (await token()).split('.')
    for (const end of ['', signature])
      expect(await tokens.verify(compact({ alg, kid: 'k1' }, someClaims(issuer.url), end))).toEqual(pinned)
    expect(issuer.asked).toEqual([])
  })

  it.each(['pem', 'jwk'] as const)('signed by HS256 with the public key as %s', async (form) => {
    const { issuer, tokens } = await setUp()
    for (const { pem, jwk, kid } of [key, rsa]) {
      const secret = form === 'pem' ? pem : JSON.stringify(jwk)
      const unsigned = compact({ alg: 'HS256', kid }, someClaims(issuer.url)).slice(0, -1)
      const signature = createHmac('sha256', secret).update(unsigned).digest('base64url')
      expect(await tokens.verify(`${unsigned}.${signature}`)).toEqual(pinned)
    }
  })

  it('that says the algorithm of another kind of key', async () => {
    const { issuer, tokens } = await setUp()
    const [header, claims] = [{ alg: 'RS256', kid: 'k1' }, someClaims(issuer.url)]
    const [, , signature] = (await sign(key, claims)).split('.')
    const why = 'its issuer has no key of the name that the token gives'
    expect(await tokens.verify(compact(header, claims, signature))).toEqual(refused(why))
  })

  it('that brings its own key, or says where to get one', async () => {
    const { issuer, tokens } = await setUp()
    const header = { jwk: stranger.jwk, jku: `${issuer.url}/mine`, x5u: `${issuer.url}/mine` }
    issuer.json('/mine', { keys: [stranger.jwk] })
    const token = await sign(stranger, someClaims(issuer.url), header)
    expect(await tokens.verify(token)).toEqual(refused('the signature of the token is wrong'))
    expect(issuer.asked).toEqual(['/keys'])
  })

  it('that demands what we do not know', async () => {
    const { issuer, tokens } = await setUp()
    const [, claims, signature] = (await sign(key, someClaims(issuer.url))).split('.')
    const header = Buffer.from(JSON.stringify({ alg: 'ES256', kid: 'k1', crit: ['x'], x: 1 })).toString('base64url')
    expect(await tokens.verify(`${header}.${claims}.${signature}`)).toEqual(refused('the token cannot be verified'))
  })

  it('that does not name its key', async () => {
    const { tokens, issuer } = await setUp()
    const [, , signature] = (await sign(key, someClaims(issuer.url))).split('.')
    const token = compact({ alg: key.alg }, someClaims(issuer.url), signature)
    expect(await tokens.verify(token)).toEqual(refused('the token must name its key (kid)'))
  })

  it.each(['', '.', '..', '...', 'x.y.z', 'Bearer x', 'a.b.c.d.e', `${'{}'}.{}.x`])(
    'that is none: "%s"',
    async (text) => {
      const { tokens, issuer } = await setUp()
      expect(await tokens.verify(text)).toEqual(refused('this is no signed JSON Web Token'))
      expect(issuer.asked).toEqual([])
    },
  )

  it('that is longer than headers can be', async () => {
    const { tokens, token, issuer } = await setUp()
    const long = await token({ padding: 'x'.repeat(10_240) })
    expect(await tokens.verify(long)).toEqual(refused('the token is longer than 10240 characters'))
    expect(issuer.asked).toEqual([])
  })

  it('of an issuer that nobody trusts, without asking anybody for its keys', async () => {
    const { tokens, token, issuer } = await setUp({ issuer: 'https://ci.example.com' })
    expect(await tokens.verify(await token())).toEqual(refused('tokens of its issuer are not taken here'))
    expect(issuer.asked).toEqual([])
  })

  it('with a key that is too weak to prove anything', async () => {
    const { issuer, tokens } = await setUp()
    issuer.json('/keys', {
      keys: [
        {
          kty: 'RSA',
          kid: 'r1',
          alg: 'RS256',
          n: 'wVKQLBUqOBiay2dkn9TlbfuaF40_edIKUmdLq6OlvzEMrP4IDzdOk50TMO0nfjJ6v5830_5x0vRg5bzZQeKpHniR0sw7qyoSI6n2eSkSnFt7P-N8gv2KWnwzVs_h9FDdeLOeVOU8k_qzkph3_tmBV7ZZG-4_DEvgvat6ifEC-WzzYqofsIrTiTT7ZFxTqid1q6zrrsmyU2DQH3WdgFiOJVVlN2D0BuZu5X7pGZup_RcWzt_9T6tQsGeU1juSuuUk_9_FVDXNNCTObfKCTKXqjW95ZgAI_xVrMeQC5nXlMh6VEaXfO83oy1j36wUoVUrUnkANhp-dnjTdvJgwN82dGQ'.slice(
            0,
            128,
          ),
          e: 'AQAB',
        },
      ],
    })
    const token = await sign(rsa, someClaims(issuer.url))
    expect(await tokens.verify(token)).toEqual(refused('the token cannot be verified'))
  })
})

describe('the keys of an issuer', () => {
  it('are read once for many tokens, at the same time too', async () => {
    const { issuer, tokens, token } = await setUp()
    const text = await token()
    await Promise.all(Array.from({ length: 10 }, () => tokens.verify(text)))
    await tokens.verify(text)
    expect(issuer.asked).toEqual(['/keys'])
  })

  it('are read again when a token names a new one', async () => {
    const { issuer, tokens, token, pass } = await setUp()
    expect((await tokens.verify(await token())).outcome).toBe('known')
    const next = await makeKey('k2')
    issuer.publish(next)
    pass(keyTimes.cooldownMs)
    expect((await tokens.verify(await token({}, next))).outcome).toBe('known')
    expect(issuer.asked).toEqual(['/keys', '/keys'])
  })

  it('are not read again and again for names that nobody has', async () => {
    const { issuer, tokens, token, pass } = await setUp()
    const why = refused('its issuer has no key of the name that the token gives')
    const unknown = await token({}, { ...key, kid: 'k9' })
    for (let n = 0; n < 10; n++) expect(await tokens.verify(unknown)).toEqual(why)
    expect(issuer.asked).toEqual(['/keys'])
    pass(keyTimes.cooldownMs - 1)
    await tokens.verify(unknown)
    expect(issuer.asked).toEqual(['/keys'])
    pass(1)
    for (let n = 0; n < 10; n++) expect(await tokens.verify(unknown)).toEqual(why)
    expect(issuer.asked).toEqual(['/keys', '/keys'])
  })

  it('that were taken back are no longer good after ten minutes', async () => {
    const { issuer, tokens, pass } = await setUp()
    const text = await sign(key, someClaims(issuer.url, { exp: issuedAtMs / 1000 + 3600 }))
    await tokens.verify(text)
    issuer.publish(rsa)
    pass(keyTimes.freshMs - 1)
    expect((await tokens.verify(text)).outcome).toBe('known')
    pass(1)
    const why = 'its issuer has no key of the name that the token gives'
    expect(await tokens.verify(text)).toEqual(refused(why))
  })

  it('that were read last are used while the issuer is down, for an hour', async () => {
    const { issuer, tokens, pass, warned } = await setUp()
    const text = await sign(key, someClaims(issuer.url, { exp: issuedAtMs / 1000 + 7200 }))
    await tokens.verify(text)
    issuer.answer('/keys', (response) => response.writeHead(500).end())
    for (let minute = 1; minute < 60; minute++) {
      pass(60_000)
      expect((await tokens.verify(text)).outcome).toBe('known')
    }
    expect(issuer.asked).toHaveLength(1 + 50)
    expect(warned).toHaveLength(50)
    expect(warned[0]).toEqual({ event: 'issuer-keys-not-read', issuer: issuer.url, error: expect.any(TransientError) })
    pass(60_000)
    await expect(tokens.verify(text)).rejects.toThrow(TransientError)
    issuer.publish(key)
    pass(keyTimes.cooldownMs)
    expect((await tokens.verify(text)).outcome).toBe('known')
  })

  it('leave open whether there is a new one while the issuer is down', async () => {
    const { issuer, tokens, token, pass } = await setUp()
    await tokens.verify(await token())
    const next = await makeKey('k2')
    issuer.answer('/keys', (response) => response.destroy())
    pass(keyTimes.cooldownMs)
    const text = await token({}, next)
    await expect(tokens.verify(text)).rejects.toThrow(TransientError)
    await expect(tokens.verify(text)).rejects.toThrow(TransientError)
    expect((await tokens.verify(await token())).outcome).toBe('known')
    expect(issuer.asked).toHaveLength(2)
  })
})

describe('an issuer whose keys cannot be had makes no refusal', () => {
  const huge = `{"keys":[{"kty":"EC","padding":"${'x'.repeat(200_000)}"}]}`
  it.each<{ readonly name: string; readonly answer: Parameters<Awaited<ReturnType<typeof startIssuer>>['answer']>[1] }>(
    [
      { name: 'answers 500', answer: (response) => response.writeHead(500).end('{"keys":[]}') },
      { name: 'hangs up', answer: (response) => response.destroy() },
      { name: 'never answers', answer: () => undefined },
      { name: 'never ends', answer: (response) => void response.write('{"keys":[') },
      { name: 'answers with too much', answer: (response) => response.end(huge) },
      {
        name: 'says one length and has another',
        answer: (response) => response.writeHead(200, { 'content-length': 9 }).end('{'),
      },
      { name: 'answers with no JSON', answer: (response) => response.end('<html>') },
      { name: 'answers with something else', answer: (response) => response.end('[]') },
      { name: 'has no keys', answer: (response) => response.end('{"keys":[]}') },
      { name: 'sends us elsewhere', answer: (response) => response.writeHead(302, { location: '/moved' }).end() },
    ],
  )('$name', async ({ answer }) => {
    const { issuer, tokens, token, warned } = await setUp()
    issuer.answer('/keys', answer)
    issuer.json('/moved', { keys: [key.jwk] })
    const text = await token()
    await expect(tokens.verify(text)).rejects.toThrow(TransientError)
    // Nobody waits for the same again.
    await expect(tokens.verify(text)).rejects.toThrow(TransientError)
    expect(issuer.asked).toEqual(['/keys'])
    expect(warned).toHaveLength(1)
    expect(JSON.stringify(warned)).not.toContain(text.split('.')[2])
  })
})

it('takes no keys from whoever cannot prove to be the issuer', async () => {
  const server = createServer(selfSigned, (_, response) => response.end(JSON.stringify({ keys: [key.jwk] })))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const { port } = server.address() as AddressInfo
  const issuer = `https://127.0.0.1:${port}`
  const { tokens, warned } = await setUp({ issuer, jwksUrl: `${issuer}/keys` })
  await expect(tokens.verify(await sign(key, someClaims(issuer)))).rejects.toThrow(TransientError)
  expect(String(Object(warned[0]).error)).toMatch(/CERT|self-signed/)
})

describe('the configuration that an issuer publishes', () => {
  const path = '/.well-known/openid-configuration'
  const discovering = async (change: (url: string) => object) => {
    const set = await setUp()
    set.issuer.json(path, { issuer: set.issuer.url, jwks_uri: `${set.issuer.url}/keys`, ...change(set.issuer.url) })
    const tokens = createIdentityTokens({
      issuers: [{ issuer: set.issuer.url, audiences: ['sluice'] }],
      clock: { realNow: () => issuedAtMs },
      logger: { warn: () => undefined },
      loopbackHttp: true,
    })
    return { ...set, tokens }
  }

  it('says where its keys are', async () => {
    const { tokens, token, issuer } = await discovering(() => ({}))
    expect((await tokens.verify(await token())).outcome).toBe('known')
    expect(issuer.asked).toEqual([path, '/keys'])
  })

  it.each<{ readonly name: string; readonly change: (url: string) => object }>([
    { name: 'is that of another issuer', change: (url) => ({ issuer: `${url}/` }) },
    { name: 'says nowhere', change: () => ({ jwks_uri: undefined }) },
    { name: 'says a place over an open line', change: () => ({ jwks_uri: 'http://keys.example.com/' }) },
    { name: 'says a file', change: () => ({ jwks_uri: 'file:///etc/keys' }) },
    { name: 'says no place', change: () => ({ jwks_uri: 'keys' }) },
  ])('is not followed where it $name', async ({ change }) => {
    const { tokens, token, issuer } = await discovering(change)
    await expect(tokens.verify(await token())).rejects.toThrow(TransientError)
    expect(issuer.asked).toEqual([path])
  })
})

describe('an issuer cannot be trusted', () => {
  const good = { issuer: 'https://ci.example.com', audiences: ['sluice'] }
  const create = (issuers: readonly TrustedIssuer[], loopbackHttp: boolean) => () =>
    createIdentityTokens({
      issuers,
      clock: { realNow: () => issuedAtMs },
      logger: { warn: () => undefined },
      loopbackHttp,
    })

  it.each<{ readonly name: string; readonly issuers: readonly TrustedIssuer[] }>([
    { name: 'without an audience', issuers: [{ ...good, audiences: [] }] },
    { name: 'with an empty audience', issuers: [{ ...good, audiences: ['sluice', ''] }] },
    { name: 'twice', issuers: [good, { ...good, audiences: ['other'] }] },
    { name: 'over an open line', issuers: [{ ...good, issuer: 'http://ci.example.com' }] },
    { name: 'with keys over an open line', issuers: [{ ...good, jwksUrl: 'http://ci.example.com/keys' }] },
    { name: 'that is no URL', issuers: [{ ...good, issuer: 'ci.example.com' }] },
    { name: 'with a password', issuers: [{ ...good, jwksUrl: 'https://a:b@ci.example.com/keys' }] },
    {
      name: 'at what only begins like a loopback address',
      issuers: [{ ...good, issuer: 'http://127.0.0.1.example.com' }],
    },
  ])('$name', ({ issuers }) => {
    expect(create(issuers, true)).toThrow(ConfigError)
  })

  it('on this machine, unless that is said', () => {
    const local = [{ issuer: 'http://127.0.0.1:8080', audiences: ['sluice'] }]
    expect(create(local, false)).toThrow(ConfigError)
    expect(create(local, true)).not.toThrow()
    expect(create([good], false)).not.toThrow()
  })
})
