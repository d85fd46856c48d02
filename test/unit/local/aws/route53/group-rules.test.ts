import type { ResourceRecordSet } from '@aws-sdk/client-route-53'
import { describe, expect, it } from 'vitest'
import { findGroupProblems } from '../../../../../local/aws/route53/group-rules.ts'
import type { RecordSet } from '../../../../../local/aws/route53/record-set.ts'

const name = 'app.example.com'
function aSet(overrides: Partial<ResourceRecordSet> = {}): RecordSet {
  return { Name: name, Type: 'A', TTL: 60, ResourceRecords: [{ Value: '127.0.0.1' }], ...overrides } as RecordSet
}
const weighted = (SetIdentifier: string, overrides: Partial<ResourceRecordSet> = {}) =>
  aSet({ SetIdentifier, Weight: 1, ...overrides })
const alias = { HostedZoneId: 'Z1', DNSName: 'lb.example.com', EvaluateTargetHealth: false }
const values = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ Value: `127.0.${index >> 8}.${index & 255}` }))
const problems = (record: RecordSet, ...others: RecordSet[]) =>
  findGroupProblems(record, [record, ...others], 'example.com')

describe('records of one name', () => {
  it.each<[string, RecordSet, RecordSet[]]>([
    ['a simple one with many values', aSet({ ResourceRecords: values(400) }), []],
    ['types side by side', aSet(), [aSet({ Type: 'TXT' }), aSet({ Type: 'AAAA' })]],
    ['a weighted pair', weighted('blue'), [weighted('green', { Weight: 0 })]],
    ['a hundred weighted ones', weighted('0'), Array.from({ length: 99 }, (_, index) => weighted(String(index + 1)))],
    [
      'a weighted alias beside a record with a TTL',
      weighted('blue'),
      [weighted('green', { TTL: undefined, AliasTarget: alias })],
    ],
    ['weighted CNAMEs', weighted('blue', { Type: 'CNAME' }), [weighted('green', { Type: 'CNAME' })]],
    [
      'both failover sides',
      aSet({ SetIdentifier: 'a', Failover: 'PRIMARY' }),
      [aSet({ SetIdentifier: 'b', Failover: 'SECONDARY' })],
    ],
    [
      'a country within its continent',
      aSet({ SetIdentifier: 'a', GeoLocation: { ContinentCode: 'EU' } }),
      [aSet({ SetIdentifier: 'b', GeoLocation: { CountryCode: 'DE' } })],
    ],
    [
      'two latency Regions',
      aSet({ SetIdentifier: 'a', Region: 'eu-west-1' }),
      [aSet({ SetIdentifier: 'b', Region: 'us-east-1' })],
    ],
    [
      'multivalue twins',
      aSet({ SetIdentifier: 'a', MultiValueAnswer: true }),
      [aSet({ SetIdentifier: 'b', MultiValueAnswer: true })],
    ],
  ])('may be %s', (_name, record, others) => {
    expect(problems(record, ...others)).toEqual([])
  })

  const refusal = 'RRSet with DNS name app.example.com., type A, SetIdentifier blue cannot be created as'
  it.each<[string, RecordSet, RecordSet[], string]>([
    [
      'a CNAME at the apex',
      aSet({ Name: 'example.com', Type: 'CNAME' }),
      [],
      'RRSet of type CNAME with DNS name example.com. is not permitted at apex in zone example.com.',
    ],
    [
      'a CNAME beside another type',
      aSet({ Type: 'CNAME' }),
      [aSet({ Type: 'TXT' })],
      'RRSet of type CNAME with DNS name app.example.com. is not permitted as it conflicts with other records with the same DNS name in zone example.com.',
    ],
    [
      'another type beside a CNAME',
      aSet({ Type: 'TXT' }),
      [aSet({ Type: 'CNAME' })],
      'RRSet of type TXT with DNS name app.example.com. is not permitted because a conflicting RRSet of type  CNAME with the same DNS name already exists in zone example.com.',
    ],
    [
      'a CNAME of two values',
      aSet({ Type: 'CNAME', ResourceRecords: values(2) }),
      [],
      'RRSet of type CNAME with DNS name app.example.com. must have exactly one record',
    ],
    ['401 values', aSet({ ResourceRecords: values(401) }), [], 'Cannot have more than 400 records in a RRSet'],
    [
      'a value twice',
      aSet({ ResourceRecords: [...values(1), ...values(1)] }),
      [],
      "Duplicate Resource Record: '127.0.0.0'",
    ],
    [
      'a weighted one of two values',
      weighted('blue', { ResourceRecords: values(2) }),
      [],
      `${refusal} weighted sets must contain exactly one record.`,
    ],
    [
      'a simple one beside weighted ones',
      aSet(),
      [weighted('green')],
      'RRSet with DNS name app.example.com., type A cannot be created as other RRSets exist with the same name and type.',
    ],
    [
      'a weighted one beside a simple one',
      weighted('blue'),
      [aSet()],
      `${refusal} a non-weighted set exists with the same name and type.`,
    ],
    [
      'a weighted one beside failover',
      weighted('blue'),
      [aSet({ SetIdentifier: 'b', Failover: 'PRIMARY' })],
      `${refusal} a non-weighted set exists with the same name and type.`,
    ],
    [
      'unequal TTLs',
      weighted('blue'),
      [weighted('green', { TTL: 300 })],
      `${refusal} weighted sets must contain the same TTL.`,
    ],
    [
      'the 101st',
      weighted('blue'),
      Array.from({ length: 100 }, (_, index) => weighted(String(index))),
      `${refusal} a weighted set can have at most 100 members.`,
    ],
    [
      'a second primary',
      aSet({ SetIdentifier: 'blue', Failover: 'PRIMARY' }),
      [aSet({ SetIdentifier: 'b', Failover: 'PRIMARY' })],
      `${refusal} a RRSet with the same name, type and routing value already exists.`,
    ],
    [
      'a Region twice',
      aSet({ SetIdentifier: 'blue', Region: 'eu-west-1' }),
      [aSet({ SetIdentifier: 'b', Region: 'eu-west-1' })],
      `${refusal} a RRSet with the same name, type and routing value already exists.`,
    ],
    [
      'a country twice',
      aSet({ SetIdentifier: 'blue', GeoLocation: { CountryCode: 'DE' } }),
      [aSet({ SetIdentifier: 'b', GeoLocation: { CountryCode: 'DE' } })],
      `${refusal} a RRSet with the same name, type and routing value already exists.`,
    ],
  ])('may not be %s', (_name, record, others, problem) => {
    expect(problems(record, ...others)).toEqual([problem])
  })
})
