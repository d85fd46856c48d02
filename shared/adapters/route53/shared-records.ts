import { pairKey, type RecordSet, type WeightedPair } from '../../domain/record-set.ts'
import type { HostedZones, RecordPage, RecordStart } from '../../ports/hosted-zones.ts'
import { type GatherTimes, gatherBy } from '../gather.ts'
import { inTurn, type Pace } from './take-request.ts'

/** Reads the records of many pairs of one zone in as few pages as they lie on, by `pairKey`. */
export type ReadPairs = (
  pairs: readonly WeightedPair[],
  readPage: (from: RecordStart) => Promise<RecordPage>,
) => Promise<ReadonlyMap<string, readonly RecordSet[]>>

export interface SharedRecordsOptions extends GatherTimes {
  readonly zones: Pick<HostedZones, 'page'>
  readonly pace: Pace
  /** The zone's writer reads in the same way. */
  readonly readPairs: ReadPairs
}

/**
 * Record sets of a pair's name and type, read in the background: concurrent callers of one hosted zone share its pages.
 *
 * @returns Throws as the single reading does: one that gets no request in time is every caller's of that zone, and of no
 *   other.
 */
export function createSharedRecords({
  zones,
  pace,
  readPairs,
  ...times
}: SharedRecordsOptions): (pair: WeightedPair) => Promise<readonly RecordSet[]> {
  return gatherBy<WeightedPair, readonly RecordSet[]>(
    ({ hostedZoneId }) => hostedZoneId,
    async (hostedZoneId, pairs) => {
      const found = await readPairs(pairs, (from) => inTurn(pace, 'background', () => zones.page(hostedZoneId, from)))
      return pairs.map((pair) => found.get(pairKey(pair)) ?? [])
    },
    times,
  )
}
