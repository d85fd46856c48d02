import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  isUseToNote,
  notedUseLimit,
  parseTokenText,
  toTokenText,
  whyOver,
  withoutHash,
} from '../../../shared/domain/api-token.ts'
import { anApiToken, aTokenId, aTokenSecret, aTokenText } from '../../support/tokens.ts'

const hour = 3_600_000
const at = (iso: string) => Date.parse(iso)

describe('the text of a token', () => {
  it('has its id and its secret', () => {
    expect(toTokenText({ id: aTokenId(), secret: aTokenSecret })).toBe(aTokenText())
    expect(parseTokenText(aTokenText())).toEqual({ id: aTokenId(), secret: aTokenSecret })
  })

  it('is read back whatever the secret, with its _ and -', () => {
    const secrets = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((b) => Buffer.from(b).toString('base64url'))
    fc.assert(
      fc.property(secrets, (secret) => {
        expect(parseTokenText(toTokenText({ id: aTokenId(), secret }))).toEqual({ id: aTokenId(), secret })
      }),
    )
  })

  it.each([
    '',
    'sluice_',
    ` ${aTokenText()}`,
    `${aTokenText()}\n`,
    `${aTokenText()}x`,
    aTokenText().slice(0, -1),
    aTokenText().toUpperCase(),
    aTokenText().replace('sluice', 'Sluice'),
    aTokenText().replace(/_/g, '-'),
    `sluice_8${aTokenId().slice(1)}_${aTokenSecret}`,
    `sluice_${aTokenId().replace('k', 'u')}_${aTokenSecret}`,
    `sluice_${aTokenId()}_${aTokenSecret.replace('c', '+')}`,
    'eyJhbGciOiJub25lIn0.e30.',
  ])('is not %j', (text) => {
    expect(parseTokenText(text)).toBeNull()
  })
})

describe('a token', () => {
  it('is over from the very millisecond that it runs out', () => {
    const token = anApiToken({ expiresAt: '2026-04-01T00:00:00.000Z' })
    expect(whyOver(token, at('2026-03-31T23:59:59.999Z'))).toBeNull()
    expect(whyOver(token, at('2026-04-01T00:00:00.000Z'))).toBe('the API token ran out at 2026-04-01T00:00:00.000Z')
  })

  it('is over once it is revoked', () => {
    const revoked = { at: '2026-01-02T00:00:00.000Z', by: { kind: 'token', name: 'bo' }, reason: 'lost' } as const
    const why = 'the API token was revoked at 2026-01-02T00:00:00.000Z'
    expect(whyOver(anApiToken({ revoked }), at('2026-01-01T00:00:00Z'))).toBe(why)
    expect(whyOver(anApiToken({ revoked }), at('2027-01-01T00:00:00Z'))).toBe(why)
  })

  it('has its use noted at first, and then hourly', () => {
    const now = at('2026-01-01T12:00:00Z')
    expect(notedUseLimit(now)).toBe(now - hour)
    expect(isUseToNote({ lastUsedAt: null }, now)).toBe(true)
    expect(isUseToNote({ lastUsedAt: new Date(now - hour).toISOString() }, now)).toBe(true)
    expect(isUseToNote({ lastUsedAt: new Date(now - hour + 1).toISOString() }, now)).toBe(false)
  })

  it('is shown without its hash', () => {
    const { hash: _, ...shown } = anApiToken()
    expect(withoutHash(anApiToken())).toEqual(shown)
    expect(JSON.stringify(withoutHash(anApiToken()))).not.toContain('hash')
  })
})
