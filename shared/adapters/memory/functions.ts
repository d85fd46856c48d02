import { InvariantError } from '../../domain/errors.ts'
import type { KindAdapters } from '../by-route-kind.ts'
import type { createFaults } from './faults.ts'

export type MemoryFunctions = KindAdapters['lambdaAlias']
export function createMemoryFunctions(_run: ReturnType<typeof createFaults>['run']): MemoryFunctions {
  const fail = () => {
    throw new InvariantError('placeholder')
  }
  return { routerFor: fail, inspector: { inspect: fail } }
}
