import type { RequestRates } from '../request-rates.ts'

/**
 * Elastic Load Balancing's reads share one bucket. AWS names these figures "for example", so they are not enforced unless
 * somebody asks for it. What writes may, it does not say.
 *
 * @see Elastic Load Balancing API Reference, "Throttling"
 */
export const exampleLoadBalancingRates: RequestRates = { reads: { burst: 40, perSecond: 10 } }

/** The bucket that an operation takes from. */
export function loadBalancingRateOf(operation: string): string | undefined {
  return operation.startsWith('Describe') ? 'reads' : undefined
}
