import type { RequestRates } from '../request-rates.ts'

/**
 * What CloudWatch takes of an account in one Region. How many may come at once is not documented: those of a second.
 *
 * @see Amazon CloudWatch User Guide, "CloudWatch service quotas": GetMetricData without Metrics Insights, DescribeAlarms
 */
export const cloudWatchRates: RequestRates = {
  GetMetricData: { perSecond: 50 },
  DescribeAlarms: { perSecond: 9 },
}
