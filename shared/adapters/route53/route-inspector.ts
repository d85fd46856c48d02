import { NotFoundError, UpstreamError } from '../../domain/errors.ts'
import { type RecordSet, toPairState } from '../../domain/record-set.ts'
import type { Route53Route } from '../../domain/service.ts'
import type { RouteState, Slot } from '../../domain/traffic.ts'
import type { HostedZones } from '../../ports/hosted-zones.ts'
import type { GroupFacts, RecordFacts } from '../../ports/route-inspector.ts'
import { createInspectionNotes, type InspectionNotes } from '../inspection-notes.ts'
import { readRecordGroup } from './record-group.ts'
import { inTurn, type Pace } from './take-request.ts'
import { pairOf } from './traffic-router.ts'

/** Looks up what a route of weighted records names. As `RouteInspector`, for this kind of route. */
export interface Route53RouteInspector {
  inspect(route: Route53Route): Promise<RecordFacts>
}

/** Looks up one target group; what AWS refuses goes to `notes`. */
export type InspectGroup = (targetGroupArn: string, notes: InspectionNotes) => Promise<GroupFacts | null>

export function createRoute53RouteInspector(
  zones: HostedZones,
  pace: Pace,
  inspectGroup: InspectGroup,
): Route53RouteInspector {
  return {
    async inspect(route) {
      const { hostedZoneId } = route
      const notes = createInspectionNotes()
      const [zone, records, groups] = await Promise.all([
        notes.look(`hosted zone ${hostedZoneId}`, null, () => inTurn(pace, 'plan', () => zones.zone(hostedZoneId))),
        notes.look(`the records of ${route.name} ${route.type} in ${hostedZoneId}`, [], () =>
          readRecords(zones, pace, route),
        ),
        readGroups(route, notes, inspectGroup),
      ])
      return {
        kind: 'route53',
        zone: zone && { name: zone.name, isPrivate: zone.isPrivate },
        records,
        state: stateOf(records, route),
        groups,
        notLookedAt: notes.sentences,
      }
    },
  }
}

/** None where there is no such zone: that is for the zone's own reading to say. */
async function readRecords(zones: HostedZones, pace: Pace, route: Route53Route): Promise<readonly RecordSet[]> {
  try {
    return await readRecordGroup((from) => inTurn(pace, 'plan', () => zones.page(route.hostedZoneId, from)), route)
  } catch (error) {
    if (error instanceof NotFoundError) return []
    throw error
  }
}

/** Null where the records are not there or divide no traffic: the facts hold the records, so a finding can say why. */
function stateOf(records: readonly RecordSet[], route: Route53Route): RouteState | null {
  try {
    return toPairState(records, pairOf(route))
  } catch (error) {
    if (error instanceof NotFoundError || error instanceof UpstreamError) return null
    throw error
  }
}

async function readGroups(
  { targetGroups }: Route53Route,
  notes: InspectionNotes,
  inspectGroup: InspectGroup,
): Promise<Readonly<Record<Slot, GroupFacts | null>>> {
  if (!targetGroups) return { blue: null, green: null }
  const [blue, green] = await Promise.all([
    inspectGroup(targetGroups.blue, notes),
    inspectGroup(targetGroups.green, notes),
  ])
  return { blue, green }
}
