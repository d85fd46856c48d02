import type { RecordSet } from '../domain/record-set.ts'

/**
 * Route 53's hosted zones. Every method is one call that counts against the account's five requests a second: whoever
 * calls it has taken a slot of the `RequestBudget` before.
 */
export interface HostedZones {
  /** Facts of a zone; null where there is none. @throws {TransientError | UpstreamError} */
  zone(zoneId: string): Promise<ZoneFacts | null>
  /**
   * One page of the zone's record sets in Route 53's order, changes that are still spreading included.
   * @throws {NotFoundError} If there is no such zone. @throws {TransientError | UpstreamError}
   */
  page(zoneId: string, from: RecordStart | null): Promise<RecordPage>
  /**
   * Puts all `records` in place in one atomic batch of UPSERTs, one attempt. `refused`: Route 53 does not take this
   * batch, because of at least one record in it. `busy`: an earlier change of this zone is still being processed
   * (`PriorRequestNotComplete`). Nothing was written in both cases.
   * @throws {TransientError} Throttled (`refused: true`: nothing was written), or the outcome is unknown.
   * @throws {NotFoundError} If there is no such zone. @throws {UpstreamError} Access denied and the like.
   */
  upsert(zoneId: string, records: readonly RecordSet[], comment: string): Promise<UpsertAnswer>
  /** Whether every authoritative server has a change. @throws {TransientError | UpstreamError | NotFoundError} */
  changeStatus(changeId: string): Promise<'pending' | 'insync'>
}

export type UpsertAnswer =
  | { readonly type: 'accepted'; readonly changeId: string }
  | { readonly type: 'refused'; readonly reason: string }
  | { readonly type: 'busy' }

export interface ZoneFacts {
  /** Lower case, without a trailing dot. */
  readonly name: string
  readonly isPrivate: boolean
  readonly recordSets: number
}

/** Where a page begins: the first record set that is not before it. */
export interface RecordStart {
  readonly name: string
  readonly type?: string
  readonly setIdentifier?: string
}

export interface RecordPage {
  readonly records: readonly RecordSet[]
  /** Null at the end of the zone. */
  readonly next: RecordStart | null
}
