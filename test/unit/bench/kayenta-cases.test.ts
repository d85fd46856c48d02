import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { classify } from '../../../bench/gates/peers/kayenta/classify.ts'
import type { EffectSizeMeasure } from '../../../bench/gates/peers/kayenta/effect-size.ts'
import { estimateShift } from '../../../bench/gates/peers/kayenta/mann-whitney.ts'
import { classifyByMean } from '../../../bench/gates/peers/kayenta/mean-inequality.ts'
import {
  type Classification,
  defaultMetric,
  type MetricConfig,
  noEffectSize,
} from '../../../bench/gates/peers/kayenta/metric.ts'
import { iqrDetector, kSigmaDetector } from '../../../bench/gates/peers/kayenta/outliers.ts'
import { score } from '../../../bench/gates/peers/kayenta/score.ts'

/*
 * What Kayenta's own tests expect of it, and what its issues report of it. The file is not part of this project: it may
 * lie beside a checkout, to hold our rendering of the judge against. Nothing here was fitted to its numbers.
 */
interface Samples {
  readonly experiment: readonly number[]
  readonly control: readonly number[]
  readonly direction: MetricConfig['direction']
  readonly tolerance: number
  readonly confLevel: number
}

type Limits = readonly [decrease: number, increase: number]

interface ClassifierCase extends Samples {
  readonly name: string
  readonly classifier: 'MannWhitney' | 'MeanInequality'
  readonly nanStrategy: MetricConfig['nanStrategy']
  readonly isCritical: boolean
  readonly effectSizeThresholds: Limits
  readonly criticalThresholds: Limits
  readonly effectSizeMeasure: EffectSizeMeasure
  readonly expected: Classification | null
  readonly expectedCritical: boolean | null
}

interface ShiftCase extends Pick<Samples, 'experiment' | 'control' | 'confLevel'> {
  readonly name: string
  readonly ciLow: number
  readonly ciHigh: number
  readonly estimate: number
  readonly tolCi: number
  readonly tolEst: number
}

interface ScorerCase {
  readonly name: string
  readonly groupWeights: Readonly<Record<string, number>>
  readonly metrics: readonly {
    readonly classification: Classification
    readonly group: string
    readonly critical: boolean
  }[]
  readonly score: number
}

type DetectorCase = { readonly data: readonly number[]; readonly outlier: readonly (0 | 1)[] } & (
  | { readonly detector: 'IQR'; readonly factor: number }
  | { readonly detector: 'KSigma'; readonly k: number }
)

interface IssueReport extends Samples {
  readonly source: string
  readonly kayenta: Classification
  readonly kayentaCiLow?: number
  readonly critical?: boolean
  readonly effectSizeThresholds?: Limits
  readonly criticalThresholds?: Limits
}

interface Cases {
  readonly classifier: readonly ClassifierCase[]
  readonly mannWhitney: readonly ShiftCase[]
  readonly scorer: readonly ScorerCase[]
  readonly detectors: readonly DetectorCase[]
  readonly issueReports: readonly IssueReport[]
}

const path = resolve(fileURLToPath(new URL('../../..', import.meta.url)), '../shared/canary/kayenta-cases.json')

if (existsSync(path)) holdAgainst(JSON.parse(readFileSync(path, 'utf8')))
else
  it.skip('kayenta-cases.json is not beside this checkout: the judge is covered by its own tests only', () => undefined)

function holdAgainst(cases: Cases): void {
  it('reads every part of the cases', () => {
    const { classifier, mannWhitney, scorer, detectors, issueReports } = cases
    expect([classifier, mannWhitney, scorer, detectors, issueReports].map((part) => part.length)).toEqual([
      37, 4, 13, 4, 7,
    ])
  })

  describe('the classifiers answer as Kayenta', () => {
    it.each(cases.classifier)('$name', (row) => {
      // Without an expected word the case is about the text of the reason; what it is about is that data is missing.
      const expected = row.expected ?? 'Nodata'
      if (row.classifier === 'MeanInequality')
        expect(classifyByMean(row.experiment, row.control, row.tolerance)).toBe(expected)
      else {
        const judged = classify(row.experiment, row.control, toConfig(row))
        expect(judged.classification).toBe(expected)
        if (row.expectedCritical !== null) expect(judged.critical).toBe(row.expectedCritical)
      }
    })
  })

  describe('the shift comes out as in R', () => {
    it.each(cases.mannWhitney)('$name', (row) => {
      const shift = estimateShift(sorted(row.experiment), sorted(row.control), row.confLevel)
      expect(Math.abs(shift.low - row.ciLow)).toBeLessThanOrEqual(row.tolCi)
      expect(Math.abs(shift.high - row.ciHigh)).toBeLessThanOrEqual(row.tolCi)
      expect(Math.abs(shift.estimate - row.estimate)).toBeLessThanOrEqual(row.tolEst)
    })
  })

  describe('the scores are those of Kayenta', () => {
    it.each(cases.scorer)('$name', (row) => {
      expect(score(row.metrics, row.groupWeights)).toBe(row.score)
    })
  })

  describe('the detectors mark what Kayenta marks', () => {
    it.each(cases.detectors.map((row, index) => ({ name: `${row.detector} ${index}`, row })))('$name', ({ row }) => {
      const marked = row.outlier.map((mark) => mark === 1)
      const detectors =
        row.detector === 'IQR' ? [iqrDetector(row.factor), iqrDetector(row.factor, true)] : [kSigmaDetector(row.k)]
      for (const detect of detectors) expect(detect(row.data)).toEqual(marked)
    })
  })

  describe('the reports of users are reproduced, as Kayenta answered', () => {
    it.each(cases.issueReports)('$source', (row) => {
      expect(classify(row.experiment, row.control, toConfig(row)).classification).toBe(row.kayenta)
      if (row.kayentaCiLow === undefined) return
      const shift = estimateShift(sorted(row.experiment), sorted(row.control), row.confLevel)
      expect(shift.low).toBeCloseTo(row.kayentaCiLow, 12)
    })
  })
}

function toConfig(row: Samples & Partial<ClassifierCase & IssueReport>): MetricConfig {
  const none = noEffectSize(row.effectSizeMeasure ?? 'meanRatio')
  const [allowedDecrease, allowedIncrease] = row.effectSizeThresholds ?? [none.allowedDecrease, none.allowedIncrease]
  const [criticalDecrease, criticalIncrease] = row.criticalThresholds ?? [none.criticalDecrease, none.criticalIncrease]
  return {
    ...defaultMetric,
    direction: row.direction,
    nanStrategy: row.nanStrategy ?? 'remove',
    critical: row.isCritical ?? row.critical ?? false,
    effectSize: { measure: none.measure, allowedIncrease, allowedDecrease, criticalIncrease, criticalDecrease },
    tolerance: row.tolerance,
    confLevel: row.confLevel,
  }
}

function sorted(values: readonly number[]): Float64Array {
  return Float64Array.from(values).sort()
}
