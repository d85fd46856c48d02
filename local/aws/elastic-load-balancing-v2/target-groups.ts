import * as sdk from '@aws-sdk/client-elastic-load-balancing-v2'
import { type AwsOperation, operation } from '../service.ts'
import {
  changeAttributes,
  checkTargetGroupAttributes,
  initialAttributes,
  targetGroupAttributes,
  toAttributeList,
} from './attributes.ts'
import { checkInteger, checkName, checkOneOf, isSameJson } from './check.ts'
import { type ControlPlane, toTargetGroupConfig } from './control-plane.ts'
import { buildHealthCheck, changeHealthCheck } from './health-check.ts'
import { limits } from './limits.ts'
import { getLoadBalancer, getTargetGroup, loadBalancerOf, refuse } from './lookup.ts'
import { paginate } from './pages.ts'
import type { Store, TargetGroupRecord } from './records.ts'
import { checkTags } from './tags.ts'

export function createTargetGroupOperations(control: ControlPlane): Record<string, AwsOperation> {
  const { store, dataPlane } = control
  const put = (group: TargetGroupRecord) => {
    dataPlane.putTargetGroup(toTargetGroupConfig(group))
    store.targetGroups.set(group.arn, group)
  }
  return {
    CreateTargetGroup: operation<sdk.CreateTargetGroupCommandInput, sdk.CreateTargetGroupCommandOutput>(
      sdk.CreateTargetGroup$,
      true,
      (input, { region }) => {
        const tags = checkTags(input.Tags)
        const { group, isNew } = buildTargetGroup(control, input, region)
        if (isNew) {
          put(group)
          store.tags.set(group.arn, tags)
        }
        return { TargetGroups: [show(store, group)] }
      },
    ),
    DescribeTargetGroups: operation<sdk.DescribeTargetGroupsCommandInput, sdk.DescribeTargetGroupsCommandOutput>(
      sdk.DescribeTargetGroups$,
      false,
      (input, { region }) => {
        const page = paginate(select(store, input, region), ({ arn }) => arn, input)
        return {
          TargetGroups: page.items.map((group) => show(store, group)),
          ...(page.nextMarker && { NextMarker: page.nextMarker }),
        }
      },
    ),
    ModifyTargetGroup: operation<sdk.ModifyTargetGroupCommandInput, sdk.ModifyTargetGroupCommandOutput>(
      sdk.ModifyTargetGroup$,
      true,
      (input) => {
        const current = getTargetGroup(store, input.TargetGroupArn)
        const group = { ...current, healthCheck: changeHealthCheck(current.healthCheck, input, current.targetType) }
        put(group)
        return { TargetGroups: [show(store, group)] }
      },
    ),
    DeleteTargetGroup: operation<sdk.DeleteTargetGroupCommandInput, sdk.DeleteTargetGroupCommandOutput>(
      sdk.DeleteTargetGroup$,
      true,
      (input) => {
        const arn = input.TargetGroupArn ?? ''
        // One that is not there is already deleted, as AWS sees it.
        if (!store.targetGroups.has(arn)) return {}
        if (loadBalancerOf(store, arn)) {
          refuse('ResourceInUse', `Target group '${arn}' is currently in use by a listener or a rule`)
        }
        dataPlane.removeTargetGroup(arn)
        store.targetGroups.delete(arn)
        store.tags.delete(arn)
        return {}
      },
    ),
    DescribeTargetGroupAttributes: operation<
      sdk.DescribeTargetGroupAttributesCommandInput,
      sdk.DescribeTargetGroupAttributesCommandOutput
    >(sdk.DescribeTargetGroupAttributes$, false, (input) => ({
      Attributes: toAttributeList(getTargetGroup(store, input.TargetGroupArn).attributes),
    })),
    ModifyTargetGroupAttributes: operation<
      sdk.ModifyTargetGroupAttributesCommandInput,
      sdk.ModifyTargetGroupAttributesCommandOutput
    >(sdk.ModifyTargetGroupAttributes$, true, (input) => {
      const current = getTargetGroup(store, input.TargetGroupArn)
      const rules = targetGroupAttributes(current.targetType)
      const attributes = changeAttributes(rules, current.attributes, input.Attributes ?? [])
      checkTargetGroupAttributes(attributes)
      put({ ...current, attributes })
      return { Attributes: toAttributeList(attributes) }
    }),
  }
}

/** @throws {AwsError} `DuplicateTargetGroupName`, `TooManyTargetGroups`, `ValidationError` */
function buildTargetGroup({ store, identity }: ControlPlane, input: sdk.CreateTargetGroupInput, region: string) {
  const name = checkName('Target group', input.Name ?? '')
  const settings = buildSettings(input)
  const others = [...store.targetGroups.values()].filter((other) => other.region === region)
  const namesake = others.find((other) => other.name === name)
  if (namesake) {
    // The same call once more is the same target group; the first answer may have been lost.
    const {
      arn: _arn,
      name: _name,
      region: _region,
      attributes: _attributes,
      targets: _targets,
      ...existing
    } = namesake
    if (isSameJson(existing, settings)) return { group: namesake, isNew: false }
    refuse(
      'DuplicateTargetGroupName',
      `A target group with the same name '${name}' exists, but with different settings`,
    )
  }
  if (others.length >= limits['target-groups']) {
    refuse('TooManyTargetGroups', `The maximum number of target groups (${others.length}) has been reached`)
  }
  const attributes = initialAttributes(targetGroupAttributes(settings.targetType))
  const arn = identity.targetGroupArn(region, name)
  return { group: { arn, name, region, ...settings, attributes, targets: [] }, isNew: true }
}

function buildSettings(input: sdk.CreateTargetGroupInput) {
  const targetType = checkOneOf('TargetType', input.TargetType ?? 'instance', ['instance', 'ip', 'lambda', 'alb'])
  if (targetType === 'alb') {
    return refuse('NotImplemented', "Target groups of type 'alb' are not implemented by the local endpoint")
  }
  if (targetType === 'lambda') {
    for (const name of ['Protocol', 'Port', 'VpcId'] as const) {
      if (input[name] !== undefined)
        refuse('ValidationError', `${name} cannot be specified for target groups of type lambda`)
    }
  } else {
    for (const name of ['Protocol', 'Port', 'VpcId'] as const) {
      if (input[name] === undefined) refuse('ValidationError', `A ${name} must be specified`)
    }
  }
  const protocol =
    input.Protocol === undefined ? undefined : checkOneOf('Protocol', input.Protocol, ['HTTP', 'HTTPS'] as const)
  const versions = ['HTTP1', 'HTTP2', 'GRPC']
  return {
    targetType,
    protocol,
    protocolVersion: protocol && checkOneOf('ProtocolVersion', input.ProtocolVersion ?? 'HTTP1', versions),
    port: input.Port === undefined ? undefined : checkInteger('Port', input.Port, [1, 65_535]),
    vpcId: input.VpcId,
    ipAddressType: checkOneOf('IpAddressType', input.IpAddressType ?? 'ipv4', ['ipv4', 'ipv6']),
    healthCheck: buildHealthCheck(input, targetType),
  }
}

function select(store: Store, input: sdk.DescribeTargetGroupsInput, region: string): TargetGroupRecord[] {
  const { LoadBalancerArn: loadBalancerArn, TargetGroupArns: arns, Names: names } = input
  if ([loadBalancerArn, arns?.length, names?.length].filter(Boolean).length > 1) {
    refuse('ValidationError', 'Only one of load balancer ARN, target group ARNs and names can be specified')
  }
  const all = [...store.targetGroups.values()].filter((group) => group.region === region)
  if (arns?.length) return arns.map((arn) => getTargetGroup(store, arn))
  if (names?.length) {
    return names.map(
      (name) =>
        all.find((group) => group.name === name) ??
        refuse('TargetGroupNotFound', `Target group names '[${name}]' not found`),
    )
  }
  if (loadBalancerArn === undefined) return all
  getLoadBalancer(store, loadBalancerArn)
  return all.filter((group) => loadBalancerOf(store, group.arn) === loadBalancerArn)
}

function show(store: Store, group: TargetGroupRecord): sdk.TargetGroup {
  const { healthCheck } = group
  const loadBalancerArn = loadBalancerOf(store, group.arn)
  const isGrpc = group.protocolVersion === 'GRPC'
  return {
    TargetGroupArn: group.arn,
    TargetGroupName: group.name,
    ...(group.protocol && { Protocol: group.protocol }),
    ...(group.protocolVersion && { ProtocolVersion: group.protocolVersion }),
    ...(group.port !== undefined && { Port: group.port }),
    ...(group.vpcId !== undefined && { VpcId: group.vpcId }),
    HealthCheckProtocol: healthCheck.protocol,
    HealthCheckPort: healthCheck.port,
    HealthCheckEnabled: healthCheck.enabled,
    HealthCheckIntervalSeconds: healthCheck.intervalSeconds,
    HealthCheckTimeoutSeconds: healthCheck.timeoutSeconds,
    HealthyThresholdCount: healthCheck.healthyThreshold,
    UnhealthyThresholdCount: healthCheck.unhealthyThreshold,
    HealthCheckPath: healthCheck.path,
    Matcher: isGrpc ? { GrpcCode: healthCheck.matcher } : { HttpCode: healthCheck.matcher },
    LoadBalancerArns: loadBalancerArn ? [loadBalancerArn] : [],
    TargetType: group.targetType,
    IpAddressType: group.ipAddressType === 'ipv6' ? 'ipv6' : 'ipv4',
  }
}
