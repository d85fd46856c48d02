import { regionOfFunction } from '../../domain/function-name.ts'
import { lazy } from '../aws-client.ts'
import type { KindAdapters } from '../by-route-kind.ts'
import { toAliasTargetState } from './alias-state.ts'

/**
 * The adapters of Lambda aliases; the SDK's client is loaded at the first call.
 *
 * @param region - Of functions that a route gives by name; an ARN names its own.
 */
export function createLazyLambdaAdapters(region: string): KindAdapters['lambdaAlias'] {
  const adapters = lazy(async () => {
    const [{ createAliasClients }, { createAliasRouter }, { createAliasInspector }] = await Promise.all([
      import('./alias-clients.ts'),
      import('./alias-router.ts'),
      import('./alias-inspector.ts'),
    ])
    const clientsOf = createAliasClients()
    const clientsFor = (functionName: string) => clientsOf(regionOfFunction(functionName) ?? region)
    return { clientsFor, createAliasRouter, inspector: createAliasInspector(clientsFor) }
  })
  return {
    routerFor(route) {
      const router = lazy(async () => {
        const { clientsFor, createAliasRouter } = await adapters()
        return createAliasRouter(clientsFor(route.functionName), route)
      })
      return {
        read: async () => (await router()).read(),
        target: (seen, wish) => toAliasTargetState(seen, wish, route),
        write: async (seen, target) => (await router()).write(seen, target),
      }
    },
    inspector: { inspect: async (route) => (await adapters()).inspector.inspect(route) },
  }
}
