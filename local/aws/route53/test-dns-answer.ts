import type { TestDNSAnswerRequest, TestDNSAnswerResponse } from '@aws-sdk/client-route-53'
import { encodeRecordData } from '../../data-plane/dns/record-data.ts'
import { typeName, typeNumbers } from '../../data-plane/dns/record-types.ts'
import { rcodes, type WireRecord } from '../../data-plane/dns/response.ts'
import type { ControlPlane } from './control-plane.ts'
import { isName, isWithin, parseDnsName, toWireName } from './dns-name.ts'
import { refuse, refuseInput, refuseValue } from './errors.ts'
import { addressesIn, dataOf, typeOf } from './wire-answer.ts'
import type { Zone } from './zone.ts'

/**
 * What the DNS server would answer, asked without a packet. Where the question comes from plays no part here, so the
 * members that say it are passed over.
 *
 * @throws {AwsError} `NoSuchHostedZone`; `InvalidInput` for a private zone and a name that is not in the zone.
 * @see Route 53 API reference, TestDNSAnswer
 */
export function testDnsAnswer(control: ControlPlane, input: TestDNSAnswerRequest): TestDNSAnswerResponse {
  const zone = control.zones.get(input.HostedZoneId ?? '')
  if (zone.vpcs) refuseInput('TestDNSAnswer answers for public hosted zones only')
  const type = input.RecordType
  if (type === undefined || typeNumbers[type] === undefined)
    return refuseValue(
      'recordType',
      type,
      `Member must satisfy enum value set: [${Object.keys(typeNumbers).join(', ')}]`,
    )
  const name = parseDnsName(input.RecordName ?? '')
  if (!isName(name) || !isWithin(name, zone.name))
    return refuseInput(`${input.RecordName} is not a name in the zone ${toWireName(zone.name)}`)
  const { rcode, answers } = control.resolve(name, typeNumbers[type])
  return {
    Nameserver: zone.nameServers[0],
    RecordName: toWireName(name),
    RecordType: type,
    RecordData: answers.map((answer) => toText(zone, answer)),
    ResponseCode: Object.entries(rcodes).find(([, code]) => code === rcode)?.[0],
    Protocol: 'UDP',
  }
}

/** A value as its record has it; the address behind an alias is in no record of the zone. */
function toText(zone: Zone, answer: WireRecord): string {
  const [address] = addressesIn([answer])
  if (address !== undefined) return address
  const data = dataOf(answer)
  const name = typeName(typeOf(answer))
  const values = [...zone.records.values()]
    .filter(({ Type }) => Type === name)
    .flatMap(({ ResourceRecords = [] }) => ResourceRecords.map(({ Value = '' }) => Value))
  const value = values.find((candidate) => name !== undefined && encodeRecordData(name, candidate).equals(data))
  return value ?? refuse('InternalFailure', `No record of the zone has the answer ${data.toString('hex')}`, 500)
}
