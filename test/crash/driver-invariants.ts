import { type Deployment, isOver } from '../../shared/domain/deployment.ts'
import { toDriverTag } from '../../shared/domain/driver-tag.ts'
import type { CrashCloud } from './cloud.ts'
import type { CrashDriver, DrivenDeployment } from './driver-cloud.ts'
import type { PortCall } from './faults.ts'

/** Between the last look at the goal and the call of a process that nothing stopped, milliseconds. */
const onTheWireMs = 3000

/** What a call that changes what a driver does must not do, given the record as it is sent; in words. */
export function findDriverMisuse(
  call: PortCall,
  newest: Deployment | null,
  { driver, rolledBackSinceMs }: { readonly driver: CrashDriver; readonly rolledBackSinceMs: number | null },
): string | null {
  const isBack = newest !== null && (newest.goal === 'snapshot' || isOver(newest.phase))
  if (!isBack || call.method === 'stop') return null
  // What takes ours back is created after that, and goes on; by then nothing else does.
  const tag = toDriverTag(newest.id, 'roll-back')
  if (call.method === 'create' && call.tag === tag) return null
  if (call.method === 'continue' && driver.deployments().some((one) => one.isRunning && one.tag === tag)) return null
  if (rolledBackSinceMs !== null && rolledBackSinceMs <= onTheWireMs) return null
  const since = rolledBackSinceMs === null ? 'after the end' : `${rolledBackSinceMs} ms after a rollback was decided`
  return `sent ${since}`
}

/**
 * What the deployments of a driver say against one of ours that has ended, in words: for each purpose at most one was ever
 * created, and none runs any more.
 *
 * @param arrivesLate - True where a creation took effect when its lease was over: then CodeDeploy alone can refuse a
 *   second one, and does so only while the first runs. None may be left running all the same.
 */
export function checkDriverEnd(
  { driver }: Pick<CrashCloud, 'driver'>,
  { id, phase, driven }: Deployment,
  arrivesLate: boolean,
): readonly string[] {
  const all = driver.deployments()
  const tags = [toDriverTag(id, 'shift'), toDriverTag(id, 'roll-back')]
  const created = tags.map((tag) => ({ tag, its: all.filter((one) => one.tag === tag) }))
  const tooMany = created
    .filter(({ its }) => its.length > (arrivesLate ? 2 : 1))
    .map(({ tag, its }) => `${its.length} deployments were created as "${tag}": ${its.map((one) => one.id).join(', ')}`)
  const isOurs = (one: DrivenDeployment) => tags.includes(one.tag) || one.id === driven?.progress?.deploymentId
  const ofOurs = new Set(all.filter(isOurs).map((one) => one.id))
  const left = all
    .filter((one) => one.isRunning && (ofOurs.has(one.id) || tags.includes(one.tag) || isRollbackOf(one, ofOurs)))
    .map((one) => `${phase}, and ${one.id} ("${one.tag}") still runs`)
  return [...tooMany, ...left]
}

function isRollbackOf({ isRollback, tag }: DrivenDeployment, ids: ReadonlySet<string>): boolean {
  return isRollback && [...ids].some((id) => tag.includes(id))
}
