import type { Change } from '@aws-sdk/client-route-53'

/** @see Amazon Route 53 Developer Guide, Quotas, "Maximums on ChangeResourceRecordSets requests" */
const mostRecords = 1000
const mostValueCharacters = 32_000

/** What a batch counts: an UPSERT twice, an alias as one record without characters. */
export function findSizeProblems(changes: readonly Change[]): string[] {
  let records = 0
  let characters = 0
  for (const { Action, ResourceRecordSet: record } of changes) {
    const times = Action === 'UPSERT' ? 2 : 1
    const values = record?.ResourceRecords ?? []
    records += times * (record?.AliasTarget ? 1 : values.length)
    characters += times * values.reduce((sum, { Value }) => sum + (Value?.length ?? 0), 0)
  }
  return [
    ...(records > mostRecords ? [`Number of records limit of ${mostRecords} exceeded.`] : []),
    ...(characters > mostValueCharacters ? [`RDATA character limit of ${mostValueCharacters} exceeded.`] : []),
  ]
}
