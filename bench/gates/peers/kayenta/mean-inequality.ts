import { mean } from './effect-size.ts'
import type { Classification } from './metric.ts'

/**
 * Kayenta's other classifier, which its judge does not use: compares the means alone.
 *
 * @param tolerance - Relative difference that still passes, as a fraction of the control's mean.
 */
export function classifyByMean(
  experiment: readonly number[],
  control: readonly number[],
  tolerance: number,
): Classification {
  if (experiment.length === 0 || control.length === 0) return 'Nodata'
  const [canary, stable] = [mean(experiment), mean(control)]
  if (canary > stable * (1 + tolerance)) return 'High'
  if (canary < stable * (1 - tolerance)) return 'Low'
  return 'Pass'
}
