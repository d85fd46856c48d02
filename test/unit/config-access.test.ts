import { describe, expect, it } from 'vitest'
import { loadAccessConfig } from '../../shared/config-access.ts'

function load(env: Readonly<Record<string, string>>) {
  const problems: string[] = []
  return { config: loadAccessConfig(env, problems), problems }
}

describe('who may come in at the start', () => {
  it.each([{}, { SLUICE_ADMIN_ARNS: '  ', SLUICE_TRUSTED_ISSUERS: ' ' }])('is nobody with %j', (env) => {
    expect(load(env)).toEqual({ config: { adminArns: [], issuers: [] }, problems: [] })
  })

  it('is read from the environment, patterns by their star', () => {
    const issuers = [
      { issuer: 'https://token.actions.githubusercontent.com', audiences: ['sluice'] },
      { issuer: 'https://git.example.com', audiences: ['a', 'b'], jwksUrl: 'https://git.example.com/keys' },
    ]
    const user = 'arn:aws:iam::123456789012:user/mei'
    const role = 'arn:aws:sts::123456789012:assumed-role/platform/*'
    const env = { SLUICE_ADMIN_ARNS: `${user}\n ${role}`, SLUICE_TRUSTED_ISSUERS: JSON.stringify(issuers) }
    expect(load(env)).toEqual({ config: { adminArns: [user, { glob: role }], issuers }, problems: [] })
  })

  it.each(['mei', '*', 'arn:aws:iam::*:user/mei', 'arn:aws:iam:::user/mei', 'arn:aws:iam::123456789012:'])(
    'is nobody by the ARN %s: it must name its account',
    (arn) => {
      expect(load({ SLUICE_ADMIN_ARNS: arn }).problems).toEqual([
        `SLUICE_ADMIN_ARNS has ${JSON.stringify(arn)}; expected ARNs that name their account, separated by spaces`,
      ])
    },
  )

  it.each([
    'https://gitlab.com',
    '{}',
    '["https://gitlab.com"]',
    '[{"issuer": "https://gitlab.com"}]',
    '[{"issuer": "https://gitlab.com", "audiences": []}]',
    '[{"issuer": "https://gitlab.com", "audience": "sluice"}]',
    '[{"issuer": "https://gitlab.com", "audiences": ["sluice"], "keys": "https://gitlab.com"}]',
  ])('is nobody by the issuers %s: they cannot be read', (text) => {
    expect(load({ SLUICE_TRUSTED_ISSUERS: text })).toEqual({
      config: { adminArns: [], issuers: [] },
      problems: [
        'SLUICE_TRUSTED_ISSUERS is not usable; expected JSON such as [{"issuer": "https://…", "audiences": ["sluice"]}]',
      ],
    })
  })
})
