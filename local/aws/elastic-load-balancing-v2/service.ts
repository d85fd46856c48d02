import * as sdk from '@aws-sdk/client-elastic-load-balancing-v2'
import type { LocalClock } from '../../clock.ts'
import type { DataPlane } from '../../data-plane/data-plane.ts'
import type { BalancerSource } from '../../data-plane/dns/zone-source.ts'
import { type RequestRates, withinRates } from '../request-rates.ts'
import type { AwsOperation, AwsService, Persistent } from '../service.ts'
import { createBalancerSource } from './balancer-source.ts'
import { type ControlPlane, carryListenersAgain, toTargetGroupConfig } from './control-plane.ts'
import { createIdentity } from './identity.ts'
import { createLimitOperations } from './limits.ts'
import { createListenerOperations } from './listeners.ts'
import { createLoadBalancerOperations } from './load-balancers.ts'
import { createLoopbackAddresses, type LoopbackAddresses } from './loopback-addresses.ts'
import { createStore } from './records.ts'
import { loadBalancingRateOf } from './request-rates.ts'
import { createRuleOperations } from './rules.ts'
import { clearStore, loadStore, saveStore } from './saved-state.ts'
import { createTagOperations } from './tags.ts'
import { createTargetGroupOperations } from './target-groups.ts'
import { createTargetOperations } from './targets.ts'

export interface ElasticLoadBalancingOptions {
  readonly dataPlane: DataPlane
  readonly clock: LocalClock
  /** Twelve digits in every ARN. Default `000000000000`. */
  readonly accountId?: string
  /** Default: 127.0.0.2 and up, else 127.0.0.1. */
  readonly addresses?: LoopbackAddresses
  /** How much it takes, real time. Default: everything. */
  readonly rates?: RequestRates
  /** Milliseconds of the clock of the rates, which never goes back. Default: the process's own. */
  readonly realNow?: () => number
}

export interface ElasticLoadBalancing extends AwsService {
  readonly state: Persistent
  /** Address of the load balancer with that DNS name, in any letter case; undefined when there is none. */
  addressOf(dnsName: string): string | undefined
  /** What the DNS server answers for the load balancers, and for aliases of them. */
  readonly balancers: BalancerSource
  /** How many requests its rates have refused. */
  readonly throttled: Readonly<Record<string, number>>
}

/**
 * Elastic Load Balancing v2 for Application Load Balancers: keeps the resources, refuses what AWS refuses, and hands
 * every change to the data plane before it answers. Ids of subnets, security groups, VPCs and certificates are taken on
 * trust; a load balancer is active at once; HTTPS listeners speak plain HTTP.
 */
export function createElasticLoadBalancing(options: ElasticLoadBalancingOptions): ElasticLoadBalancing {
  const { dataPlane, clock } = options
  const store = createStore()
  const control: ControlPlane = {
    store,
    dataPlane,
    clock,
    identity: createIdentity(options.accountId ?? '000000000000'),
    addresses: options.addresses ?? createLoopbackAddresses(),
  }
  const balancers = createBalancerSource(store, dataPlane)
  const inTurn = createTurns()

  async function stopAll(): Promise<void> {
    for (const arn of store.listeners.keys()) await dataPlane.removeListener(arn)
    for (const arn of store.targetGroups.keys()) dataPlane.removeTargetGroup(arn)
    clearStore(store)
  }

  const { operations, throttled } = withinRates(
    changesInTurn(inTurn, {
      ...createLoadBalancerOperations(control),
      ...createTargetGroupOperations(control),
      ...createTargetOperations(control),
      ...createListenerOperations(control),
      ...createRuleOperations(control),
      ...createTagOperations(control),
      ...createLimitOperations(),
    }),
    { rates: {}, code: 'Throttling', rateOf: loadBalancingRateOf, ...options },
  )

  return {
    signingName: 'elasticloadbalancing',
    apiVersion: '2015-12-01',
    xmlNamespace: 'http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/',
    catalogue: sdk,
    throttlingCode: 'Throttling',
    operations,
    throttled,
    state: {
      name: 'elastic-load-balancing',
      save: () => saveStore(store),
      load: (saved) =>
        inTurn(async () => {
          await stopAll()
          loadStore(store, saved)
          for (const group of store.targetGroups.values()) {
            dataPlane.putTargetGroup(toTargetGroupConfig(group))
            if (group.targetType !== 'instance') dataPlane.registerTargets(group.arn, group.targets)
          }
          await carryListenersAgain(control, store.listeners.values())
        }),
      reset: () => inTurn(stopAll),
    },
    addressOf: (dnsName) => balancers.addressesOf(dnsName.toLowerCase().replace(/\.$/, ''))?.[0],
    balancers,
  }
}

type InTurn = <Result>(action: () => Result | Promise<Result>) => Promise<Result>

/** Opening a port takes a moment; two changes at once would each be checked against what the other is about to change. */
function createTurns(): InTurn {
  let last: Promise<unknown> = Promise.resolve()
  return (action) => {
    const turn = last.then(action)
    last = turn.catch(() => {})
    return turn
  }
}

function changesInTurn(inTurn: InTurn, operations: Record<string, AwsOperation>): Record<string, AwsOperation> {
  return Object.fromEntries(
    Object.entries(operations).map(([name, operation]): [string, AwsOperation] => [
      name,
      operation.mutates
        ? { ...operation, handle: (input, call) => inTurn(() => operation.handle(input, call)) }
        : operation,
    ]),
  )
}
