import { randomBytes } from 'node:crypto'
import { ulid } from 'ulid'
import { lazy } from './adapters/aws-client.ts'
import { createDynamoDbAuditLog } from './adapters/dynamodb/audit-log.ts'
import type { TableOptions } from './adapters/dynamodb/item-table.ts'
import { createDynamoDbPolicyStore } from './adapters/dynamodb/policy-store.ts'
import { createDynamoDbTokenStore } from './adapters/dynamodb/token-store.ts'
import { checkIssuers } from './adapters/oidc/trusted-issuer.ts'
import { createScryptTokenHasher } from './adapters/scrypt/token-hasher.ts'
import type { AccessConfig } from './config-access.ts'
import { initialPolicy } from './domain/access/policy.ts'
import type { Logger } from './logger.ts'
import type { Clock } from './ports/clock.ts'
import type { AccessDeps } from './use-cases/access/access-deps.ts'
import { createVerifiedTokens } from './use-cases/access/verified-tokens.ts'

export interface AccessOptions {
  readonly config: AccessConfig
  readonly table: TableOptions
  readonly clock: Clock
  readonly logger: Logger
  /** True in local mode: the owner of the machine comes in, callers who sign with AWS credentials do not. */
  readonly local: boolean
}

/**
 * Callers and their rights.
 *
 * @throws {ConfigError} If an issuer cannot be trusted as it is configured.
 */
export function composeAccess(options: AccessOptions): Omit<AccessDeps, 'clock' | 'logger'> {
  const { config, table, clock, logger, local } = options
  const { issuers, adminArns } = config
  const rules = { loopbackHttp: local }
  // Now, and not when the first token comes: a wrong setting shows at the start.
  checkIssuers(issuers, rules)
  const identityTokens = lazy(async () => {
    const { createIdentityTokens } = await import('./adapters/oidc/identity-tokens.ts')
    return createIdentityTokens({ issuers, clock, logger, ...rules })
  })
  return {
    audit: createDynamoDbAuditLog({ ...table, clock }),
    identityTokens: { verify: async (token) => (await identityTokens()).verify(token) },
    policies: createDynamoDbPolicyStore(table),
    initialPolicy: initialPolicy({ local, adminArns }),
    doors: { local, iam: !local, issuers: issuers.map(({ issuer }) => issuer) },
    tokens: createDynamoDbTokenStore(table),
    tokenHasher: createScryptTokenHasher(),
    verifiedTokens: createVerifiedTokens({ realNow: clock.realNow }),
    newTokenParts: () => ({ id: ulid().toLowerCase(), secret: randomBytes(32).toString('base64url') }),
  }
}
