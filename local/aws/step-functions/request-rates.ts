import type { RequestRates } from '../request-rates.ts'

/**
 * What Step Functions takes of an account in one of its large Regions.
 *
 * @see AWS Step Functions Developer Guide, "Quotas related to API action throttling"
 */
export const stepFunctionsRates: RequestRates = {
  DescribeExecution: { burst: 300, perSecond: 15 },
  ListExecutions: { burst: 100, perSecond: 5 },
}
