import type { ResourceRecordSet } from '@aws-sdk/client-route-53'
import { fromResourceRecordSet } from '../../shared/adapters/route53/record-mapping.ts'
import type { RecordSet } from '../../shared/domain/record-set.ts'
import type { Route53Route } from '../../shared/domain/service.ts'
import { webArns } from './builders.ts'

export const hostedZoneId = 'Z0EXAMPLEZONE'
export const zoneName = 'shop.example'

/** Two weighted records `web.shop.example A`, identifiers `blue` and `green`. */
export function aRoute53Route(overrides: Partial<Route53Route> = {}): Route53Route {
  return {
    ...{ kind: 'route53', hostedZoneId, name: `web.${zoneName}`, type: 'A', blue: 'blue', green: 'green', wave: 1 },
    ...overrides,
  }
}

/** The same, with target groups that measure the sides. */
export function aMeasuredRoute53Route(): Route53Route {
  return aRoute53Route({ targetGroups: { blue: webArns.blue, green: webArns.green } })
}

/** A weighted record of that route as Route 53 answers it. */
export function aWeightedRecord(
  identifier: string,
  Weight: number,
  overrides: Partial<ResourceRecordSet> = {},
): ResourceRecordSet {
  return {
    Name: `web.${zoneName}.`,
    Type: 'A',
    SetIdentifier: identifier,
    Weight,
    TTL: 30,
    ResourceRecords: [{ Value: identifier === 'blue' ? '192.0.2.1' : '192.0.2.2' }],
    ...overrides,
  }
}

/** A weighted alias to a load balancer: no TTL of its own. */
export function aWeightedAlias(identifier: string, Weight: number): ResourceRecordSet {
  return {
    ...{ Name: `web.${zoneName}.`, Type: 'A', SetIdentifier: identifier, Weight },
    HealthCheckId: '0b5ec3f3-5d0f-4d8f-8a4b-2f6a1d0c9e77',
    AliasTarget: {
      HostedZoneId: 'Z32O12XQLNTSW2',
      DNSName: `dualstack.${identifier}-1234567890.eu-west-1.elb.amazonaws.com.`,
      EvaluateTargetHealth: true,
    },
  }
}

/** A simple record with one value. */
export function aSimpleRecord(name: string, overrides: Partial<ResourceRecordSet> = {}): ResourceRecordSet {
  return { Name: `${name}.`, Type: 'A', TTL: 60, ResourceRecords: [{ Value: '192.0.2.9' }], ...overrides }
}

/** A record set in our words, as the adapter would read it. */
export function aRecordSet(given: ResourceRecordSet = aWeightedRecord('blue', 100)): RecordSet {
  return fromResourceRecordSet(given)
}

/** The same record with another weight, as a change of traffic makes it. */
export function weighing(record: RecordSet, weight: number): RecordSet {
  return { ...record, weight }
}
