import type { EffectSizeMeasure } from './effect-size.ts'

export type Classification = 'Pass' | 'High' | 'Low' | 'Nodata' | 'NodataFailMetric'

export interface Judged {
  readonly classification: Classification
  /** Whether this makes the whole score 0. */
  readonly critical: boolean
}

/** How one metric is judged; defaults as in `defaultMetric`. */
export interface MetricConfig {
  /** Which side can fail. Default `either`. */
  readonly direction: 'increase' | 'decrease' | 'either'
  /** `remove` drops NaN, `replace` puts 0. Default `remove`. */
  readonly nanStrategy: 'remove' | 'replace'
  /** `remove` drops what lies outside the fences of `factor` interquartile ranges. Default `keep`, 3. */
  readonly outliers: { readonly strategy: 'keep' | 'remove'; readonly factor: number }
  /** A failure of this metric, or its having no data, makes the score 0. Default false. */
  readonly critical: boolean
  /** No data counts as a failed metric, unless it is critical anyway. Default false. */
  readonly mustHaveData: boolean
  readonly effectSize: EffectSizeConfig
  /** The interval must lie this share of the estimate away from 0. Default 0.25: hard-coded in the judge. */
  readonly tolerance: number
  /** Default 0.98: hard-coded in the judge. */
  readonly confLevel: number
}

/** The least effect that fails, and that fails critically. Defaults 1 for `meanRatio`, 0.5 for `cles`. */
export interface EffectSizeConfig {
  readonly measure: EffectSizeMeasure
  readonly allowedIncrease: number
  readonly allowedDecrease: number
  readonly criticalIncrease: number
  readonly criticalDecrease: number
}

export const defaultMetric: MetricConfig = {
  direction: 'either',
  nanStrategy: 'remove',
  outliers: { strategy: 'keep', factor: 3 },
  critical: false,
  mustHaveData: false,
  effectSize: noEffectSize('meanRatio'),
  tolerance: 0.25,
  confLevel: 0.98,
}

/** Thresholds at "no difference", so that the test alone decides. */
export function noEffectSize(measure: EffectSizeMeasure): EffectSizeConfig {
  const none = measure === 'cles' ? 0.5 : 1
  return { measure, allowedIncrease: none, allowedDecrease: none, criticalIncrease: none, criticalDecrease: none }
}
