import type { Deps } from '../../deps.ts'
import type { GroupHealth } from '../../domain/capacity.ts'
import type { Deployment } from '../../domain/deployment.ts'
import { drivenRouteOf } from '../../domain/driven.ts'
import { type DriverSurroundings, diagnose, toText } from '../../domain/driver-diagnosis.ts'
import type { DriverProgress } from '../../domain/driver-progress.ts'
import { secondsUnderWay } from '../../domain/driver-stall.ts'
import type { AlarmReading } from '../../domain/gates/alarms.ts'
import { messageOf } from '../../domain/message-of.ts'
import { type CodeDeployRoute, targetGroupOf } from '../../domain/service.ts'
import type { Slot } from '../../domain/traffic.ts'
import { findGroup } from './group-facts.ts'

type DiagnosisDeps = Pick<Deps, 'targetHealth' | 'alarms' | 'inspector' | 'clock'>

/**
 * Why the driver's deployment behind one of ours has failed or stalled, with what the load balancer and the alarms say of
 * it; null where nothing is wrong with it, or where it was Sluice that stopped it. Reads only, and never throws: what
 * cannot be read is said.
 */
export async function diagnoseDriver(
  deps: DiagnosisDeps,
  deployment: Deployment,
  progress: DriverProgress,
): Promise<string | null> {
  if (progress.error?.code === 'MANUAL_STOP' && deployment.goal === 'snapshot') return null
  const alone = withoutSurroundings(deps, deployment, progress)
  if (diagnose(alone) === null) return null
  const diagnosis = diagnose(await lookAround(deps, deployment, alone))
  return diagnosis === null ? null : toText(diagnosis)
}

function withoutSurroundings(deps: DiagnosisDeps, deployment: Deployment, progress: DriverProgress) {
  return {
    progress,
    underWaySeconds: secondsUnderWay(progress, deps.clock.now()),
    plannedShiftSeconds: plannedShiftSecondsOf(deployment),
    ...{ sides: { stable: null, canary: null }, firingAlarms: [], notRead: [] },
  }
}

/** From the first share to all of it; null for one that somebody else started, by a configuration of theirs. */
function plannedShiftSecondsOf({ plan, driven }: Deployment): number | null {
  if (driven?.isAdopted) return null
  return plan.steps.slice(0, -1).reduce((sum, { bakeSeconds }) => sum + bakeSeconds, 0)
}

async function lookAround(
  deps: DiagnosisDeps,
  deployment: Deployment,
  alone: DriverSurroundings,
): Promise<DriverSurroundings> {
  const route = drivenRouteOf(deployment)
  if (route === null) return alone
  const notRead: string[] = []
  const orSay = async <T>(what: string, otherwise: T, read: () => Promise<T>): Promise<T> => {
    try {
      return await read()
    } catch (error) {
      notRead.push(`${what} could not be read: ${messageOf(error)}`)
      return otherwise
    }
  }
  const health = (slot: Slot) => orSay(`target health of ${slot}`, null, () => readHealth(deps, route, slot))
  const isByAlarm = alone.progress.error?.code === 'ALARM_ACTIVE'
  const [stable, canary, firingAlarms] = await Promise.all([
    health(deployment.stable),
    health(deployment.canary),
    isByAlarm ? orSay("the group's alarms", [], () => readAlarms(deps, deployment, route)) : [],
  ])
  return { ...alone, sides: { stable, canary }, firingAlarms, notRead: notRead.toSorted() }
}

async function readHealth(deps: DiagnosisDeps, route: CodeDeployRoute, slot: Slot): Promise<GroupHealth | null> {
  const group = targetGroupOf(route, slot)
  return group === null ? null : deps.targetHealth.read(group, { fresh: true })
}

/**
 * Alarms of the deployment group that fire, or did since the deployment was to begin: CodeDeploy may have stopped for one
 * that has recovered by the time anybody asks.
 */
async function readAlarms(
  { inspector, alarms }: DiagnosisDeps,
  { driven, createdAt }: Deployment,
  route: CodeDeployRoute,
): Promise<DriverSurroundings['firingAlarms']> {
  const names = (await findGroup({ inspector }, route))?.alarms.names ?? []
  if (names.length === 0) return []
  const readings = await alarms.read(names, Date.parse(driven?.wantedAt ?? createdAt))
  return readings.filter(({ state, wentToAlarmAt }) => state === 'ALARM' || wentToAlarmAt !== null).map(toFiring)
}

function toFiring({ name, state, changedAt, wentToAlarmAt }: AlarmReading): { name: string; reason: string } {
  if (state !== 'ALARM') return { name, reason: `in ALARM at ${wentToAlarmAt}, now ${state}` }
  return { name, reason: changedAt === null ? 'in ALARM' : `in ALARM since ${changedAt}` }
}
