import type { RequestRates } from '../request-rates.ts'

/**
 * What one account and Region may ask of Lambda's control plane. Not enforced unless somebody asks for it: a rehearsal at
 * many times real time asks that much more often.
 *
 * @see Lambda developer guide, "Lambda quotas", API requests
 */
export const lambdaRates: RequestRates = { GetFunction: { perSecond: 100 }, control: { perSecond: 15 } }

/** The bucket that an operation takes from; invocations have none. */
export function lambdaRateOf(operation: string): string {
  return operation === 'GetFunction' ? 'GetFunction' : 'control'
}
