import type { Doors } from '../../domain/access/last-admin.ts'
import type { Policy } from '../../domain/access/policy.ts'
import type { TokenParts } from '../../domain/api-token.ts'
import type { Logger } from '../../logger.ts'
import type { AuditLog } from '../../ports/audit-log.ts'
import type { Clock } from '../../ports/clock.ts'
import type { IdentityTokens } from '../../ports/identity-tokens.ts'
import type { PolicyStore } from '../../ports/policy-store.ts'
import type { TokenHasher } from '../../ports/token-hasher.ts'
import type { TokenStore } from '../../ports/token-store.ts'
import type { VerifiedTokens } from './verified-tokens.ts'

/** What the use cases about callers and their rights need from outside. */
export interface AccessDeps {
  /** Validity of tokens is real time, whatever the rehearsal's clock says; the audit has the time of the events. */
  readonly clock: Pick<Clock, 'now' | 'realNow'>
  readonly audit: AuditLog
  readonly identityTokens: IdentityTokens
  readonly policies: PolicyStore
  /** What holds until somebody saves a policy. */
  readonly initialPolicy: Policy
  /** Through which callers come in here. API tokens are looked up. */
  readonly doors: Omit<Doors, 'tokenIds'>
  readonly tokens: TokenStore
  readonly tokenHasher: TokenHasher
  readonly verifiedTokens: VerifiedTokens
  /** A new id, sortable by time, and 32 new random bytes in base64url. */
  readonly newTokenParts: () => TokenParts
  readonly logger: Pick<Logger, 'warn' | 'error'>
}
