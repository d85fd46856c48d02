import { InvariantError } from '../../domain/errors.ts'
import type { KindAdapters } from '../by-route-kind.ts'

export function createLazyLambdaAdapters(_region: string): KindAdapters['lambdaAlias'] {
  const fail = () => {
    throw new InvariantError('placeholder')
  }
  return { routerFor: fail, inspector: { inspect: fail } }
}
