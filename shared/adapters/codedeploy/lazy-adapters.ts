import type { DriverFor } from '../../ports/deployment-driver.ts'
import type { AlbAdapters } from '../alb/lazy-adapters.ts'
import { lazy } from '../aws-client.ts'
import type { CodeDeployRouteInspector } from './group-inspector.ts'

/** Every port that CodeDeploy stands behind, for its own kind of route. */
export interface CodeDeployAdapters {
  readonly driverFor: DriverFor
  readonly inspector: CodeDeployRouteInspector
}

export interface CodeDeployOptions {
  /** Of CodeDeploy, and of the load balancers that its groups shift: their names hold no Region. */
  readonly region: string
  readonly alb: Pick<AlbAdapters, 'routerFor' | 'inspector' | 'findPair'>
}

/** The CodeDeploy adapters; the SDK's client is loaded at the first call. */
export function createLazyCodeDeployAdapters({ region, alb }: CodeDeployOptions): CodeDeployAdapters {
  const adapters = lazy(async () => {
    const [{ createCodeDeployClients }, { createCodeDeployDriver }, { createCodeDeployRouteInspector }] =
      await Promise.all([import('./clients.ts'), import('./deployment-driver.ts'), import('./group-inspector.ts')])
    const clients = createCodeDeployClients(region)
    const { findPair, routerFor, inspector } = alb
    const behind = { findPair, routerFor, inspectGroup: inspector.inspectGroup }
    return {
      driverFor: (route: Parameters<DriverFor>[0]) => createCodeDeployDriver(clients, route),
      inspector: createCodeDeployRouteInspector({ region, clients, behind }),
    }
  })
  return {
    driverFor(route) {
      const driver = lazy(async () => (await adapters()).driverFor(route))
      return {
        find: async (tag, sinceMs) => (await driver()).find(tag, sinceMs),
        create: async (wish, mayCreate) => (await driver()).create(wish, mayCreate),
        read: async (deploymentId) => (await driver()).read(deploymentId),
        continue: async (deploymentId, wait) => (await driver()).continue(deploymentId, wait),
        stop: async (deploymentId) => (await driver()).stop(deploymentId),
        previousRevision: async (deploymentId) => (await driver()).previousRevision(deploymentId),
      }
    },
    inspector: { inspect: async (route) => (await adapters()).inspector.inspect(route) },
  }
}
