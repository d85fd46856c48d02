import * as z from 'zod'
import type { KeptZoneChange, ZoneChange, ZoneChangeResult } from '../../domain/zone-change.ts'
import {
  aRouteState,
  fromRecordItem,
  type Item,
  type Key,
  keys,
  readJson,
  readNumber,
  readText,
  toRecordItem,
} from './item.ts'
import { timeToLiveAttribute } from './table.ts'

/** How long after its writer gave up the database may delete a change, should nobody look at that zone again. */
const keptSeconds = 3600

export function keyOfZoneChange({ pair, lane, id }: ZoneChange): Key {
  return keys.zoneChange(pair.hostedZoneId, lane, id)
}

/** As it was wanted. What becomes of it goes to attributes of their own, so that no two notes overwrite each other. */
export function toZoneChangeItem(change: ZoneChange): Item {
  const { giveUpAtMs } = change
  const expires = Math.ceil(giveUpAtMs / 1000) + keptSeconds
  return toRecordItem(keyOfZoneChange(change), change, { giveUpAtMs, [timeToLiveAttribute]: expires })
}

const aChange = z.looseObject({
  id: z.string().min(1),
  lane: z.enum(['rollback', 'plan']),
  deployment: z.string(),
  afterEnd: z.literal(true).optional(),
  pair: z.looseObject({
    hostedZoneId: z.string(),
    name: z.string(),
    type: z.string(),
    blue: z.string(),
    green: z.string(),
  }),
  expect: aRouteState.nullable(),
  target: aRouteState,
  wantedAtMs: z.number(),
  giveUpAtMs: z.number(),
})
const aResult = z.looseObject({ type: z.enum(['done', 'changed', 'gone', 'stopped', 'refused']) })

/** @throws {InvariantError} If it is no change as this version of Sluice writes it. */
export function fromZoneChangeItem(item: Item): KeptZoneChange {
  return {
    ...fromRecordItem<ZoneChange>(item, aChange),
    accepted:
      item.acceptedAtMs === undefined
        ? null
        : { changeId: readText(item, 'acceptedChangeId'), atMs: readNumber(item, 'acceptedAtMs') },
    result: item.changeResult === undefined ? null : readJson<ZoneChangeResult>(item, 'changeResult', aResult),
  }
}
