import type { DataPlane } from '../../local/data-plane/data-plane.ts'

/**
 * A data plane that carries nothing. The targets of a group are there once they are registered.
 *
 * @param healthy - How many of them are healthy, by ARN of the group; read at each question.
 */
export function createSilentDataPlane(healthy: ReadonlyMap<string, number>): DataPlane {
  const targets = new Map<string, Parameters<DataPlane['registerTargets']>[1]>()
  const nothing = () => undefined
  return {
    putListener: async () => undefined,
    removeListener: async () => undefined,
    putTargetGroup: nothing,
    removeTargetGroup: nothing,
    registerTargets: (group, registered) => void targets.set(group, registered),
    deregisterTargets: nothing,
    targetHealth: (group) =>
      (targets.get(group) ?? []).map((Target, index) => ({
        Target,
        TargetHealth: index < (healthy.get(group) ?? 0) ? { State: 'healthy' } : { State: 'unhealthy' },
      })),
    close: async () => undefined,
  }
}
