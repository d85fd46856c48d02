import { rank } from './ranks.ts'

export type EffectSizeMeasure = 'meanRatio' | 'cles'

/** How large the difference is, beside how sure. NaN: it cannot be said, because a mean is 0. */
export function effectSize(measure: EffectSizeMeasure, experiment: Float64Array, control: Float64Array): number {
  switch (measure) {
    case 'meanRatio': {
      const [above, below] = [mean(experiment), mean(control)]
      return above === 0 || below === 0 ? Number.NaN : above / below
    }
    case 'cles': {
      const [m, n] = [experiment.length, control.length]
      return (2 * rank(experiment, control, 0).rankSum - m * (m + 1)) / (2 * m * n)
    }
  }
}

export function mean(values: ArrayLike<number>): number {
  let sum = 0
  for (let index = 0; index < values.length; index++) sum += values[index] ?? 0
  return sum / values.length
}
