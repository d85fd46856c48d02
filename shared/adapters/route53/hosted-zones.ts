import {
  ChangeResourceRecordSetsCommand,
  GetChangeCommand,
  GetHostedZoneCommand,
  ListResourceRecordSetsCommand,
  type ListResourceRecordSetsCommandInput,
  type Route53Client,
  type RRType,
} from '@aws-sdk/client-route-53'
import { NotFoundError, TransientError } from '../../domain/errors.ts'
import { normaliseName, type RecordSet } from '../../domain/record-set.ts'
import type { HostedZones, RecordPage, RecordStart, UpsertAnswer, ZoneFacts } from '../../ports/hosted-zones.ts'
import { fromResourceRecordSet, toResourceRecordSet } from './record-mapping.ts'
import { callingRoute53, notTakenIn, route53DeadlineMs, type ZoneCall } from './zone-call.ts'

/** @see Route 53 API reference, ListResourceRecordSets, `maxitems` */
const pageSize = 300
/** @see Route 53 API reference, ChangeBatch, `Comment` */
const longestComment = 256

/**
 * Route 53 through its SDK.
 *
 * @param client - Must not retry: each attempt counts against the account's five requests a second.
 * @param deadlineMs - Real milliseconds for each request. Default 3000.
 */
export function createRoute53HostedZones(client: Route53Client, deadlineMs = route53DeadlineMs): HostedZones {
  const call = (tried: string, on: string) => ({ tried: `route53:${tried}`, on, deadlineMs })
  return {
    zone: (zoneId) => orNull(() => readZone(client, call('GetHostedZone', zoneId))),
    async page(zoneId, from) {
      const command = new ListResourceRecordSetsCommand({
        HostedZoneId: zoneId,
        MaxItems: pageSize,
        ...toStart(from),
      })
      const answer = await callingRoute53(call('ListResourceRecordSets', zoneId), (abortSignal) =>
        client.send(command, { abortSignal }),
      )
      return {
        records: (answer.ResourceRecordSets ?? []).map(fromResourceRecordSet),
        next: answer.IsTruncated ? toNext(answer) : null,
      }
    },
    upsert: (zoneId, records, comment) =>
      upsert(client, call('ChangeResourceRecordSets', zoneId), { records, comment: comment.slice(0, longestComment) }),
    async changeStatus(changeId) {
      const command = new GetChangeCommand({ Id: bareId(changeId) })
      const answer = await callingRoute53(call('GetChange', changeId), (abortSignal) =>
        client.send(command, { abortSignal }),
      )
      return answer.ChangeInfo?.Status === 'INSYNC' ? 'insync' : 'pending'
    },
  }
}

async function readZone(client: Route53Client, call: ZoneCall): Promise<ZoneFacts | null> {
  const command = new GetHostedZoneCommand({ Id: call.on })
  const { HostedZone: zone } = await callingRoute53(call, (abortSignal) => client.send(command, { abortSignal }))
  if (!zone) return null
  return {
    name: normaliseName(zone.Name ?? ''),
    isPrivate: zone.Config?.PrivateZone ?? false,
    recordSets: zone.ResourceRecordSetCount ?? 0,
  }
}

async function upsert(
  client: Route53Client,
  call: ZoneCall,
  { records, comment }: { readonly records: readonly RecordSet[]; readonly comment: string },
): Promise<UpsertAnswer> {
  const Changes = records.map((record) => ({
    Action: 'UPSERT' as const,
    ResourceRecordSet: toResourceRecordSet(record),
  }))
  const command = new ChangeResourceRecordSetsCommand({
    HostedZoneId: call.on,
    ChangeBatch: { Comment: comment, Changes },
  })
  const answer = await callingRoute53(call, async (abortSignal) => {
    try {
      return await client.send(command, { abortSignal })
    } catch (error) {
      const notTaken = notTakenIn(error)
      if (notTaken === null) throw error
      return notTaken
    }
  })
  if ('type' in answer) return answer
  const changeId = answer.ChangeInfo?.Id
  // Taken, by all it says, but nobody can ask about it: the next list shows what is there.
  if (!changeId) throw new TransientError(`${call.tried} on ${call.on} was answered without a change id; read it back`)
  return { type: 'accepted', changeId: bareId(changeId) }
}

function toStart(from: RecordStart | null): Partial<ListResourceRecordSetsCommandInput> {
  if (from === null) return {}
  return {
    StartRecordName: toWireName(from.name),
    ...(from.type === undefined ? {} : { StartRecordType: from.type as RRType }),
    ...(from.setIdentifier === undefined ? {} : { StartRecordIdentifier: from.setIdentifier }),
  }
}

interface NextStart {
  readonly NextRecordName?: string | undefined
  readonly NextRecordType?: string | undefined
  readonly NextRecordIdentifier?: string | undefined
}

function toNext({ NextRecordName, NextRecordType, NextRecordIdentifier }: NextStart): RecordPage['next'] {
  // Going on from nowhere would be the first page again, for ever.
  if (!NextRecordName) throw new TransientError('route53:ListResourceRecordSets was answered without its next record')
  return {
    name: normaliseName(NextRecordName),
    ...(NextRecordType === undefined ? {} : { type: NextRecordType }),
    ...(NextRecordIdentifier === undefined ? {} : { setIdentifier: NextRecordIdentifier }),
  }
}

/**
 * A name as Route 53 writes it: with its trailing dot, and every character but a–z, 0–9, `-` and `_` as `\ooo` in octal.
 *
 * @see Route 53 developer guide, DNS domain name format
 */
function toWireName(name: string): string {
  const escaped = name.replace(
    /[^a-z0-9_.\\-]/g,
    (character) => `\\${character.charCodeAt(0).toString(8).padStart(3, '0')}`,
  )
  return `${escaped}.`
}

/** Answers name a change `/change/C…`; requests take the last part alone. */
function bareId(changeId: string): string {
  return changeId.replace(/^\/change\//, '')
}

async function orNull<T>(call: () => Promise<T>): Promise<T | null> {
  try {
    return await call()
  } catch (error) {
    if (error instanceof NotFoundError) return null
    throw error
  }
}
