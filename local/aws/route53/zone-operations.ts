import * as sdk from '@aws-sdk/client-route-53'
import { type AwsOperation, operation } from '../service.ts'
import { type ControlPlane, checkComment } from './control-plane.ts'
import { createZone } from './create-zone.ts'
import { refuse } from './errors.ts'
import { listZones, listZonesByName } from './list-zones.ts'
import { isRequired, showZone } from './zone.ts'

export function createZoneOperations(control: ControlPlane): Record<string, AwsOperation> {
  const { zones } = control
  return {
    CreateHostedZone: operation<sdk.CreateHostedZoneCommandInput, sdk.CreateHostedZoneCommandOutput>(
      sdk.CreateHostedZone$,
      true,
      (input) => createZone(control, input),
    ),
    GetHostedZone: operation<sdk.GetHostedZoneCommandInput, sdk.GetHostedZoneCommandOutput>(
      sdk.GetHostedZone$,
      false,
      ({ Id = '' }) => {
        const zone = zones.get(Id)
        const belongsTo = zone.vpcs
          ? { VPCs: [...zone.vpcs] }
          : { DelegationSet: { NameServers: [...zone.nameServers] } }
        return { HostedZone: showZone(zone), ...belongsTo }
      },
    ),
    ListHostedZones: operation<sdk.ListHostedZonesCommandInput, sdk.ListHostedZonesCommandOutput>(
      sdk.ListHostedZones$,
      false,
      (input) => listZones(zones.list(), input),
    ),
    ListHostedZonesByName: operation<sdk.ListHostedZonesByNameCommandInput, sdk.ListHostedZonesByNameCommandOutput>(
      sdk.ListHostedZonesByName$,
      false,
      (input) => listZonesByName(zones.list(), input),
    ),
    GetHostedZoneCount: operation<sdk.GetHostedZoneCountCommandInput, sdk.GetHostedZoneCountCommandOutput>(
      sdk.GetHostedZoneCount$,
      false,
      () => ({ HostedZoneCount: zones.list().length }),
    ),
    UpdateHostedZoneComment: operation<
      sdk.UpdateHostedZoneCommentCommandInput,
      sdk.UpdateHostedZoneCommentCommandOutput
    >(sdk.UpdateHostedZoneComment$, true, ({ Id = '', Comment }) => {
      const zone = { ...zones.get(Id), comment: checkComment('comment', Comment) }
      zones.put(zone)
      return { HostedZone: showZone(zone) }
    }),
    DeleteHostedZone: operation<sdk.DeleteHostedZoneCommandInput, sdk.DeleteHostedZoneCommandOutput>(
      sdk.DeleteHostedZone$,
      true,
      ({ Id = '' }) => deleteZone(control, Id),
    ),
  }
}

function deleteZone({ zones, changes, tags, limits }: ControlPlane, id: string) {
  const zone = zones.get(id)
  limits.checkZone(zone.id)
  if ([...zone.records.values()].some((record) => !isRequired(record, zone))) {
    const message =
      'The specified hosted zone contains non-required resource record sets and so cannot be deleted. Delete all but its SOA and NS records first.'
    refuse('HostedZoneNotEmpty', message)
  }
  zones.delete(zone.id)
  tags.forget('hostedzone', zone.id)
  return { ChangeInfo: changes.add() }
}
