import type { Action } from '@aws-sdk/client-elastic-load-balancing-v2'
import type { CloudWatch } from '../../../local/aws/cloudwatch/cloudwatch.ts'
import type { CodeDeploy } from '../../../local/aws/codedeploy/service.ts'
import {
  initialAttributes,
  loadBalancerAttributes,
  targetGroupAttributes,
} from '../../../local/aws/elastic-load-balancing-v2/attributes.ts'
import { dimensionOf } from '../../../local/aws/elastic-load-balancing-v2/identity.ts'
import type {
  ListenerRecord,
  LoadBalancerRecord,
  RuleRecord,
  TargetGroupRecord,
} from '../../../local/aws/elastic-load-balancing-v2/records.ts'
import type { UserFunctions } from '../../../local/aws/lambda/user-functions.ts'
import { buildZone } from '../../../local/aws/route53/zone.ts'
import type { AwsService, Persistent } from '../../../local/aws/service.ts'
import { type AlbRoute, type Route53Route, resourceOf } from '../../../shared/domain/service.ts'
import { webArns } from '../../support/builders.ts'
import { appPair } from '../../support/record-sets.ts'
import { eastArns } from '../../support/three-waves.ts'
import { type CrashCloud, movedOf, percentOf, targetsOfGroup } from '../cloud.ts'
import { callAsStranger, furnishAlarm, furnishAlias, furnishGroupsOf } from './driver-account.ts'

/** The services of the endpoint that a scenario needs furnished. */
export interface Account {
  readonly elasticLoadBalancing: AwsService & { readonly state: Persistent }
  readonly route53: AwsService & { readonly state: Persistent }
  readonly metrics: CloudWatch['metrics']
  readonly cloudWatch: Pick<AwsService, 'operations'>
  readonly codeDeploy: CodeDeploy
  readonly functions: UserFunctions
  /** Healthy targets of each group; the data plane answers with it. */
  readonly healthy: Map<string, number>
  /** Denies every write of a rule from now on, or no longer. */
  readonly refuseWrites: (isRefused: boolean) => void
}

interface SavedBalancers {
  readonly loadBalancers: readonly LoadBalancerRecord[]
  readonly listeners: readonly ListenerRecord[]
  readonly rules: readonly RuleRecord[]
  readonly targetGroups: readonly TargetGroupRecord[]
  readonly tags: readonly []
}
interface SavedZones {
  readonly zones: readonly (Omit<ReturnType<typeof buildZone>, 'records'> & {
    readonly records: readonly { readonly Name: string; readonly SetIdentifier?: string; readonly Weight?: number }[]
  })[]
}

/** Puts everything there that the routes of a scenario name, all traffic to blue: as states that were saved. */
export async function furnishAccount(account: Account): Promise<CrashCloud> {
  const { elasticLoadBalancing, route53, metrics, healthy, refuseWrites } = account
  await elasticLoadBalancing.state.load(balancersAt())
  await route53.state.load(zonesAtBlue())
  for (const { blue, green } of [webArns, eastArns])
    for (const group of [blue, green]) healthy.set(group, targetsOfGroup)
  const [driver, alias, setAlarm] = [
    await furnishGroupsOf(account.codeDeploy),
    await furnishAlias(account.functions),
    await furnishAlarm(account.cloudWatch),
  ]
  const balancers = () => elasticLoadBalancing.state.save() as SavedBalancers
  const weightsOf = (route: AlbRoute | Route53Route): readonly [blue: number, green: number] => {
    if (route.kind === 'route53') {
      const records = (route53.state.save() as SavedZones).zones.flatMap((zone) => zone.records)
      const of = (id: string) => records.find(({ SetIdentifier }) => SetIdentifier === id)?.Weight ?? 0
      return [of(route.blue), of(route.green)]
    }
    const rule = balancers().rules.find(({ arn }) => arn === resourceOf(route))
    const groups = rule?.actions.flatMap(({ ForwardConfig }) => ForwardConfig?.TargetGroups ?? []) ?? []
    const of = (arn: string) => groups.find(({ TargetGroupArn }) => TargetGroupArn === arn)?.Weight ?? 0
    return [of(route.blue), of(route.green)]
  }
  return {
    ...{ refuseWrites, driver, setAlarm: (_, state) => void setAlarm(state) },
    greenPercent(route) {
      const moved = movedOf(route)
      return moved.kind === 'lambda-alias' ? alias.greenPercent() : percentOf(...weightsOf(moved))
    },
    healthyIn: (group) => healthy.get(group) ?? 0,
    setHealthy: (group, count) => void healthy.set(group, count),
    addMinute: (group, startMs, minute) => addMinute(metrics, group, startMs, minute),
    shift(route, green) {
      const moved = movedOf(route)
      switch (moved.kind) {
        case 'lambda-alias':
          return alias.shift(green)
        case 'route53':
          return void callAsStranger(route53, 'ChangeResourceRecordSets', aPairOfChanges(green))
        case 'alb': {
          const input = { RuleArn: resourceOf(moved), Actions: [forward(moved, green)] }
          return void callAsStranger(elasticLoadBalancing, 'ModifyRule', input)
        }
      }
    },
  }
}

function forward({ blue, green }: { readonly blue: string; readonly green: string }, percent: number): Action {
  const TargetGroups = [
    { TargetGroupArn: blue, Weight: 100 - percent },
    { TargetGroupArn: green, Weight: percent },
  ]
  return { Type: 'forward', Order: 1, ForwardConfig: { TargetGroups } }
}

function balancersAt(): SavedBalancers {
  const all = [webArns, eastArns]
  const listenerOf = (rule: string) => rule.replace(':listener-rule/', ':listener/').replace(/\/[^/]*$/, '')
  return {
    loadBalancers: all.map(({ rule }) => aLoadBalancer(balancerOf(rule))),
    listeners: all.map(({ rule }) => aListener(listenerOf(rule), balancerOf(rule))),
    rules: all.flatMap((arns) => someRules(arns, listenerOf(arns.rule))),
    targetGroups: all.flatMap(({ blue, green }) => [aGroup(blue), aGroup(green)]),
    tags: [],
  }
}

function balancerOf(rule: string): string {
  return rule.replace(':listener-rule/', ':loadbalancer/').replace(/(\/[^/]*){2}$/, '')
}

function aLoadBalancer(arn: string): LoadBalancerRecord {
  const [, , , region = '', , path = ''] = arn.split(':')
  const name = path.split('/')[2] ?? ''
  return {
    ...{ arn, name, region, createdAt: '2026-01-01T00:00:00.000Z', dnsName: `${name}.${region}.elb.amazonaws.com` },
    ...{ address: '127.0.0.1', scheme: 'internet-facing', ipAddressType: 'ipv4' },
    ...{ subnets: ['subnet-1'], securityGroups: [], attributes: initialAttributes(loadBalancerAttributes) },
  }
}

function aListener(arn: string, loadBalancerArn: string): ListenerRecord {
  return {
    ...{ arn, loadBalancerArn, port: 80, protocol: 'HTTP', certificates: [] },
    ...{ sslPolicy: undefined, alpnPolicy: undefined, mutualAuthentication: undefined },
  }
}

function someRules(arns: typeof webArns, listenerArn: string): readonly RuleRecord[] {
  const notFound: Action = { Type: 'fixed-response', Order: 1, FixedResponseConfig: { StatusCode: '404' } }
  const conditions = [{ Field: 'path-pattern', PathPatternConfig: { Values: ['/*'] } }]
  const rest = { listenerArn, transforms: [] }
  return [
    { ...rest, arn: arns.rule, priority: 10, conditions, actions: [forward(arns, 0)] },
    { ...rest, arn: `${arns.rule}0`, priority: 'default', conditions: [], actions: [notFound] },
  ]
}

function aGroup(arn: string): TargetGroupRecord {
  const [, , , region = '', , path = ''] = arn.split(':')
  return {
    ...{ arn, region, name: path.split('/')[1] ?? '', targetType: 'ip', protocol: 'HTTP', protocolVersion: 'HTTP1' },
    ...{ port: 80, vpcId: 'vpc-1', ipAddressType: 'ipv4', attributes: initialAttributes(targetGroupAttributes('ip')) },
    healthCheck: {
      ...{ enabled: true, protocol: 'HTTP', port: 'traffic-port', path: '/', intervalSeconds: 30, timeoutSeconds: 5 },
      ...{ healthyThreshold: 5, unhealthyThreshold: 2, matcher: '200' },
    },
    targets: Array.from({ length: targetsOfGroup }, (_, index) => ({ Id: `10.0.0.${index + 1}`, Port: 80 })),
  }
}

/** Both records of the pair. */
function sidesAt(green: number) {
  return [
    { SetIdentifier: appPair.blue, Weight: 100 - green, ResourceRecords: [{ Value: '192.0.2.1' }] },
    { SetIdentifier: appPair.green, Weight: green, ResourceRecords: [{ Value: '192.0.2.2' }] },
  ].map((side) => ({ Name: appPair.name, Type: appPair.type, TTL: 60, ...side }))
}

function aPairOfChanges(green: number) {
  const Changes = sidesAt(green).map((ResourceRecordSet) => ({ Action: 'UPSERT', ResourceRecordSet }))
  return { HostedZoneId: appPair.hostedZoneId, ChangeBatch: { Changes } }
}

function zonesAtBlue(): unknown {
  const built = buildZone({
    ...{ id: appPair.hostedZoneId, name: 'example.com', callerReference: 'scenario' },
    ...{ comment: undefined, vpcs: undefined },
  })
  const zone = { ...built, records: [...built.records.values(), ...sidesAt(0)] }
  return { zones: [zone], changes: [], healthChecks: { checks: [], deletedReferences: [] }, tags: [] }
}

/** As a load balancer publishes it: errors only where there are some. */
function addMinute(
  metrics: CloudWatch['metrics'],
  group: string,
  startMs: number,
  { requests, errors }: { readonly requests: number; readonly errors: number },
): void {
  const balancer = [webArns, eastArns].find(({ blue, green }) => blue === group || green === group)
  if (!balancer) throw new Error(`no load balancer has the group ${group}`)
  const dimensions = { LoadBalancer: dimensionOf(balancerOf(balancer.rule)), TargetGroup: dimensionOf(group) }
  const counts = { RequestCount: requests, HTTPCode_Target_5XX_Count: errors }
  for (const [metricName, count] of Object.entries(counts))
    if (count > 0)
      metrics.record({
        ...{ namespace: 'AWS/ApplicationELB', metricName, dimensions, unit: 'Count', at: startMs },
        ...{ values: [count], counts: [1] },
      })
}
