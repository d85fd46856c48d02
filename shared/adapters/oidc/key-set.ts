import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose'
import { TransientError } from '../../domain/errors.ts'

export interface KeySetOptions {
  /** @throws {TransientError} If they cannot be had. */
  readonly fetchKeys: () => Promise<JSONWebKeySet>
  /** Milliseconds since the epoch, real time. */
  readonly realNow: () => number
  /** Told of each try that failed. */
  readonly onFailure: (error: unknown) => void
}

/**
 * Real milliseconds. Keys are read again once they are `freshMs` old, and for a key that is not among them, but never sooner
 * than `cooldownMs` after the last try: anybody can send tokens that name keys. Where they cannot be read, those that were
 * read last are used until they are `staleMs` old; by then a key that its issuer took back would have been missed for long.
 */
export const keyTimes = { freshMs: 600_000, staleMs: 3_600_000, cooldownMs: 30_000 } as const

/** The keys of one issuer, kept between requests. @throws {TransientError} When asked, if they cannot be had. */
export function createKeySet({ fetchKeys, realNow, onFailure }: KeySetOptions): JWTVerifyGetKey {
  let kept: { readonly find: JWTVerifyGetKey; readonly atMs: number } | null = null
  let lastTry: { readonly atMs: number; failed: boolean } | null = null
  let pending: Promise<void> | null = null

  async function read(): Promise<void> {
    const attempt = { atMs: realNow(), failed: false }
    lastTry = attempt
    try {
      kept = { find: createLocalJWKSet(await fetchKeys()), atMs: attempt.atMs }
    } catch (error) {
      attempt.failed = true
      onFailure(error)
    }
  }

  /** Joins a try that is under way; begins one unless the last was just made. @returns Whether there was one. */
  async function refresh(): Promise<boolean> {
    if (pending === null) {
      if (lastTry && realNow() - lastTry.atMs < keyTimes.cooldownMs) return false
      pending = read().finally(() => {
        pending = null
      })
    }
    await pending
    return true
  }

  const age = () => (kept ? realNow() - kept.atMs : Number.POSITIVE_INFINITY)
  return async (header, token) => {
    if (age() >= keyTimes.freshMs) await refresh()
    if (!kept || age() >= keyTimes.staleMs) throw unavailable()
    try {
      return await kept.find(header, token)
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error
      const tried = await refresh()
      // Without the newest keys nobody can say that there is no such key.
      if (lastTry?.failed) throw unavailable()
      if (!tried) throw error
      return kept.find(header, token)
    }
  }
}

function unavailable(): TransientError {
  return new TransientError('the keys of the issuer of the token cannot be read right now; try again')
}
