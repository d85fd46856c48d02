import type { TargetDescription } from '@aws-sdk/client-elastic-load-balancing-v2'
import type { DataPlane, ListenerConfig, TargetGroupConfig } from '../../local/data-plane/data-plane.ts'

export interface FakeDataPlane extends DataPlane {
  readonly listeners: Map<string, ListenerConfig>
  readonly targetGroups: Map<string, TargetGroupConfig>
  readonly targets: Map<string, TargetDescription[]>
  /** Ports (`127.0.0.2:8080`) that somebody else listens on. */
  readonly busy: Set<string>
}

/** Remembers what it was given; carries nothing. A port can be had once, and never when it is busy. */
export function createFakeDataPlane(): FakeDataPlane {
  const listeners = new Map<string, ListenerConfig>()
  const targetGroups = new Map<string, TargetGroupConfig>()
  const targets = new Map<string, TargetDescription[]>()
  const busy = new Set<string>()
  const placeOf = ({ address, port }: ListenerConfig) => `${address}:${port}`
  const isSame = (a: TargetDescription, b: TargetDescription) => a.Id === b.Id && a.Port === b.Port
  return {
    listeners,
    targetGroups,
    targets,
    busy,
    async putListener(config) {
      // Another process's turn, as a real listen takes.
      await Promise.resolve()
      const isTaken = [...listeners.values()].some(
        (other) => other.arn !== config.arn && placeOf(other) === placeOf(config),
      )
      if (isTaken || busy.has(placeOf(config)))
        throw new Error(`listen EADDRINUSE: address already in use ${placeOf(config)}`)
      listeners.set(config.arn, config)
    },
    async removeListener(arn) {
      listeners.delete(arn)
    },
    putTargetGroup(config) {
      targetGroups.set(config.arn, config)
    },
    removeTargetGroup(arn) {
      targetGroups.delete(arn)
      targets.delete(arn)
    },
    registerTargets(arn, added) {
      if (!targetGroups.has(arn)) throw new Error(`no target group ${arn}`)
      targets.set(arn, [...(targets.get(arn) ?? []), ...added])
    },
    deregisterTargets(arn, gone) {
      targets.set(
        arn,
        (targets.get(arn) ?? []).filter((target) => !gone.some((other) => isSame(other, target))),
      )
    },
    targetHealth(arn, asked) {
      const known = targets.get(arn) ?? []
      return (asked ?? known).map((target) => ({
        Target: target,
        TargetHealth: known.some((other) => isSame(other, target))
          ? { State: 'healthy' }
          : { State: 'unused', Reason: 'Target.NotRegistered' },
      }))
    },
    async close() {
      listeners.clear()
    },
  }
}
