import type { Dimension, MetricStat } from '@aws-sdk/client-cloudwatch'
import { parseElbArn, regionOf } from '../../domain/elb-arn.ts'
import { plainFunctionName } from '../../domain/function-name.ts'
import { type GroupOfTargets, type MeasuredSide, type MeasuredVersion, nameOfSide } from '../../ports/metrics-source.ts'

export const loadBalancerNamespace = 'AWS/ApplicationELB'
export const functionNamespace = 'AWS/Lambda'

/** A metric with what is asked of it; the period is the caller's. */
export type Counter = Required<Pick<MetricStat, 'Metric' | 'Stat'>>

/** What counts requests, errors and time of one side. */
export interface SideMetrics {
  readonly region: string
  readonly requests: Counter
  /** Added up. Published only where there are some. */
  readonly errors: readonly Counter[]
  /** How long requests took. */
  readonly latency: (stat: string) => Counter
  /** How many of `latency`'s numbers make a second. */
  readonly latencyPerSecond: number
  /** The same of what stands for the side in minutes without numbers of its own; null: nothing does. */
  readonly otherwise: Omit<SideMetrics, 'otherwise' | 'region'> | null
}

/** Where numbers of sides come from, for people. */
export function describeSides(sides: readonly MeasuredSide[]): string {
  return `${namespacesOf(sides)} of ${sides.map(nameOfSide).join(', ')}`
}

export function namespacesOf(sides: readonly MeasuredSide[]): string {
  const namespaces = sides.map((side) => ('targetGroupArn' in side ? loadBalancerNamespace : functionNamespace))
  return [...new Set(namespaces)].join(' and ')
}

/** @throws {ValidationError} If an ARN is none of Elastic Load Balancing. */
export function metricsOfSide(side: MeasuredSide): SideMetrics {
  if ('targetGroupArn' in side)
    return { region: regionOf(side.loadBalancerArn), ...metricsOfGroup(side), otherwise: null }
  const [ofVersion, ofAlias] = [toVersionDimensions(side), toAliasDimensions(side)]
  return { region: side.region, ...metricsOfCalls(ofVersion), otherwise: side.isAlone ? metricsOfCalls(ofAlias) : null }
}

/**
 * The dimensions under which an ALB publishes a target group's metrics. Another combination finds nothing, without an
 * error.
 *
 * @throws {ValidationError} If an ARN is none of Elastic Load Balancing.
 * @see Application Load Balancer user guide, CloudWatch metrics, dimensions
 */
export function toDimensions({ targetGroupArn, loadBalancerArn }: GroupOfTargets) {
  return [
    { Name: 'LoadBalancer', Value: parseElbArn(loadBalancerArn).path },
    { Name: 'TargetGroup', Value: `targetgroup/${parseElbArn(targetGroupArn).path}` },
  ]
}

/**
 * The dimensions under which Lambda publishes what one version did for the callers of an alias. It describes them for
 * comparing the two versions of a weighted alias, and says nowhere whether they go on while the alias has one version: that
 * is what {@link toAliasDimensions} is for.
 *
 * @see Lambda developer guide, viewing metrics for functions, by executed version
 */
export function toVersionDimensions(side: MeasuredVersion): Dimension[] {
  return [...toAliasDimensions(side), { Name: 'ExecutedVersion', Value: side.version }]
}

/** Those of all the calls of an alias, whatever version ran. */
export function toAliasDimensions({ functionName, alias }: MeasuredVersion): Dimension[] {
  const name = plainFunctionName(functionName)
  return [
    { Name: 'FunctionName', Value: name },
    { Name: 'Resource', Value: `${name}:${alias}` },
  ]
}

function metricsOfGroup(group: GroupOfTargets): Omit<SideMetrics, 'otherwise' | 'region'> {
  const Dimensions = toDimensions(group)
  const counter = (MetricName: string, Stat: string): Counter => ({
    Metric: { Namespace: loadBalancerNamespace, MetricName, Dimensions },
    Stat,
  })
  return {
    requests: counter('RequestCount', 'Sum'),
    errors: [counter('HTTPCode_Target_5XX_Count', 'Sum'), counter('TargetConnectionErrorCount', 'Sum')],
    latency: (stat) => counter('TargetResponseTime', stat),
    latencyPerSecond: 1,
  }
}

function metricsOfCalls(Dimensions: Dimension[]): Omit<SideMetrics, 'otherwise' | 'region'> {
  const counter = (MetricName: string, Stat: string): Counter => ({
    Metric: { Namespace: functionNamespace, MetricName, Dimensions },
    Stat,
  })
  return {
    requests: counter('Invocations', 'Sum'),
    errors: [counter('Errors', 'Sum')],
    latency: (stat) => counter('Duration', stat),
    latencyPerSecond: 1000,
  }
}
