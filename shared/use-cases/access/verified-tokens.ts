import { createHash } from 'node:crypto'

/** Remembers for a while which tokens were verified, so that not each request pays for a slow hash. */
export interface VerifiedTokens {
  /**
   * Whether `text` goes with the kept `hash`: as remembered, or as `verify` finds. Whether the token was revoked or ran out
   * is not remembered: that is read with each request.
   */
  isVerified(of: { readonly text: string; readonly hash: string }, verify: () => Promise<boolean>): Promise<boolean>
}

export interface VerifiedTokensOptions {
  /** Milliseconds since the epoch, real time. */
  readonly realNow: () => number
  /** How long a verification is good for. Real milliseconds, default five minutes. */
  readonly lifeMs?: number
  /** Tokens that are remembered; the oldest goes first. Default 1000. */
  readonly most?: number
}

/**
 * Keeps SHA-256 digests, so that no token stays in memory longer than its request. Requests that bring the same token at the
 * same time wait for one verification. What turned out wrong is not remembered: it would fill the memory.
 */
export function createVerifiedTokens(options: VerifiedTokensOptions): VerifiedTokens {
  const { realNow, lifeMs = 300_000, most = 1000 } = options
  const known = new Map<string, { readonly untilMs: number; readonly answer: Promise<boolean> }>()
  return {
    async isVerified({ text, hash }, verify) {
      // With the kept hash in it, since a token can be made anew under its id, in a restored table for example.
      const digest = createHash('sha256').update(`${hash}\n${text}`).digest('base64url')
      const entry = known.get(digest)
      if (entry && realNow() < entry.untilMs) return entry.answer
      const answer = verify()
      known.delete(digest)
      known.set(digest, { untilMs: realNow() + lifeMs, answer })
      const [oldest] = known.keys()
      if (known.size > most && oldest !== undefined) known.delete(oldest)
      try {
        const holds = await answer
        if (!holds) known.delete(digest)
        return holds
      } catch (error) {
        known.delete(digest)
        throw error
      }
    },
  }
}
