import { describe, expect, it } from 'vitest'
import { createMemoryTokenStore } from '../../../../shared/adapters/memory/token-store.ts'
import { withoutHash } from '../../../../shared/domain/api-token.ts'
import { NotFoundError, TransientError, ValidationError } from '../../../../shared/domain/errors.ts'
import { authenticateToken } from '../../../../shared/use-cases/access/authenticate-token.ts'
import { createToken } from '../../../../shared/use-cases/access/create-token.ts'
import { listTokens } from '../../../../shared/use-cases/access/list-tokens.ts'
import { revokeToken } from '../../../../shared/use-cases/access/revoke-token.ts'
import { createMemoryAccess } from '../../../support/access.ts'
import { anApiToken, aTokenId, aTokenSecret, aTokenText } from '../../../support/tokens.ts'

const actor = { kind: 'local', name: 'local-owner' } as const
const onCall = { actor, name: 'on-call' }
const known = { outcome: 'known', principal: { kind: 'token', id: aTokenId(), name: 'on-call' } }
const unknown = { outcome: 'refused', reason: 'this API token is not known' }
const otherSecret = aTokenSecret.replace('c2V', 'd2V')
const minute = 60_000
const day = 86_400_000

describe('a new API token', () => {
  it('is shown once, and kept as a hash', async () => {
    const { deps } = createMemoryAccess()
    const created = await createToken(deps, onCall)
    const token = anApiToken({ createdBy: actor, hash: `hash of ${aTokenSecret}` })
    expect(created).toEqual({ token: withoutHash(token), text: aTokenText() })
    expect(await deps.tokens.get(aTokenId())).toEqual(token)
    const listed = await listTokens(deps, { limit: 10, cursor: null })
    expect(listed).toEqual({ items: [withoutHash(token)], nextCursor: null })
    expect(JSON.stringify(listed)).not.toContain(aTokenSecret)
  })

  it.each([60, 366 * 86_400])('may be good for %d s', async (lifeSeconds) => {
    const { token } = await createToken(createMemoryAccess().deps, { ...onCall, lifeSeconds })
    expect(Date.parse(token.expiresAt) - Date.parse(token.createdAt)).toBe(lifeSeconds * 1000)
  })

  it.each([
    { input: { name: ' ' }, path: 'name' },
    { input: { name: 'x'.repeat(101) }, path: 'name' },
    { input: { lifeSeconds: 59 }, path: 'lifeSeconds' },
    { input: { lifeSeconds: 60.5 }, path: 'lifeSeconds' },
    { input: { lifeSeconds: 366 * 86_400 + 1 }, path: 'lifeSeconds' },
    { input: { lifeSeconds: Number.NaN }, path: 'lifeSeconds' },
  ])('cannot have $input', async ({ input, path }) => {
    const { deps } = createMemoryAccess()
    const create = createToken(deps, { ...onCall, ...input })
    await expect(create).rejects.toThrow(ValidationError)
    await expect(create).rejects.toThrow(expect.objectContaining({ problems: [expect.objectContaining({ path })] }))
    expect((await deps.tokens.list({ limit: 1, cursor: null })).items).toEqual([])
  })
})

describe('an API token', () => {
  it('lets in whoever brings it', async () => {
    const { deps } = createMemoryAccess()
    const { text } = await createToken(deps, onCall)
    expect(await authenticateToken(deps, text)).toEqual(known)
  })

  it('lets in nobody with another secret, another id, or no form, the first two alike', async () => {
    const { deps } = createMemoryAccess()
    const { text } = await createToken(deps, onCall)
    expect(await authenticateToken(deps, aTokenText(1, otherSecret))).toEqual(unknown)
    expect(await authenticateToken(deps, aTokenText(2))).toEqual(unknown)
    const reason = 'this is no API token: it must have the form sluice_<id>_<secret>'
    expect(await authenticateToken(deps, text.slice(1))).toEqual({ outcome: 'refused', reason })
  })

  it('is over at its time, to whoever has the secret; to others it is not known', async () => {
    const { deps, pass } = createMemoryAccess()
    const { text } = await createToken(deps, { ...onCall, lifeSeconds: 60 })
    pass(minute - 1)
    expect(await authenticateToken(deps, text)).toEqual(known)
    pass(1)
    const reason = 'the API token ran out at 2026-01-01T00:01:00.000Z'
    expect(await authenticateToken(deps, text)).toEqual({ outcome: 'refused', reason })
    expect(await authenticateToken(deps, aTokenText(1, otherSecret))).toEqual(unknown)
  })

  it('is over once it is revoked, although it was just verified', async () => {
    const { deps } = createMemoryAccess()
    const { text } = await createToken(deps, onCall)
    expect(await authenticateToken(deps, text)).toEqual(known)
    await revokeToken(deps, aTokenId(), { actor, reason: 'lost' })
    const reason = 'the API token was revoked at 2026-01-01T00:00:00.000Z'
    expect(await authenticateToken(deps, text)).toEqual({ outcome: 'refused', reason })
  })

  it('has its newest use noted, at most once an hour', async () => {
    const noted: string[] = []
    const tokens = createMemoryTokenStore()
    const { deps, pass } = createMemoryAccess({
      tokens: { ...tokens, noteUse: (id, use) => tokens.noteUse(id, use).then(() => void noted.push(use.at)) },
    })
    const { text } = await createToken(deps, onCall)
    for (let minutes = 0; minutes < 130; minutes++) {
      await authenticateToken(deps, text)
      await authenticateToken(deps, aTokenText(1, otherSecret))
      pass(minute)
    }
    const hours = ['2026-01-01T00:00:00.000Z', '2026-01-01T01:00:00.000Z', '2026-01-01T02:00:00.000Z']
    expect(noted).toEqual(hours)
    expect((await tokens.get(aTokenId()))?.lastUsedAt).toBe(hours[2])
  })

  it('lets in its bearer also where the use cannot be noted, and the log has no secret', async () => {
    const error = new TransientError('throttled')
    const noteUse = () => Promise.reject(error)
    const { deps, warned } = createMemoryAccess({ tokens: { ...createMemoryTokenStore(), noteUse } })
    const { text } = await createToken(deps, onCall)
    expect(await authenticateToken(deps, text)).toEqual(known)
    expect(warned).toEqual([{ event: 'use-of-api-token-not-noted', fields: { id: aTokenId(), error } }])
  })

  it('is neither known nor refused where it cannot be looked up', async () => {
    const get = () => Promise.reject(new TransientError('throttled'))
    const { deps } = createMemoryAccess({ tokens: { ...createMemoryTokenStore(), get } })
    await expect(authenticateToken(deps, aTokenText())).rejects.toThrow(TransientError)
  })
})

describe('the slow hash', () => {
  it('is paid for once in five minutes', async () => {
    const { deps, checked, pass } = createMemoryAccess()
    const { text } = await createToken(deps, onCall)
    for (let n = 0; n < 20; n++) expect(await authenticateToken(deps, text)).toEqual(known)
    pass(5 * minute - 1)
    await authenticateToken(deps, text)
    expect(checked).toEqual([aTokenSecret])
    pass(1)
    await authenticateToken(deps, text)
    expect(checked).toEqual([aTokenSecret, aTokenSecret])
  })

  it('is paid for once by many at the same time', async () => {
    const { deps, checked } = createMemoryAccess()
    const { text } = await createToken(deps, onCall)
    const answers = await Promise.all(Array.from({ length: 10 }, () => authenticateToken(deps, text)))
    expect(answers).toEqual(Array.from({ length: 10 }, () => known))
    expect(checked).toEqual([aTokenSecret])
  })

  it('is paid for by each wrong secret, and by none with an unknown id', async () => {
    const { deps, checked } = createMemoryAccess()
    await createToken(deps, onCall)
    for (let n = 0; n < 3; n++) await authenticateToken(deps, aTokenText(1, otherSecret))
    await authenticateToken(deps, aTokenText(2))
    expect(checked).toEqual([otherSecret, otherSecret, otherSecret])
  })

  it('is paid for again when another hash is kept under the id', async () => {
    const { deps, checked } = createMemoryAccess()
    const { text } = await createToken(deps, onCall)
    await authenticateToken(deps, text)
    const tokens = createMemoryTokenStore()
    await tokens.add(anApiToken({ hash: `hash of ${otherSecret}` }))
    expect(await authenticateToken({ ...deps, tokens }, text)).toEqual(unknown)
    expect(checked).toEqual([aTokenSecret, aTokenSecret])
  })
})

describe('revoking', () => {
  it('answers with the first revocation, however often', async () => {
    const { deps, pass } = createMemoryAccess()
    await createToken(deps, onCall)
    const first = await revokeToken(deps, aTokenId(), { actor, reason: 'lost' })
    expect(first.revoked).toEqual({ at: '2026-01-01T00:00:00.000Z', by: actor, reason: 'lost' })
    expect(first).not.toHaveProperty('hash')
    pass(day)
    expect(await revokeToken(deps, aTokenId(), { actor, reason: 'again' })).toEqual(first)
  })

  it('says that there is no such token', async () => {
    const { deps } = createMemoryAccess()
    await expect(revokeToken(deps, aTokenId(), { actor, reason: 'x' })).rejects.toThrow(NotFoundError)
  })
})
