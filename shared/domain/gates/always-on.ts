import { type Route, targetGroupOf } from '../service.ts'
import type { Gate, TargetHealthGate } from './gate.ts'

/** The name of the gate that nobody has to ask for. */
export const alwaysOnGateName = 'target-health'

const alwaysOnGate: TargetHealthGate = {
  kind: 'target-health',
  name: alwaysOnGateName,
  mode: 'enforce',
  onFail: 'roll-back',
  noDataLimit: 3,
  onNoData: 'roll-back',
  graceSeconds: 240,
  maxExtendSeconds: 900,
  minHealthyPercent: 100,
}

/**
 * Adds the `target-health` gate where none is given: a side without enough healthy targets must never get its share,
 * whatever else somebody chose to measure. Record sets that name no target groups have nothing that it could look at.
 */
export function withAlwaysOnGate(gates: readonly Gate[], routes: readonly Route[]): readonly Gate[] {
  const isGiven = gates.some((gate) => gate.kind === 'target-health')
  const canLook = routes.some((route) => targetGroupOf(route, 'blue') !== null)
  return isGiven || !canLook ? gates : [alwaysOnGate, ...gates]
}
