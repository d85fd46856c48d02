import { expect, it } from 'vitest'
import { identityOf } from '../../../../shared/domain/access/principal.ts'
import { principals } from '../../../support/policies.ts'

it('tells principals of different issuers and doors apart', () => {
  expect(Object.fromEntries(Object.entries(principals).map(([door, one]) => [door, identityOf(one)]))).toEqual({
    local: 'local',
    iam: 'arn:aws:sts::123456789012:assumed-role/release/mei',
    oidc: 'https://token.actions.githubusercontent.com repo:octo/shop:environment:production',
    token: '01kdvdnc00000000000000t0k1',
    slack: 'T1/U1',
  })
})
