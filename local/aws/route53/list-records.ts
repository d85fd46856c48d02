import type { ListResourceRecordSetsRequest, ListResourceRecordSetsResponse } from '@aws-sdk/client-route-53'
import { compareNames, compareText, isName, parseDnsName, toWireName } from './dns-name.ts'
import { refuseInput } from './errors.ts'
import { cutPage } from './page.ts'
import { compareRecords, type RecordSet, showRecord } from './record-set.ts'
import type { Zone } from './zone.ts'

const mostOfPage = 300

/**
 * One page of a zone's record sets: what follows, in Route 53's order, from the name, type and identifier asked for.
 *
 * @throws {AwsError} `InvalidInput` for a type without a name, an identifier without a type, or a name that is none.
 * @see Route 53 API reference, ListResourceRecordSets
 */
export function listRecords(zone: Zone, input: ListResourceRecordSetsRequest): ListResourceRecordSetsResponse {
  const inOrder = [...zone.records.values()].sort(compareRecords)
  const start = readStart(input)
  const rest = start ? inOrder.filter((record) => comparePlaces(record, start) >= 0) : inOrder
  const { items, next, maxItems } = cutPage(rest, input.MaxItems, mostOfPage)
  return {
    ResourceRecordSets: items.map(showRecord),
    IsTruncated: next !== undefined,
    ...(next && {
      NextRecordName: toWireName(next.Name),
      NextRecordType: next.Type,
      ...(next.SetIdentifier !== undefined && { NextRecordIdentifier: next.SetIdentifier }),
    }),
    MaxItems: maxItems,
  }
}

interface Start {
  readonly name: string
  readonly type: string
  readonly identifier: string
}

function readStart(input: ListResourceRecordSetsRequest): Start | undefined {
  const { StartRecordName, StartRecordType, StartRecordIdentifier } = input
  if (StartRecordType !== undefined && StartRecordName === undefined)
    refuseInput('The input record set type was given without a name: give StartRecordName too')
  if (StartRecordIdentifier !== undefined && StartRecordType === undefined)
    refuseInput('The input record set identifier was given without a type: give StartRecordType too')
  if (StartRecordName === undefined) return undefined
  const name = parseDnsName(StartRecordName)
  if (!isName(name)) return refuseInput(`Invalid start record name ${StartRecordName}: ${name.problem}`)
  return { name, type: StartRecordType ?? '', identifier: StartRecordIdentifier ?? '' }
}

function comparePlaces(record: RecordSet, start: Start): number {
  return (
    compareNames(record.Name, start.name) ||
    compareText(record.Type, start.type) ||
    compareText(record.SetIdentifier ?? '', start.identifier)
  )
}
