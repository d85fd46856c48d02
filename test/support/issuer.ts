import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, exportSPKI, generateKeyPair, type JWTHeaderParameters, type JWTPayload, SignJWT } from 'jose'
import { onTestFinished } from 'vitest'

export type Alg = 'RS256' | 'ES256'

/** A pair of keys and the public one as its issuer publishes it. */
export async function makeKey(kid: string, alg: Alg = 'ES256') {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true })
  const jwk = { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' }
  return { kid, alg, privateKey, jwk, pem: await exportSPKI(publicKey) }
}

export type SigningKey = Awaited<ReturnType<typeof makeKey>>

/** Whole seconds since the epoch of {@link issuedAtMs}. */
const issuedAt = Date.UTC(2026, 0, 1) / 1000
export const issuedAtMs = issuedAt * 1000

/** What a job of GitHub Actions would say, made at {@link issuedAtMs}, good for five minutes. */
export function someClaims(issuer: string, overrides: JWTPayload = {}): JWTPayload {
  return {
    iss: issuer,
    aud: 'sluice',
    sub: 'repo:octo/shop:environment:production',
    repository_id: '74',
    iat: issuedAt,
    nbf: issuedAt,
    exp: issuedAt + 300,
    ...overrides,
  }
}

/** `claims` signed with `key`; members that are undefined are left out. */
export function sign(key: SigningKey, claims: JWTPayload, header: Partial<JWTHeaderParameters> = {}): Promise<string> {
  const { alg, kid } = key
  return new SignJWT(claims).setProtectedHeader({ alg, kid, typ: 'JWT', ...header }).sign(key.privateKey)
}

/** The parts of a token, put together as they are. */
export function compact(header: object, claims: object, signature = ''): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  return `${part(header)}.${part(claims)}.${signature}`
}

/** A web server of an issuer. Each path answers as was last said, others with 404. */
export async function openIssuer() {
  const answers = new Map<string, (response: ServerResponse) => void>()
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(request.url ?? '')
    const answer = answers.get(request.url ?? '')
    if (answer) answer(response)
    else response.writeHead(404).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const answer = (path: string, how: (response: ServerResponse) => void) => void answers.set(path, how)
  const json = (path: string, body: unknown) => answer(path, (response) => response.end(JSON.stringify(body)))
  return {
    url,
    asked,
    answer,
    json,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
    publish: (...keys: readonly SigningKey[]) => json('/keys', { keys: keys.map(({ jwk }) => jwk) }),
  }
}

/** The same, stopped after the test. */
export async function startIssuer() {
  const { close, ...issuer } = await openIssuer()
  onTestFinished(close)
  return issuer
}
