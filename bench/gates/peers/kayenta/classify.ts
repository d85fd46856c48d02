import { createRandom, drawNormal, type Random } from '../../random.ts'
import { effectSize } from './effect-size.ts'
import { estimateShift, type ShiftEstimate } from './mann-whitney.ts'
import type { Judged, MetricConfig } from './metric.ts'
import { iqrDetector } from './outliers.ts'

/** Noise that parts the values of two constant samples, relative to the value. */
const noiseDeviation = 1e-5

/**
 * Judges one metric as Kayenta's NetflixACAJudge does.
 *
 * @param experiment - One value a step, of the canary; NaN: no value. `control` the same of the old version.
 * @param random - Source of the noise that is added where both sides are constant. Default: the same noise each time.
 * @see spinnaker/kayenta a69573b, NetflixACAJudge.scala and MannWhitneyClassifier.scala; written anew from their description
 */
export function classify(
  experiment: readonly number[],
  control: readonly number[],
  config: MetricConfig,
  random: Random = createRandom('constant samples'),
): Judged {
  const [canary, stable] = [prepare(experiment, config), prepare(control, config)]
  if (canary.length === 0 || stable.length === 0) return withoutData(config)
  if (areEqual(canary, stable)) return { classification: 'Pass', critical: false }
  const bothConstant = isConstant(canary) && isConstant(stable)
  if (bothConstant && canary[0] === stable[0]) return { classification: 'Pass', critical: false }
  const [tested, against] = bothConstant ? [addNoise(canary, random), addNoise(stable, random)] : [canary, stable]
  const shift = estimateShift(tested, against, config.confLevel)
  return decide(shift, effectSize(config.effectSize.measure, canary, stable), config)
}

/** NaN and outliers dealt with, sorted. */
function prepare(values: readonly number[], { nanStrategy, outliers }: MetricConfig): Float64Array {
  const known =
    nanStrategy === 'remove'
      ? values.filter((value) => !Number.isNaN(value))
      : values.map((value) => (Number.isNaN(value) ? 0 : value))
  if (outliers.strategy === 'keep') return Float64Array.from(known).sort()
  const isOutlier = iqrDetector(outliers.factor, true)(known)
  return Float64Array.from(known.filter((_, index) => isOutlier[index] !== true)).sort()
}

function withoutData({ nanStrategy, critical, mustHaveData }: MetricConfig): Judged {
  if (nanStrategy === 'replace') return { classification: 'Pass', critical: false }
  if (mustHaveData && !critical) return { classification: 'NodataFailMetric', critical: false }
  return { classification: 'Nodata', critical }
}

function decide(
  shift: ShiftEstimate,
  effect: number,
  { direction, tolerance, effectSize, critical }: MetricConfig,
): Judged {
  const bound = tolerance * Math.abs(shift.estimate)
  const isAtLeast = (least: number) => Number.isNaN(effect) || effect >= least
  const isAtMost = (most: number) => Number.isNaN(effect) || effect <= most
  if (direction !== 'decrease' && shift.low > bound && isAtLeast(effectSize.allowedIncrease))
    return { classification: 'High', critical: critical && isAtLeast(effectSize.criticalIncrease) }
  if (direction !== 'increase' && shift.high < -bound && isAtMost(effectSize.allowedDecrease))
    return { classification: 'Low', critical: critical && isAtMost(effectSize.criticalDecrease) }
  return { classification: 'Pass', critical: false }
}

function addNoise(values: Float64Array, random: Random): Float64Array {
  return values.map((value) => value + noiseDeviation * value * drawNormal(random)).sort()
}

function isConstant(sorted: Float64Array): boolean {
  return sorted[0] === sorted[sorted.length - 1]
}

function areEqual(one: Float64Array, other: Float64Array): boolean {
  return one.length === other.length && one.every((value, index) => value === other[index])
}
