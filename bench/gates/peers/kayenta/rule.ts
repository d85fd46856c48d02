import type { SideCounts } from '../../../../shared/domain/sequential/comparison.ts'
import type { Minute, Rule } from '../minute.ts'
import { classify } from './classify.ts'
import { defaultMetric } from './metric.ts'
import { score } from './score.ts'

export interface KayentaParameters {
  /** What the canary is compared with: a cohort of its size, started with it, or all of production. */
  readonly control: 'cohort' | 'stable'
  /** Minutes that one judgement looks back. Default 30. */
  readonly lookbackMinutes?: number
  /** Minutes between judgements. Default 5. */
  readonly intervalMinutes?: number
}

const errorRate = { ...defaultMetric, direction: 'increase', critical: true } as const

/**
 * A canary analysis on one metric, the error rate of each minute in per cent, critical and failing upward only. It rolls
 * back at the first score below 100, which for one critical metric is 0.
 */
export function createKayentaLike({ control, lookbackMinutes = 30, intervalMinutes = 5 }: KayentaParameters): Rule {
  return (minutes) => {
    for (let now = intervalMinutes; now <= minutes.length; now += intervalMinutes) {
      const window = minutes.slice(Math.max(0, now - lookbackMinutes), now)
      if (judge(window, control) < 100) return now
    }
    return null
  }
}

function judge(window: readonly Minute[], control: 'cohort' | 'stable'): number {
  const experiment = window.map((minute) => percentage(minute.canary))
  const judged = classify(
    experiment,
    window.map((minute) => percentage(minute[control])),
    errorRate,
  )
  return score([{ ...judged, group: 'errors' }], {})
}

function percentage({ requests, bad }: SideCounts): number {
  return requests === 0 ? Number.NaN : (100 * bad) / requests
}
