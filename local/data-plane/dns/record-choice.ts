import type { ResourceRecordSet } from '@aws-sdk/client-route-53'
import type { Turns } from './weighted-turns.ts'

export interface Group {
  /** Names the group across its changes: zone, name and type. */
  readonly key: string
  /** All records of one name and type; they have the same routing policy. */
  readonly records: readonly ResourceRecordSet[]
  /** Those of them that take part; where none does, all do. */
  readonly healthy: readonly ResourceRecordSet[]
}

/** The most records of a multivalue answer. @see Route 53 developer guide, multivalue answer routing */
const mostOfMultivalue = 8

/**
 * Chooses the records that a query gets, by their routing policy. Unhealthy ones leave the choice; where all are, all are
 * treated as healthy.
 *
 * - simple: the one there is, its values in the order that they are stored in
 * - weighted: in turn by weight; those with weight 0 only where no healthy one has more, and then equally
 * - failover: the primary, else the secondary
 * - multivalue: all, up to 8, in turn where there are more
 * - geolocation, CIDR: the default (`*`); every query comes from the loopback, which is nowhere. Without a default the
 *   first by set identifier, where Route 53 would answer without records.
 * - latency, geoproximity: the first by set identifier
 *
 * @see Route 53 developer guide, choosing a routing policy, and how Route 53 chooses records when health checking is configured
 */
export function chooseRecords(group: Group, turns: Turns): readonly ResourceRecordSet[] {
  const [first] = group.records
  if (!first || first.SetIdentifier === undefined) return first ? [first] : []
  const pool = group.healthy.length > 0 ? group.healthy : group.records
  if (first.MultiValueAnswer) return turns.several(group.key, pool, mostOfMultivalue)
  const one = first.Weight === undefined ? chooseOne(pool) : turns.weighted(group.key, pool)
  return one ? [one] : []
}

function chooseOne(pool: readonly ResourceRecordSet[]): ResourceRecordSet | undefined {
  const inOrder = [...pool].sort((a, b) => compare(a.SetIdentifier ?? '', b.SetIdentifier ?? ''))
  return (
    inOrder.find(({ Failover }) => Failover === 'PRIMARY') ??
    inOrder.find(
      ({ GeoLocation, CidrRoutingConfig }) =>
        GeoLocation?.CountryCode === '*' || CidrRoutingConfig?.LocationName === '*',
    ) ??
    inOrder[0]
  )
}

function compare(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
