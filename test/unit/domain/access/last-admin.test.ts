import { describe, expect, it } from 'vitest'
import { adminRules, type Doors, lacksAdmin } from '../../../../shared/domain/access/last-admin.ts'
import { initialPolicy } from '../../../../shared/domain/access/policy.ts'
import { aPolicyRule, doors, gitHubIssuer, principals } from '../../../support/policies.ts'

const closed: Doors = { local: false, iam: false, issuers: [], tokenIds: [] }
const open: Doors = { local: true, iam: true, issuers: [gitHubIssuer], tokenIds: [principals.token.id] }
const refusal =
  'nobody could change the policy any more: one rule must give admin on * to somebody who can come in here'

describe('an admin who can come in', () => {
  it.each(doors.map((door) => ({ door, counts: door !== 'slack' })))('through $door: $counts', ({ door, counts }) => {
    const policy = { rules: [aPolicyRule('slack', { roles: ['viewer'] }), aPolicyRule(door)] }
    expect(adminRules(policy, open)).toEqual(counts ? [aPolicyRule(door)] : [])
    expect(lacksAdmin(policy, open)).toBe(counts ? null : refusal)
  })

  it.each(doors)('is none through %s where that door is closed', (door) => {
    expect(lacksAdmin({ rules: [aPolicyRule(door)] }, closed)).toBe(refusal)
  })

  it('is none with other roles, or on some services only', () => {
    const rules = [
      aPolicyRule('local', { roles: ['viewer', 'deployer', 'approver'] }),
      aPolicyRule('local', { services: ['web', 'a*'] }),
    ]
    expect(lacksAdmin({ rules }, open)).toBe(refusal)
    expect(lacksAdmin({ rules: [] }, open)).toBe(refusal)
  })
})

describe('the initial policy', () => {
  const unsaved = { version: 0, updatedAt: null, updatedBy: null }

  it('lets in the owner of the machine in local mode', () => {
    const rule = { name: 'local-owner', who: { kind: 'local' }, roles: ['admin'], services: ['*'], ownApproval: true }
    const policy = initialPolicy({ local: true, adminArns: [] })
    expect(policy).toEqual({ ...unsaved, rules: [rule] })
    expect(lacksAdmin(policy, open)).toBeNull()
  })

  it('lets in whom the installation names, and nobody else', () => {
    const arns = ['arn:aws:iam::123456789012:user/mei']
    const rule = { name: 'first-admin', who: { kind: 'iam', arns }, roles: ['admin'], services: ['*'] }
    expect(initialPolicy({ local: false, adminArns: arns })).toEqual({ ...unsaved, rules: [rule] })
    expect(initialPolicy({ local: false, adminArns: [] })).toEqual({ ...unsaved, rules: [] })
  })
})
