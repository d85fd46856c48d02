import { InvariantError } from '../../domain/errors.ts'
import type { Clock } from '../../ports/clock.ts'
import type { DriverFor } from '../../ports/deployment-driver.ts'
import type { KindAdapters } from '../by-route-kind.ts'
import type { createFaults } from './faults.ts'
import type { MemoryFunctions } from './functions.ts'
import type { MemoryRouting } from './routing.ts'

export type MemoryCodeDeploy = KindAdapters['codedeploy'] & { readonly driverFor: DriverFor }
export interface MemoryCodeDeployOptions {
  readonly clock: Pick<Clock, 'now'>
  readonly run: ReturnType<typeof createFaults>['run']
  readonly routing: MemoryRouting
  readonly functions: MemoryFunctions
}
export function createMemoryCodeDeploy(_options: MemoryCodeDeployOptions): MemoryCodeDeploy {
  const fail = () => {
    throw new InvariantError('placeholder')
  }
  return { driverFor: fail, inspector: { inspect: fail } }
}
