import type { Change, ResourceRecordSet } from '@aws-sdk/client-route-53'
import { describe, expect, it } from 'vitest'
import { checkChangeInput } from '../../../../../local/aws/route53/change-input.ts'
import { aRecord, aWeighted } from '../../../../support/local-route53.ts'

const check = (record: ResourceRecordSet, action = 'CREATE') =>
  checkChangeInput({ Action: action, ResourceRecordSet: record } as Change, 0)
const alias = { HostedZoneId: 'Z1', DNSName: 'x.example.com', EvaluateTargetHealth: false }

describe('checkChangeInput', () => {
  it.each<[string, ResourceRecordSet]>([
    ['a simple record', aRecord()],
    ['a weight of 0', aWeighted('blue', 0)],
    ['a weight of 255', aWeighted('blue', 255)],
    ['a TTL of 0', aRecord({ TTL: 0 })],
    ['the longest TTL', aRecord({ TTL: 2_147_483_647 })],
    ['an identifier of 128 characters', aWeighted('blue', 1, { SetIdentifier: 'x'.repeat(128) })],
    ['an alias', { Name: 'a.example.com', Type: 'A', AliasTarget: alias }],
  ])('takes %s', (_name, record) => {
    expect(() => check(record)).not.toThrow()
  })

  const at = 'changeBatch.changes.1.member'
  it.each<[string, ResourceRecordSet, string]>([
    [
      'a type that there is not',
      aRecord({ Type: 'WKS' as 'A' }),
      `Value 'WKS' at '${at}.resourceRecordSet.type' failed to satisfy constraint: Member must satisfy enum value set: [A, AAAA, CAA`,
    ],
    [
      'a weight below 0',
      aWeighted('blue', -1),
      `Value '-1' at '${at}.resourceRecordSet.weight' failed to satisfy constraint: Member must have value greater than or equal to 0`,
    ],
    ['a weight over 255', aWeighted('blue', 256), 'Member must have value less than or equal to 255'],
    ['a weight of half', aWeighted('blue', 0.5), 'Member must be a whole number'],
    ['a TTL below 0', aRecord({ TTL: -1 }), `at '${at}.resourceRecordSet.tTL'`],
    ['a TTL that is too long', aRecord({ TTL: 2_147_483_648 }), `at '${at}.resourceRecordSet.tTL'`],
    [
      'an empty identifier',
      aWeighted('blue', 1, { SetIdentifier: '' }),
      'Member must have length greater than or equal to 1',
    ],
    [
      'an identifier of 129 characters',
      aWeighted('blue', 1, { SetIdentifier: 'x'.repeat(129) }),
      'Member must have length less than or equal to 128',
    ],
    [
      'a health check id of 65 characters',
      aWeighted('blue', 1, { HealthCheckId: 'x'.repeat(65) }),
      `at '${at}.resourceRecordSet.healthCheckId'`,
    ],
    [
      'a failover that there is not',
      aRecord({ SetIdentifier: 'a', Failover: 'THIRD' as 'PRIMARY' }),
      'Member must satisfy enum value set: [PRIMARY, SECONDARY]',
    ],
    [
      'neither values nor alias',
      { Name: 'a.example.com', Type: 'A' },
      'but found none in Change with [Action=CREATE, Name=a.example.com, Type=A, SetIdentifier=null]',
    ],
    ['values without TTL', aRecord({ TTL: undefined }), 'but found none'],
    ['no values', aRecord({ ResourceRecords: [] }), 'but found none'],
    [
      'an alias with a TTL',
      { Name: 'a.example.com', Type: 'A', TTL: 60, AliasTarget: alias },
      'but found more than one',
    ],
    ['two policies', aWeighted('blue', 1, { Failover: 'PRIMARY' }), 'but found more than one'],
    ['a policy without identifier', aRecord({ Weight: 1 }), "Missing field 'SetIdentifier'"],
    ['an identifier without policy', aRecord({ SetIdentifier: 'a' }), 'but found none'],
    [
      'a multivalue alias',
      { Name: 'a.example.com', Type: 'A', SetIdentifier: 'a', MultiValueAnswer: true, AliasTarget: alias },
      "Unexpected field 'AliasTarget'",
    ],
  ])('refuses %s', (_name, record, message) => {
    expect(() => check(record)).toThrow(
      expect.objectContaining({ code: 'InvalidInput', message: expect.stringContaining(message) }),
    )
  })

  it('refuses an action that there is not, and no record', () => {
    expect(() => check(aRecord(), 'PATCH')).toThrow(`Value 'PATCH' at '${at}.action'`)
    expect(() => checkChangeInput({ Action: 'CREATE', ResourceRecordSet: undefined }, 0)).toThrow(
      `Value null at '${at}.resourceRecordSet'`,
    )
  })
})
