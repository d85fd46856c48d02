import { bucketSecondsOf, bucketsToSettle, settledAfterSeconds } from '../domain/gates/compare-buckets.ts'
import type { CompareGate, Gate, MetricGate } from '../domain/gates/gate.ts'
import { periodOf } from '../domain/gates/own-metric.ts'
import { metricsCompleteAfterSeconds } from '../ports/metrics-source.ts'

/**
 * When the gates of a step can have passed at the earliest, milliseconds since the epoch: a metric gate needs one whole
 * period of its metric inside the step, and that period's data. One look then is enough, so a short bake costs no polling.
 */
export function earliestStepEndMs(gates: readonly Gate[], settledAtMs: number): number {
  const measuring = gates.filter((gate) => gate.kind === 'metric').filter(({ mode }) => mode === 'enforce')
  const comparing = gates.filter((gate) => gate.kind === 'compare').filter(({ mode }) => mode === 'enforce')
  return Math.max(
    settledAtMs,
    ...measuring.map((gate) => firstWindowMs(gate, settledAtMs)),
    ...comparing.map((gate) => lastNeededBucketMs(gate, settledAtMs)),
  )
}

/** When the buckets that a compare gate needs in a step can be settled. */
function lastNeededBucketMs(gate: CompareGate, settledAtMs: number): number {
  const periodMs = bucketSecondsOf(gate) * 1000
  const lastEndMs = Math.ceil(settledAtMs / periodMs) * periodMs + bucketsToSettle * periodMs
  return lastEndMs + settledAfterSeconds * 1000
}

/** When the first window of a gate's metric inside the step is complete. */
function firstWindowMs({ metric }: MetricGate, settledAtMs: number): number {
  const periodMs = periodOf(metric) * 1000
  const firstEndMs = Math.ceil(settledAtMs / periodMs) * periodMs + periodMs
  return firstEndMs + metricsCompleteAfterSeconds * 1000
}
