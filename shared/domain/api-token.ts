import type { Actor } from './deployment.ts'

/** An API token as it is kept. The secret is not: only a salted hash of it. */
export interface ApiToken {
  /** ULID in lower case; part of the token, no secret. */
  readonly id: string
  /** What it is for, in its creator's words; need not be unique. */
  readonly name: string
  /** What the hasher made of the secret. */
  readonly hash: string
  readonly createdAt: string
  readonly createdBy: Actor
  readonly expiresAt: string
  /** At most an hour older than the newest use; null: never used. */
  readonly lastUsedAt: string | null
  readonly revoked: Revocation | null
}

export interface Revocation {
  readonly at: string
  readonly by: Actor
  readonly reason: string
}

/** What may be shown of a token. */
export type ShownToken = Omit<ApiToken, 'hash'>

export function withoutHash({ hash: _, ...shown }: ApiToken): ShownToken {
  return shown
}

/** How long a token may be good, and is if nothing is said. Seconds. */
export const tokenLifeSeconds = { most: 366 * 86_400, standard: 90 * 86_400, least: 60 } as const

/** What is between the brackets of `sluice_<id>_<secret>`. */
export interface TokenParts {
  /** 26 characters of a ULID in lower case. */
  readonly id: string
  /** 32 random bytes in base64url, 43 characters. */
  readonly secret: string
}

/** Every token begins so: those who search repositories for lost secrets find it by this. */
export const tokenPrefix = 'sluice_'

const shape = /^sluice_([0-7][0-9a-hjkmnp-tv-z]{25})_([A-Za-z0-9_-]{43})$/

export function toTokenText({ id, secret }: TokenParts): string {
  return `${tokenPrefix}${id}_${secret}`
}

/** Null for what is no token of ours. */
export function parseTokenText(text: string): TokenParts | null {
  const [, id, secret] = shape.exec(text) ?? []
  return id !== undefined && secret !== undefined ? { id, secret } : null
}

/** Why `token` lets in nobody any more; null while it does. @param nowMs - Real time, milliseconds since the epoch. */
export function whyOver({ revoked, expiresAt }: Pick<ApiToken, 'revoked' | 'expiresAt'>, nowMs: number): string | null {
  if (revoked) return `the API token was revoked at ${revoked.at}`
  return Date.parse(expiresAt) <= nowMs ? `the API token ran out at ${expiresAt}` : null
}

/** One write an hour is what knowing the last use may cost. Milliseconds. */
const usePrecisionMs = 3_600_000

/** Uses up to this instant are noted anew at `nowMs`. Milliseconds since the epoch. */
export function notedUseLimit(nowMs: number): number {
  return nowMs - usePrecisionMs
}

/** Whether a use at `nowMs` is to be noted. */
export function isUseToNote({ lastUsedAt }: Pick<ApiToken, 'lastUsedAt'>, nowMs: number): boolean {
  return lastUsedAt === null || Date.parse(lastUsedAt) <= notedUseLimit(nowMs)
}
