import type { ResourceRecordSet } from '@aws-sdk/client-route-53'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fromResourceRecordSet, toResourceRecordSet } from '../../../../shared/adapters/route53/record-mapping.ts'
import { InvariantError } from '../../../../shared/domain/errors.ts'
import { aSimpleRecord, aWeightedAlias, aWeightedRecord, weighing } from '../../../support/route53.ts'

/** What makes a record one of its policy, beside its identifier. */
const policies = {
  simple: fc.constant({}),
  weighted: fc.record({ Weight: fc.nat(255) }),
  failover: fc.record({ Failover: fc.constantFrom('PRIMARY' as const, 'SECONDARY' as const) }),
  latency: fc.record({ Region: fc.constantFrom('eu-west-1' as const, 'us-east-2' as const) }),
  geolocation: fc.record({ GeoLocation: fc.record({ CountryCode: fc.constantFrom('DE', '*') }) }),
  geoproximity: fc.record({
    GeoProximityLocation: fc.record({ AWSRegion: fc.constant('eu-west-1'), Bias: fc.nat(99) }),
  }),
  multivalue: fc.constant({ MultiValueAnswer: true }),
  cidr: fc.record({ CidrRoutingConfig: fc.record({ CollectionId: fc.uuid(), LocationName: fc.string() }) }),
}

const plain = fc.record({
  TTL: fc.nat(2 ** 31 - 1),
  ResourceRecords: fc.array(fc.record({ Value: fc.string({ minLength: 1 }) }), { minLength: 1, maxLength: 5 }),
})
const alias = fc.record({
  AliasTarget: fc.record({
    HostedZoneId: fc.constantFrom('Z32O12XQLNTSW2', 'Z0EXAMPLEZONE'),
    DNSName: fc.domain().map((name) => `${name}.`),
    EvaluateTargetHealth: fc.boolean(),
  }),
})
const checked = fc.record({ HealthCheckId: fc.uuid(), TrafficPolicyInstanceId: fc.uuid() }, { requiredKeys: [] })

const records = fc.constantFrom(...(Object.keys(policies) as (keyof typeof policies)[])).chain((policy) =>
  fc
    .tuple(
      policies[policy],
      fc.oneof(plain, alias),
      checked,
      fc.domain(),
      fc.constantFrom('A' as const, 'CNAME' as const),
    )
    .map(([routing, target, rest, name, Type]): { policy: string; given: ResourceRecordSet } => ({
      policy,
      given: {
        ...{ Name: `${name}.`, Type },
        ...(policy === 'simple' ? {} : { SetIdentifier: 'one' }),
        ...routing,
        ...target,
        ...rest,
      },
    })),
)

describe('a record set of any kind', () => {
  it('comes back as it was given', () => {
    fc.assert(
      fc.property(records, ({ given }) => {
        expect(toResourceRecordSet(fromResourceRecordSet(given))).toEqual(given)
      }),
    )
  })

  it('comes back with nothing but its weight changed', () => {
    fc.assert(
      fc.property(records, fc.nat(255), ({ given }, weight) => {
        expect(toResourceRecordSet(weighing(fromResourceRecordSet(given), weight))).toEqual({
          ...given,
          Weight: weight,
        })
      }),
    )
  })

  it('survives being stored as JSON', () => {
    fc.assert(
      fc.property(records, ({ given }) => {
        const read = fromResourceRecordSet({ ...given, HealthCheckId: given.HealthCheckId })
        expect(JSON.parse(JSON.stringify(read))).toStrictEqual(read)
      }),
    )
  })

  it('has one policy', () => {
    fc.assert(fc.property(records, ({ policy, given }) => fromResourceRecordSet(given).policy === policy))
  })
})

describe('a record set in our words', () => {
  it('holds what a weighted alias is, and where its names are compared', () => {
    const given = { ...aWeightedAlias('blue', 90), Name: '\\052.Shop.example.' }
    const { Weight: _weight, ...raw } = given
    expect(fromResourceRecordSet(given)).toStrictEqual({
      ...{ name: '*.shop.example', type: 'A', setIdentifier: 'blue', policy: 'weighted', weight: 90, ttlSeconds: null },
      alias: { dnsName: 'dualstack.blue-1234567890.eu-west-1.elb.amazonaws.com', evaluatesHealth: true },
      ...{ valueCharacters: 0, elements: 1 },
      healthCheckId: '0b5ec3f3-5d0f-4d8f-8a4b-2f6a1d0c9e77',
      trafficPolicyInstanceId: null,
      raw,
    })
  })

  it('counts values as a batch does', () => {
    const ResourceRecords = [{ Value: '"abc"' }, { Value: '"de"' }]
    const { elements, valueCharacters } = fromResourceRecordSet(
      aSimpleRecord('txt.shop.example', { Type: 'TXT', ResourceRecords }),
    )
    expect({ elements, valueCharacters }).toEqual({ elements: 2, valueCharacters: 9 })
  })

  it('has weight 0 where Route 53 says 0, not none', () => {
    expect(fromResourceRecordSet(aWeightedRecord('green', 0))).toMatchObject({ policy: 'weighted', weight: 0 })
    expect(toResourceRecordSet(weighing(fromResourceRecordSet(aWeightedRecord('green', 9)), 0)).Weight).toBe(0)
  })

  it('is never sent without name and type', () => {
    const record = fromResourceRecordSet(aWeightedRecord('blue', 1))
    expect(() => toResourceRecordSet({ ...record, raw: {} })).toThrow(InvariantError)
  })
})
