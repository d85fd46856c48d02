import * as sdk from '@aws-sdk/client-elastic-load-balancing-v2'
import { type AwsOperation, operation } from '../service.ts'
import { showActions } from './actions.ts'
import { isSameJson } from './check.ts'
import { type ControlPlane, carryListener } from './control-plane.ts'
import { limits } from './limits.ts'
import { buildListener, changeListener } from './listener-settings.ts'
import { defaultRuleOf, forgetListener, getListener, getLoadBalancer, listenersOf, refuse, rulesOf } from './lookup.ts'
import { paginate } from './pages.ts'
import type { ListenerRecord, RuleRecord, Store } from './records.ts'
import { checkTags } from './tags.ts'
import { checkTargetGroupUse } from './target-group-use.ts'

export function createListenerOperations(control: ControlPlane): Record<string, AwsOperation> {
  const { store, dataPlane } = control
  return {
    CreateListener: operation<sdk.CreateListenerCommandInput, sdk.CreateListenerCommandOutput>(
      sdk.CreateListener$,
      true,
      async (input) => ({ Listeners: [show(store, await createListener(control, input))] }),
    ),
    DescribeListeners: operation<sdk.DescribeListenersCommandInput, sdk.DescribeListenersCommandOutput>(
      sdk.DescribeListeners$,
      false,
      (input) => {
        const page = paginate(select(store, input), ({ arn }) => arn, input)
        return {
          Listeners: page.items.map((listener) => show(store, listener)),
          ...(page.nextMarker && { NextMarker: page.nextMarker }),
        }
      },
    ),
    ModifyListener: operation<sdk.ModifyListenerCommandInput, sdk.ModifyListenerCommandOutput>(
      sdk.ModifyListener$,
      true,
      async (input) => ({ Listeners: [show(store, await modifyListener(control, input))] }),
    ),
    DeleteListener: operation<sdk.DeleteListenerCommandInput, sdk.DeleteListenerCommandOutput>(
      sdk.DeleteListener$,
      true,
      async (input) => {
        const { arn } = getListener(store, input.ListenerArn)
        await dataPlane.removeListener(arn)
        forgetListener(store, arn)
        return {}
      },
    ),
    DescribeListenerCertificates: operation<
      sdk.DescribeListenerCertificatesCommandInput,
      sdk.DescribeListenerCertificatesCommandOutput
    >(sdk.DescribeListenerCertificates$, false, (input) => ({
      Certificates: getListener(store, input.ListenerArn).certificates.map((certificate) => ({
        ...certificate,
        IsDefault: true,
      })),
    })),
  }
}

async function createListener(control: ControlPlane, input: sdk.CreateListenerInput): Promise<ListenerRecord> {
  const { store, identity } = control
  const loadBalancer = getLoadBalancer(store, input.LoadBalancerArn)
  const tags = checkTags(input.Tags)
  const { settings, actions } = buildListener(input)
  const arn = identity.listenerArn(loadBalancer.arn)
  const listener: ListenerRecord = { arn, loadBalancerArn: loadBalancer.arn, ...settings }
  const siblings = listenersOf(store, loadBalancer.arn)
  const onPort = siblings.find(({ port }) => port === listener.port)
  if (onPort) {
    // The same call once more is the same listener; the first answer may have been lost.
    const isSame =
      isSameJson({ ...onPort, arn }, listener) && isSameJson(defaultRuleOf(store, onPort.arn).actions, actions)
    if (isSame) return onPort
    refuse('DuplicateListener', `A listener already exists on port ${listener.port} for this load balancer`)
  }
  if (siblings.length >= limits['listeners-per-application-load-balancer']) {
    refuse('TooManyListeners', `A load balancer can have at most ${siblings.length} listeners`)
  }
  const rule: RuleRecord = {
    arn: identity.ruleArn(arn),
    listenerArn: arn,
    priority: 'default',
    conditions: [],
    actions,
    transforms: [],
  }
  checkTargetGroupUse(store, listener, [rule])
  await carryListener(control, listener, [rule])
  store.listeners.set(arn, listener)
  store.rules.set(rule.arn, rule)
  store.tags.set(arn, tags)
  return listener
}

async function modifyListener(control: ControlPlane, input: sdk.ModifyListenerInput): Promise<ListenerRecord> {
  const { store } = control
  const current = getListener(store, input.ListenerArn)
  const rule = defaultRuleOf(store, current.arn)
  const { settings, actions } = changeListener(current, rule.actions, input)
  const next: ListenerRecord = { ...current, ...settings }
  const siblings = listenersOf(store, current.loadBalancerArn).filter(({ arn }) => arn !== current.arn)
  if (siblings.some(({ port }) => port === next.port)) {
    refuse('DuplicateListener', `A listener already exists on port ${next.port} for this load balancer`)
  }
  const before = rulesOf(store, current.arn)
  const after = before.map((candidate) => (candidate.arn === rule.arn ? { ...rule, actions } : candidate))
  checkTargetGroupUse(store, next, after)
  await carryListener(control, next, after)
  store.listeners.set(next.arn, next)
  store.rules.set(rule.arn, { ...rule, actions })
  return next
}

function select(store: Store, input: sdk.DescribeListenersInput): ListenerRecord[] {
  const { LoadBalancerArn: loadBalancerArn, ListenerArns: arns } = input
  if ((loadBalancerArn === undefined) === !arns?.length) {
    refuse('ValidationError', 'You must specify either listener ARNs or a load balancer ARN')
  }
  if (arns?.length) return arns.map((arn) => getListener(store, arn))
  return listenersOf(store, getLoadBalancer(store, loadBalancerArn).arn)
}

function show(store: Store, listener: ListenerRecord): sdk.Listener {
  return {
    ListenerArn: listener.arn,
    LoadBalancerArn: listener.loadBalancerArn,
    Port: listener.port,
    Protocol: listener.protocol,
    ...(listener.certificates.length > 0 && { Certificates: [...listener.certificates] }),
    ...(listener.sslPolicy !== undefined && { SslPolicy: listener.sslPolicy }),
    ...(listener.alpnPolicy && { AlpnPolicy: [...listener.alpnPolicy] }),
    ...(listener.mutualAuthentication && { MutualAuthentication: listener.mutualAuthentication }),
    DefaultActions: showActions(defaultRuleOf(store, listener.arn).actions),
  }
}
