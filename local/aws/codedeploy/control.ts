import type { LocalClock } from '../../clock.ts'
import type { BalancerCalls } from './balancer-calls.ts'
import type { Engine } from './engine.ts'
import type { Store } from './store.ts'

/** What every operation works with. */
export interface Control {
  readonly store: Store
  readonly clock: LocalClock
  readonly engine: Engine
  readonly callsIn: (region: string) => BalancerCalls
  readonly accountId: string
}
