import type { LocalClock } from '../../clock.ts'
import type { DataPlane, ListenerConfig, TargetGroupConfig } from '../../data-plane/data-plane.ts'
import { AwsError } from '../service.ts'
import { showActions } from './actions.ts'
import { showCondition } from './conditions.ts'
import { dimensionOf, type Identity } from './identity.ts'
import { getLoadBalancer, rulesOf, sortRules } from './lookup.ts'
import type { LoopbackAddresses } from './loopback-addresses.ts'
import type { ListenerRecord, RuleRecord, Store, TargetGroupRecord } from './records.ts'

/** What every operation works with. Operations that change something run one at a time. */
export interface ControlPlane {
  readonly store: Store
  readonly dataPlane: DataPlane
  readonly clock: LocalClock
  readonly identity: Identity
  readonly addresses: LoopbackAddresses
}

/**
 * Hands a listener with these rules to the data plane, which moves it if its port is another one. Called before the
 * store changes, so that a port that cannot be had leaves everything as it was.
 *
 * @throws {AwsError} `InvalidConfigurationRequest` when its port cannot be listened on.
 */
export async function carryListener(
  { store, dataPlane }: ControlPlane,
  listener: ListenerRecord,
  rules: readonly RuleRecord[],
): Promise<void> {
  const config = toListenerConfig(store, listener, rules)
  try {
    await dataPlane.putListener(config)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new AwsError(
      'InvalidConfigurationRequest',
      `The local endpoint cannot serve ${config.address}:${config.port}: ${reason}`,
    )
  }
}

/** Hands all of a load balancer's listeners to the data plane again, with what the store has. */
export async function carryListenersAgain(control: ControlPlane, listeners: Iterable<ListenerRecord>): Promise<void> {
  for (const listener of listeners) {
    await carryListener(control, listener, rulesOf(control.store, listener.arn))
  }
}

function toListenerConfig(store: Store, listener: ListenerRecord, rules: readonly RuleRecord[]): ListenerConfig {
  const loadBalancer = getLoadBalancer(store, listener.loadBalancerArn)
  return {
    arn: listener.arn,
    loadBalancerArn: loadBalancer.arn,
    loadBalancerDimension: dimensionOf(loadBalancer.arn),
    address: loadBalancer.address,
    port: listener.port,
    attributes: loadBalancer.attributes,
    rules: sortRules(rules).map(({ arn, conditions, actions }) => ({
      arn,
      conditions: conditions.map(showCondition),
      actions: showActions(actions),
    })),
  }
}

export function toTargetGroupConfig(group: TargetGroupRecord): TargetGroupConfig {
  return {
    arn: group.arn,
    dimension: dimensionOf(group.arn),
    protocol: group.protocol ?? 'HTTP',
    port: group.port ?? 0,
    targetType: group.targetType,
    healthCheck: group.healthCheck,
    attributes: group.attributes,
  }
}
