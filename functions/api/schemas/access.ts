import * as z from 'zod'
import { policyProblems } from '../../../shared/domain/access/policy-problems.ts'
import { roles } from '../../../shared/domain/access/role.ts'
import { tokenLifeSeconds } from '../../../shared/domain/api-token.ts'
import { redact } from '../../../shared/domain/redact.ts'
import { segmentsOf } from './common.ts'

const textRule = z
  .union([z.string(), z.strictObject({ glob: z.string() })])
  .describe('Exactly this text, or a pattern: `*` is any run without `/` and `:`, `**` any run.')
const claimRule = z.union([textRule, z.array(textRule).max(50)])
const names = z.array(z.string().min(1).max(128)).max(200)

const who = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('local') }).describe('The owner of the machine, in local mode.'),
  z
    .strictObject({ kind: z.literal('iam'), arns: z.array(textRule).max(50) })
    .describe('Whoever signed the request with AWS credentials, by ARN.'),
  z
    .strictObject({
      kind: z.literal('oidc'),
      issuer: z.string().min(1).max(512),
      claims: z.record(z.string().min(1).max(128), claimRule),
    })
    .describe('A token that this issuer signed and whose claims all fit.'),
  z.strictObject({ kind: z.literal('token'), ids: names }).describe('API tokens, by id.'),
  z
    .strictObject({ kind: z.literal('slack'), team: z.string().max(128), users: names })
    .describe('Users of a Slack team.'),
])

const rule = z.strictObject({
  name: z.string().max(200).describe('Unique within the policy; answers and the audit name it.'),
  who,
  roles: z.array(z.enum(roles)).max(roles.length),
  services: z.array(z.string()).max(200).describe('Names of services; `*` stands for any part of one.'),
  ownApproval: z.exactOptional(z.boolean()).describe('May approve what it created itself. Default false.'),
  person: z.exactOptional(z.string().max(200)).describe('Who is behind it: callers of one person are one.'),
})

export const policyRules = z.array(rule)

/** The body of `PUT /v1/policy`. */
export const policyBody = z
  .strictObject({ rules: policyRules, expectedVersion: z.exactOptional(z.int().nonnegative()) })
  .superRefine((value, context) => {
    // The rules beyond the shape belong to the domain: other callers than this API meet the same ones.
    for (const { path, message } of policyProblems(value.rules))
      context.addIssue({ code: 'custom', path: segmentsOf(path), message })
  })
  .meta({ id: 'Policy' })

/** The body of `POST /v1/tokens`. */
export const tokenBody = z
  .strictObject({
    name: z.string().trim().min(1).max(100).overwrite(redact).describe('What it is for.'),
    lifeSeconds: z
      .exactOptional(z.int().min(tokenLifeSeconds.least).max(tokenLifeSeconds.most))
      .describe('How long it is good for. Seconds, default 90 days.'),
  })
  .meta({ id: 'NewToken' })
