import {
  ModifyListenerCommand,
  ModifyRuleCommand,
  type TargetHealthDescription,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import { describe, expect, it } from 'vitest'
import { createAlbRouteInspector } from '../../shared/adapters/alb/route-inspector.ts'
import { createSharedAlbReads } from '../../shared/adapters/alb/shared-reads.ts'
import { createAlbTargetHealth } from '../../shared/adapters/alb/target-health.ts'
import { createAlbTestRouter, createAlbTrafficRouter } from '../../shared/adapters/alb/traffic-router.ts'
import { createManyTargetHealth } from '../../shared/adapters/many-target-health.ts'
import { createSharedRouters } from '../../shared/adapters/shared-routers.ts'
import { UpstreamError } from '../../shared/domain/errors.ts'
import type { AlbRoute } from '../../shared/domain/service.ts'
import type { TargetHealth } from '../../shared/ports/target-health.ts'
import type { RouterFor } from '../../shared/ports/traffic-router.ts'
import { describeTargetHealth, type HealthWorld } from '../contract/target-health.ts'
import { describeTrafficRouter, type RoutedWorld } from '../contract/traffic-router.ts'
import { aForwardRequest } from '../support/alb.ts'
import { startAlbEndpoint } from '../support/alb-endpoint.ts'

type Endpoint = Awaited<ReturnType<typeof startAlbEndpoint>>

/** What both kinds of resource have in common: adapters on the endpoint's client, and somebody who changes a rule. */
function toWorld({ client, arns }: Endpoint): Omit<RoutedWorld, 'route' | 'change'> {
  const clients = { reader: client, writer: client }
  return {
    routerFor: (route) => createAlbTrafficRouter(clients, route),
    testRouterFor: (test) => createAlbTestRouter(clients, test),
    test: { ruleArn: arns.testRule },
    missing: { kind: 'alb', ruleArn: arns.gone, blue: arns.blue, green: arns.green, wave: 1 },
    other: arns.other,
  }
}

describeTrafficRouter('an ALB rule', async () => {
  const endpoint = await startAlbEndpoint()
  const { rule, blue, green } = endpoint.arns
  return {
    ...toWorld(endpoint),
    route: { kind: 'alb', ruleArn: rule, blue, green, wave: 1 },
    async change(RuleArn, weights, stickySeconds) {
      await endpoint.client.send(new ModifyRuleCommand({ RuleArn, Actions: [aForwardRequest(weights, stickySeconds)] }))
    },
  }
})

describeTrafficRouter("an ALB listener's default action", async () => {
  const endpoint = await startAlbEndpoint()
  const { listener, blue, green } = endpoint.arns
  return {
    ...toWorld(endpoint),
    route: { kind: 'alb', listenerArn: listener, blue, green, wave: 1 },
    async change(ListenerArn, weights, stickySeconds) {
      await endpoint.client.send(
        new ModifyListenerCommand({ ListenerArn, DefaultActions: [aForwardRequest(weights, stickySeconds)] }),
      )
    },
  }
})

describeTrafficRouter('an ALB rule read in the background, beside others', async () => {
  const endpoint = await startAlbEndpoint()
  const { rule, testRule, blue, green } = endpoint.arns
  const world = toWorld(endpoint)
  const { actionsOf } = createSharedAlbReads({
    readerFor: () => endpoint.client,
    rate: (call) => call(),
    deadlineMs: 3000,
  })
  // Nobody asks here for the router of another kind of route.
  const shared = createSharedRouters(world.routerFor as RouterFor, { actionsOf, recordsOf: async () => [] })
  return {
    ...world,
    routerFor(route) {
      const router = shared(route)
      const others = [{ ...route, ruleArn: testRule }, world.missing].map(shared)
      return {
        ...router,
        async read() {
          const read = [router, ...others].map((one) => one.read('background'))
          const [own] = await Promise.allSettled(read)
          if (own?.status !== 'fulfilled') throw own?.reason
          return own.value
        },
      }
    },
    route: { kind: 'alb', ruleArn: rule, blue, green, wave: 1 },
    async change(RuleArn, weights, stickySeconds) {
      await endpoint.client.send(new ModifyRuleCommand({ RuleArn, Actions: [aForwardRequest(weights, stickySeconds)] }))
    },
  }
})

describeTargetHealth('an ALB', () => startHealth(({ client }) => createAlbTargetHealth(() => client)))
describeTargetHealth('an ALB asked about many groups', () =>
  startHealth(({ client, counts, arns }) => {
    const source = createManyTargetHealth({
      direct: createAlbTargetHealth(() => client),
      targetGroups: { loadBalancerOf: async () => arns.loadBalancer },
      countsOf: async ({ targetGroupArn }) =>
        targetGroupArn === arns.blue ? { ...counts(), startMs: Date.UTC(2026, 0, 1) } : null,
      rate: (call) => call(),
    })
    // So many that none of the test's own is among the first.
    const others = Array.from({ length: 40 }, (_, n) => arns.blue.replace(/[0-9a-f]{16}$/, String(n).padStart(16, 'f')))
    const asked = Promise.allSettled(others.map((arn) => source.read(arn)))
    return { read: (arn, wish) => asked.then(() => source.read(arn, wish)) }
  }),
)

type HealthEndpoint = Pick<Endpoint, 'client' | 'arns'> & {
  readonly counts: () => { readonly healthy: number; readonly unhealthy: number }
}

async function startHealth(make: (endpoint: HealthEndpoint) => TargetHealth): Promise<HealthWorld> {
  const { client, arns, setHealth } = await startAlbEndpoint()
  let counts = { healthy: 0, unhealthy: 0 }
  const target = (n: number, TargetHealth: TargetHealthDescription['TargetHealth']) => ({
    Target: { Id: `10.0.0.${n + 1}`, Port: 80 },
    TargetHealth,
  })
  await setHealth(arns.green, [
    target(1, { State: 'unused', Reason: 'Target.NotInUse' }),
    target(2, { State: 'unused', Reason: 'Target.NotInUse' }),
  ])
  return {
    health: make({ client, arns, counts: () => counts }),
    group: arns.blue,
    missing: arns.blue.replace(/[0-9a-f]{16}$/, '0123456789abcdef'),
    unused: arns.green,
    setTargets: ({ healthy, unhealthy }) => {
      counts = { healthy, unhealthy }
      return setHealth(
        arns.blue,
        Array.from({ length: healthy + unhealthy }, (_, n) =>
          target(n, n < healthy ? { State: 'healthy' } : { State: 'unhealthy', Reason: 'Target.Timeout' }),
        ),
      )
    },
  }
}

describe('an ALB route over HTTP', () => {
  it('is inspected', async () => {
    const { client, arns } = await startAlbEndpoint()
    const { blue, green, rule, testRule, listener, loadBalancer } = arns
    const inspector = createAlbRouteInspector(() => ({ reader: client, writer: client }))
    const route: AlbRoute = { kind: 'alb', ruleArn: rule, test: { ruleArn: testRule }, blue, green, wave: 1 }
    const group = { targetType: 'ip', healthCheckEnabled: true, slowStartSeconds: 0, targetStickiness: false }
    expect(await inspector.inspect(route)).toMatchObject({
      loadBalancerArn: loadBalancer,
      state: { weights: { blue: 100, green: null } },
      otherWeightedGroups: [],
      groupStickinessSeconds: null,
      groups: {
        blue: { arn: blue, loadBalancerArn: loadBalancer, ...group, sharedWith: [listener] },
        green: { arn: green, loadBalancerArn: null, ...group, sharedWith: [] },
      },
      test: { exists: true, loadBalancerArn: loadBalancer },
      notLookedAt: [],
    })
  })

  it('says that AWS refused a write, which changed nothing', async () => {
    const { client, arns } = await startAlbEndpoint()
    const clients = { reader: client, writer: client }
    const route: AlbRoute = { kind: 'alb', ruleArn: arns.rule, blue: arns.blue, green: arns.green, wave: 1 }
    const router = createAlbTrafficRouter(clients, route)
    const seen = await router.read()
    const target = router.target(seen, { canary: 'green', percent: 10, keepIdle: true })
    const tooHeavy = JSON.parse(JSON.stringify(target).replace('"Weight":90', '"Weight":1000'))
    await expect(router.write(seen, tooHeavy)).rejects.toThrow(UpstreamError)
    expect(await router.read()).toEqual(seen)
  })
})
