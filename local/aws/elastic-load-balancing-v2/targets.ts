import { isIPv4, isIPv6 } from 'node:net'
import * as sdk from '@aws-sdk/client-elastic-load-balancing-v2'
import { type AwsOperation, operation } from '../service.ts'
import { checkInteger } from './check.ts'
import type { ControlPlane } from './control-plane.ts'
import { limits } from './limits.ts'
import { getTargetGroup, refuse } from './lookup.ts'
import type { TargetGroupRecord } from './records.ts'

/**
 * Targets of type `ip` carry real traffic, on any address that this machine reaches. Instances can be registered, but
 * there is none here, so the data plane never hears of them and they show as stopped.
 */
export function createTargetOperations({ store, dataPlane }: ControlPlane): Record<string, AwsOperation> {
  return {
    RegisterTargets: operation<sdk.RegisterTargetsCommandInput, sdk.RegisterTargetsCommandOutput>(
      sdk.RegisterTargets$,
      true,
      (input) => {
        const group = getTargetGroup(store, input.TargetGroupArn)
        const given = checkTargets(group, input.Targets).map((target) => withPort(group, target))
        const added = given.filter(
          (target, index) =>
            !group.targets.some((known) => isSameTarget(known, target)) &&
            given.findIndex((other) => isSameTarget(other, target)) === index,
        )
        const targets = [...group.targets, ...added]
        if (group.targetType === 'lambda' && targets.length > 1) {
          refuse('TooManyTargets', 'A target group of type lambda can have one target')
        }
        if (targets.length > limits['targets-per-application-load-balancer']) {
          refuse(
            'TooManyTargets',
            `At most ${limits['targets-per-application-load-balancer']} targets can be registered`,
          )
        }
        if (group.targetType !== 'instance') dataPlane.registerTargets(group.arn, added)
        store.targetGroups.set(group.arn, { ...group, targets })
        return {}
      },
    ),
    DeregisterTargets: operation<sdk.DeregisterTargetsCommandInput, sdk.DeregisterTargetsCommandOutput>(
      sdk.DeregisterTargets$,
      true,
      (input) => {
        const group = getTargetGroup(store, input.TargetGroupArn)
        const named = checkTargets(group, input.Targets)
        // Without a port, the target is meant on every port.
        const gone = group.targets.filter((target) => named.some((name) => isMeant(name, target)))
        if (group.targetType !== 'instance') dataPlane.deregisterTargets(group.arn, gone)
        store.targetGroups.set(group.arn, {
          ...group,
          targets: group.targets.filter((target) => !gone.includes(target)),
        })
        return {}
      },
    ),
    DescribeTargetHealth: operation<sdk.DescribeTargetHealthCommandInput, sdk.DescribeTargetHealthCommandOutput>(
      sdk.DescribeTargetHealth$,
      false,
      (input) => {
        const group = getTargetGroup(store, input.TargetGroupArn)
        const asked = input.Targets?.length
          ? checkTargets(group, input.Targets).map((target) => withPort(group, target))
          : undefined
        const health =
          group.targetType === 'instance' ? stoppedInstances(group, asked) : dataPlane.targetHealth(group.arn, asked)
        return { TargetHealthDescriptions: health }
      },
    ),
  }
}

function stoppedInstances(
  group: TargetGroupRecord,
  asked: readonly sdk.TargetDescription[] = group.targets,
): sdk.TargetHealthDescription[] {
  return asked.map((target) => ({
    Target: target,
    TargetHealth: group.targets.some((known) => isSameTarget(known, target))
      ? {
          State: 'unused',
          Reason: 'Target.InvalidState',
          Description: 'There are no instances behind the local endpoint',
        }
      : {
          State: 'unused',
          Reason: 'Target.NotRegistered',
          Description: 'Target is not registered to the target group',
        },
  }))
}

function withPort(group: TargetGroupRecord, target: sdk.TargetDescription): sdk.TargetDescription {
  return group.port === undefined ? target : { ...target, Port: target.Port ?? group.port }
}

function isSameTarget(a: sdk.TargetDescription, b: sdk.TargetDescription): boolean {
  return a.Id === b.Id && a.Port === b.Port
}

function isMeant(name: sdk.TargetDescription, target: sdk.TargetDescription): boolean {
  return name.Id === target.Id && (name.Port === undefined || name.Port === target.Port)
}

/** @throws {AwsError} `InvalidTarget` or `ValidationError`, naming the target */
function checkTargets(
  group: TargetGroupRecord,
  targets: readonly sdk.TargetDescription[] | undefined,
): sdk.TargetDescription[] {
  if (!targets?.length) return refuse('ValidationError', 'At least one target must be specified')
  for (const { Id: id = '', Port: port } of targets) {
    if (port !== undefined) checkInteger(`The port of target '${id}'`, port, [1, 65_535])
    switch (group.targetType) {
      case 'ip':
        if (!(group.ipAddressType === 'ipv6' ? isIPv6(id) : isIPv4(id))) {
          refuse('ValidationError', `The IP address '${id}' is not a valid ${group.ipAddressType} address`)
        }
        break
      case 'instance':
        if (!/^i-[0-9a-f]{8,17}$/.test(id))
          refuse('InvalidTarget', `The following target is not an instance id: '${id}'`)
        break
      case 'lambda':
        if (!/^arn:aws[\w-]*:lambda:/.test(id)) refuse('InvalidTarget', `'${id}' is not the ARN of a Lambda function`)
        if (port !== undefined) refuse('ValidationError', 'Port cannot be specified for a Lambda function')
        break
    }
  }
  return [...targets]
}
