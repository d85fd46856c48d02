import * as sdk from '@aws-sdk/client-route-53'
import { type AwsOperation, operation } from '../service.ts'
import { applyBatch } from './change-batch.ts'
import { checkChangeInput } from './change-input.ts'
import { type ControlPlane, checkComment } from './control-plane.ts'
import { refuse, refuseValue } from './errors.ts'
import { listRecords } from './list-records.ts'
import { testDnsAnswer } from './test-dns-answer.ts'

export function createRecordOperations(control: ControlPlane): Record<string, AwsOperation> {
  const { zones, changes } = control
  return {
    ChangeResourceRecordSets: operation<
      sdk.ChangeResourceRecordSetsCommandInput,
      sdk.ChangeResourceRecordSetsCommandOutput
    >(sdk.ChangeResourceRecordSets$, true, (input) => changeRecords(control, input)),
    ListResourceRecordSets: operation<sdk.ListResourceRecordSetsCommandInput, sdk.ListResourceRecordSetsCommandOutput>(
      sdk.ListResourceRecordSets$,
      false,
      (input) => listRecords(zones.get(input.HostedZoneId ?? ''), input),
    ),
    GetChange: operation<sdk.GetChangeCommandInput, sdk.GetChangeCommandOutput>(
      sdk.GetChange$,
      false,
      ({ Id = '' }) => ({ ChangeInfo: changes.get(Id) }),
    ),
    TestDNSAnswer: operation<sdk.TestDNSAnswerCommandInput, sdk.TestDNSAnswerCommandOutput>(
      sdk.TestDNSAnswer$,
      false,
      (input) => testDnsAnswer(control, input),
    ),
  }
}

/**
 * Applies a batch at once: the DNS server answers from it before `GetChange` says `INSYNC`, which for AWS's servers may
 * happen too. A batch that is refused leaves the zone free for the next one.
 */
function changeRecords(control: ControlPlane, input: sdk.ChangeResourceRecordSetsCommandInput) {
  const { zones, changes, limits, balancers } = control
  const zone = zones.get(input.HostedZoneId ?? '')
  const { Changes = [], Comment } = input.ChangeBatch ?? {}
  checkComment('changeBatch.comment', Comment)
  if (Changes.length === 0)
    refuseValue('changeBatch.changes', '[]', 'Member must have length greater than or equal to 1')
  Changes.forEach(checkChangeInput)
  limits.checkZone(zone.id)
  checkHealthChecks(control, Changes)
  const records = applyBatch(Changes, { zone, balancers })
  zones.put({ ...zone, records, version: zone.version + 1 })
  limits.occupyZone(zone.id)
  return { ChangeInfo: changes.add(Comment) }
}

/** A record that is deleted may name a health check that is gone. */
function checkHealthChecks({ healthChecks }: ControlPlane, changes: readonly sdk.Change[]): void {
  for (const { Action, ResourceRecordSet: { HealthCheckId } = {} } of changes) {
    if (Action === 'DELETE' || HealthCheckId === undefined || healthChecks.has(HealthCheckId)) continue
    refuse('NoSuchHealthCheck', `No health check exists with the specified ID: ${HealthCheckId}`, 404)
  }
}
