import type { Deps } from '../../shared/deps.ts'
import type { RouteState } from '../../shared/domain/traffic.ts'
import type { DeploymentDriver } from '../../shared/ports/deployment-driver.ts'
import type { DirectRouter } from '../../shared/ports/traffic-router.ts'

/** A safeguard that is taken away: the harness is worth something only if each of these breaks an invariant. */
export const mutations = [
  ...(['lease-check', 'read-back', 'snapshot-restore'] as const),
  ...(['find-before-create', 'last-look'] as const),
] as const

export type Mutation = (typeof mutations)[number]

/** Those of what is done to a driver. */
export const driverMutations: ReadonlySet<Mutation> = new Set(['find-before-create', 'last-look'])

/** What one process sees where a safeguard is missing from the code. */
export function mutate(mutation: Mutation, deps: Deps): Deps {
  switch (mutation) {
    case 'lease-check':
      return withoutLeaseCheck(deps)
    case 'read-back':
      return withoutReadBack(deps)
    case 'snapshot-restore':
      return withoutRestore(deps)
    case 'find-before-create':
      return withDriver(deps, (driver) => ({ ...driver, find: async () => null }))
    case 'last-look':
      return withDriver(deps, (driver) => ({ ...driver, create: (wish) => driver.create(wish) }))
  }
}

function withDriver(deps: Deps, change: (driver: DeploymentDriver) => DeploymentDriver): Deps {
  return { ...deps, driverFor: (route) => change(deps.driverFor(route)) }
}

/** A holder believes for ever in the lease that it took. */
function withoutLeaseCheck(deps: Deps): Deps {
  const { leases } = deps
  return {
    ...deps,
    leases: {
      ...portOf(leases),
      async take(resource, holder, leaseMs) {
        const lease = await leases.take(resource, holder, leaseMs)
        return lease && { ...lease, expiresAtMs: Number.MAX_SAFE_INTEGER }
      },
      async isHeld(lease) {
        await leases.isHeld(lease)
        return true
      },
    },
  }
}

function portOf(leases: Deps['leases']): Deps['leases'] {
  return {
    take: (...args) => leases.take(...args),
    isHeld: (lease) => leases.isHeld(lease),
    intend: (lease, state) => leases.intend(lease, state),
    confirm: (lease, state) => leases.confirm(lease, state),
    giveBack: (lease) => leases.giveBack(lease),
    peek: (resource) => leases.peek(resource),
  }
}

/** What was sent counts as there: nobody looks. */
function withoutReadBack(deps: Deps): Deps {
  const written = new Map<string, RouteState>()
  const routerFor = new Proxy(deps.routerFor, {
    apply(make, self, args: unknown[]) {
      const router: object = Reflect.apply(make, self, args)
      return 'write' in router ? unread(router as DirectRouter, JSON.stringify(args[0]), written) : router
    },
  })
  return { ...deps, routerFor }
}

function unread(router: DirectRouter, key: string, written: Map<string, RouteState>): DirectRouter {
  return {
    read: async (lane) => written.get(key) ?? router.read(lane),
    target: (seen, wish) => router.target(seen, wish),
    async write(seen, target) {
      written.set(key, target)
      await router.write(seen, target)
    },
  }
}

/** A rollback finds nothing that it would have to put back. */
function withoutRestore(deps: Deps): Deps {
  const deployments = new Proxy(deps.deployments, {
    get(store, method, receiver) {
      if (method !== 'load') return Reflect.get(store, method, receiver)
      return async (id: string) => {
        const deployment = await store.load(id)
        if (deployment?.goal !== 'snapshot') return deployment
        return { ...deployment, routes: deployment.routes.map((route) => ({ ...route, touched: false })) }
      }
    },
  })
  return { ...deps, deployments }
}
