import * as z from 'zod'
import type { TextRule } from './domain/access/policy.ts'

/** Who is let in before, and beside, what the policy says. */
export interface AccessConfig {
  /**
   * `SLUICE_ADMIN_ARNS`: who may do everything until a policy is saved, as API Gateway reports them; separated by spaces, `*`
   * and `**` as in a policy. Default: nobody.
   */
  readonly adminArns: readonly TextRule[]
  /** `SLUICE_TRUSTED_ISSUERS`: issuers of OpenID Connect tokens, as a JSON list. Default: none. */
  readonly issuers: readonly IssuerSetting[]
}

const issuer = z.strictObject({
  issuer: z.string().min(1),
  audiences: z.array(z.string().min(1)).min(1),
  jwksUrl: z.exactOptional(z.string().min(1)),
})

export type IssuerSetting = z.output<typeof issuer>

/** Where each setting comes from. Neither is a secret. */
const variables = { adminArns: 'SLUICE_ADMIN_ARNS', issuers: 'SLUICE_TRUSTED_ISSUERS' } as const

/** @param problems - Gets a sentence for each variable that cannot be used. */
export function loadAccessConfig(env: Readonly<Record<string, string | undefined>>, problems: string[]): AccessConfig {
  const read = (name: keyof typeof variables) => env[variables[name]]?.trim() ?? ''
  const arns = read('adminArns')
    .split(/\s+/)
    .filter((text) => text !== '')
  for (const arn of arns)
    if (!/^arn:[^:]+:[^:]+:[^:]*:[0-9]{12}:.+$/.test(arn))
      problems.push(
        `${variables.adminArns} has ${JSON.stringify(arn)}; expected ARNs that name their account, separated by spaces`,
      )
  const issuers = z
    .array(issuer)
    .max(50)
    .safeParse(parseJson(read('issuers') || '[]'))
  if (!issuers.success)
    problems.push(
      `${variables.issuers} is not usable; expected JSON such as [{"issuer": "https://…", "audiences": ["sluice"]}]`,
    )
  return {
    adminArns: arns.map((arn) => (arn.includes('*') ? { glob: arn } : arn)),
    issuers: issuers.success ? issuers.data : [],
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
