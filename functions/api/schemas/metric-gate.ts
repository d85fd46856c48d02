import * as z from 'zod'
import { messageOf } from '../issue-text.ts'
import { gateCommon } from './gate-common.ts'
import { cloudWatchMetric, metricExpression } from './own-metric.ts'

const ownMetric = 'or one of your own: { "namespace", "metricName", "stat" } or { "expression", "queries" }'

const routerMetric = z.enum(['error-rate', 'latency-p50', 'latency-p90', 'latency-p99', 'requests'], {
  error: (issue) => `${messageOf(issue)}, ${ownMetric}`,
})

export const metricGate = z
  .strictObject({
    ...gateCommon('metric'),
    metric: z
      .union([routerMetric, cloudWatchMetric, metricExpression])
      .describe(
        'Of the canary: `error-rate` is a fraction 0–1, latencies are seconds, `requests` is per minute. Or yours.',
      ),
    max: z.exactOptional(z.number()).describe('Bad above this.'),
    min: z.exactOptional(z.number()).describe('Bad below this.'),
    failures: z.int().min(1).max(100).default(2).describe('Consecutive bad windows until it fails.'),
    minRequests: z
      .int()
      .min(0)
      .max(1_000_000_000)
      .default(100)
      .describe('A window with fewer is no data. Not with `requests`, nor with a metric of your own.'),
  })
  .superRefine((gate, context) => {
    const problem = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message })
    if (gate.max === undefined && gate.min === undefined) problem('max', 'is required, or min, or both')
    if (gate.max !== undefined && gate.min !== undefined && gate.min > gate.max) problem('min', 'must not exceed max')
    for (const side of ['max', 'min'] as const) {
      const limit = gate[side]
      if (limit !== undefined && limit < 0 && typeof gate.metric === 'string') problem(side, 'must not be negative')
      if (limit !== undefined && limit > 1 && gate.metric === 'error-rate')
        problem(side, 'must be a fraction from 0 to 1: 0.01 is one per cent')
    }
  })
  .describe('A measurement of the canary against fixed limits.')
