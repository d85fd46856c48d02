import * as z from 'zod'
import { type Command, commands } from '../../../shared/domain/access/commands.ts'
import { auditSources } from '../../../shared/domain/audit.ts'
import { policyRules } from './access.ts'
import { actor, instant } from './answers-common.ts'

export const policy = z
  .strictObject({
    rules: policyRules,
    version: z.int().min(0).describe('0: nobody has saved one yet, and this is what holds until then.'),
    updatedAt: z.nullable(instant),
    updatedBy: z.nullable(actor),
  })
  .meta({ id: 'StandingPolicy' })

const shownToken = {
  id: z.string().describe('What the policy names.'),
  name: z.string(),
  createdAt: instant,
  createdBy: actor,
  expiresAt: instant,
  lastUsedAt: z.nullable(instant).describe('At most an hour older than the newest use; null: never used.'),
  revoked: z.nullable(z.strictObject({ at: instant, by: actor, reason: z.string() })),
}

export const token = z.strictObject(shownToken).meta({ id: 'Token' })

export const createdToken = z
  .strictObject({ ...shownToken, token: z.string().describe('`sluice_…`, shown this once.') })
  .meta({ id: 'CreatedToken' })

export const auditEntry = z
  .strictObject({
    seq: z.int().min(1).describe('1, 2, 3, … without a gap.'),
    at: instant,
    principal: z.strictObject({
      kind: z.enum([...actor.shape.kind.options, 'unknown']),
      name: z.string().describe('What people call it.'),
      identity: z.string().describe('What the door has verified.'),
    }),
    source: z.enum(auditSources),
    requestId: z.string().describe('Also in the log.'),
    command: z.enum(Object.keys(commands) as [Command, ...Command[]]),
    service: z.nullable(z.string()),
    deployment: z.nullable(z.string()),
    outcome: z.enum(['allowed', 'refused']),
    reason: z.string().describe('Why it was refused, or what the caller gave as a reason.'),
    before: z.unknown().describe('Of a policy, a service or a token: what there was.'),
    after: z.unknown().describe('What was to be.'),
    previousHash: z.string(),
    hash: z.string().describe('SHA-256 of all other members, hexadecimal.'),
  })
  .meta({ id: 'AuditEntry' })
