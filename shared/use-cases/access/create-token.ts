import { type ShownToken, tokenLifeSeconds, toTokenText, withoutHash } from '../../domain/api-token.ts'
import type { Actor } from '../../domain/deployment.ts'
import { type Problem, ValidationError } from '../../domain/errors.ts'
import { toInstant } from '../../ports/clock.ts'
import type { AccessDeps } from './access-deps.ts'

export interface CreateTokenInput {
  readonly actor: Actor
  /** What it is for: 1 to 100 characters. */
  readonly name: string
  /** How long it is good for: a minute to 366 days. Default 90 days. */
  readonly lifeSeconds?: number
}

export interface CreatedToken {
  readonly token: ShownToken
  /** The token itself, to be shown this once: nobody can read it again. */
  readonly text: string
}

/**
 * Makes an API token. It may do nothing until a rule of the policy names its id. If the answer is lost, so is the token:
 * what is stored then lets in nobody, and another one is made.
 *
 * @throws {ValidationError} If the name or the life is not within its limits.
 */
export async function createToken(
  deps: Pick<AccessDeps, 'clock' | 'tokens' | 'tokenHasher' | 'newTokenParts'>,
  { actor, name, lifeSeconds = tokenLifeSeconds.standard }: CreateTokenInput,
): Promise<CreatedToken> {
  const problems = problemsOf(name, lifeSeconds)
  if (problems.length > 0) throw new ValidationError('the API token cannot be made', problems)
  const parts = deps.newTokenParts()
  const hash = await deps.tokenHasher.hash(parts.secret)
  const nowMs = deps.clock.realNow()
  const token = {
    id: parts.id,
    name,
    hash,
    createdAt: toInstant(nowMs),
    createdBy: actor,
    expiresAt: toInstant(nowMs + lifeSeconds * 1000),
    lastUsedAt: null,
    revoked: null,
  }
  await deps.tokens.add(token)
  return { token: withoutHash(token), text: toTokenText(parts) }
}

function problemsOf(name: string, lifeSeconds: number): Problem[] {
  const { least, most } = tokenLifeSeconds
  const isName = name.trim() !== '' && name.length <= 100
  const isLife = Number.isInteger(lifeSeconds) && lifeSeconds >= least && lifeSeconds <= most
  return [
    ...(isName ? [] : [{ path: 'name', message: 'must have 1 to 100 characters' }]),
    ...(isLife ? [] : [{ path: 'lifeSeconds', message: `must be a whole number from ${least} to ${most}` }]),
  ]
}
