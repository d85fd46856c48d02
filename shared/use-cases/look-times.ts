import type { Gate } from '../domain/gates/gate.ts'
import { metricsCompleteAfterSeconds } from '../ports/metrics-source.ts'

const minuteMs = 60_000

/**
 * When the gates of a step can have passed at the earliest, milliseconds since the epoch: a metric gate needs one whole
 * minute inside the step, and that minute's data. One look then is enough, so a short bake costs no polling.
 */
export function earliestStepEndMs(gates: readonly Gate[], settledAtMs: number): number {
  const needsWindow = gates.some((gate) => gate.kind === 'metric' && gate.mode === 'enforce')
  if (!needsWindow) return settledAtMs
  const firstWindowEndMs = Math.ceil(settledAtMs / minuteMs) * minuteMs + minuteMs
  return firstWindowEndMs + metricsCompleteAfterSeconds * 1000
}
