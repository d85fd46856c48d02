import type * as elb from '@aws-sdk/client-elastic-load-balancing-v2'
import type * as route53 from '@aws-sdk/client-route-53'
import type { AwsService } from '../../local/aws/service.ts'
import type { Place } from './messages.ts'
import { region } from './names.ts'

/** AWS takes 100 target groups of a load balancer: 50 services of two groups each. */
const servicesPerBalancer = 50
const zones = 5

/** Of so many services, one has its traffic divided by records of Route 53; by a rule otherwise. */
const route53Every = 10
/** Of so many services, one has an alarm of its own. */
const alarmEvery = 2

export interface FillOptions {
  readonly services: number
  /** The last so many have an unhealthy target. */
  readonly sick: number
  readonly loadBalancing: AwsService
  readonly dns: AwsService
}

/** Calls an operation without HTTP. Input and output are the SDK's own types of that operation. */
function caller(service: AwsService) {
  return async <Output>(operation: string, input: unknown): Promise<Output> => {
    const output = await service.operations[operation]?.handle(input, { requestId: 'fill', region })
    if (output === undefined) throw new Error(`the endpoint has no ${operation}`)
    return output as Output
  }
}

type Call = ReturnType<typeof caller>

/** Load balancers with rules, zones with weighted pairs: 10 % of each service's traffic goes to green. */
export async function fillCloud({ services, sick, loadBalancing, dns }: FillOptions): Promise<readonly Place[]> {
  const callElb = caller(loadBalancing)
  const callDns = caller(dns)
  const zoneIds = await Promise.all(Array.from({ length: zones }, (_, zone) => createZone(callDns, zone)))
  const places: Place[] = []
  let balancer = { loadBalancerArn: '', listenerArn: '' }
  for (let index = 0; index < services; index++) {
    if (index % servicesPerBalancer === 0) balancer = await createBalancer(callElb, index / servicesPerBalancer)
    const common = {
      service: `service-${String(index).padStart(4, '0')}`,
      id: `dep_01KDVDNC00000000000${String(index).padStart(7, '0')}`,
      alarm: index % alarmEvery === 0 ? `errors-${index}` : null,
      isSick: index >= services - sick,
      loadBalancerArn: balancer.loadBalancerArn,
    }
    const [blue, green] = [await createGroup(callElb, `b-${index}`), await createGroup(callElb, `g-${index}`)]
    const ruleArn = await createRule(callElb, balancer.listenerArn, { index, blue, green })
    const zone = index % zones
    const route =
      index % route53Every === 1
        ? await createPair(callDns, { hostedZoneId: zoneIds[zone] ?? '', zone, index, blue, green })
        : ({ kind: 'alb', ruleArn, blue, green, wave: 1 } as const)
    places.push({ ...common, route })
  }
  return places
}

/** With a listener that answers 404. */
async function createBalancer(call: Call, index: number) {
  const { LoadBalancers } = await call<elb.CreateLoadBalancerOutput>('CreateLoadBalancer', { Name: `shop-${index}` })
  const loadBalancerArn = LoadBalancers?.[0]?.LoadBalancerArn ?? ''
  const { Listeners } = await call<elb.CreateListenerOutput>('CreateListener', {
    ...{ LoadBalancerArn: loadBalancerArn, Protocol: 'HTTP', Port: 8000 + index },
    DefaultActions: [{ Type: 'fixed-response', FixedResponseConfig: { StatusCode: '404' } }],
  })
  return { loadBalancerArn, listenerArn: Listeners?.[0]?.ListenerArn ?? '' }
}

async function createGroup(call: Call, Name: string): Promise<string> {
  const { TargetGroups } = await call<elb.CreateTargetGroupOutput>('CreateTargetGroup', {
    ...{ Name, Protocol: 'HTTP', Port: 8080, VpcId: 'vpc-1', TargetType: 'ip' },
  })
  const TargetGroupArn = TargetGroups?.[0]?.TargetGroupArn ?? ''
  await call('RegisterTargets', { TargetGroupArn, Targets: [{ Id: '127.0.0.1' }, { Id: '127.0.0.2' }] })
  return TargetGroupArn
}

async function createRule(
  call: Call,
  ListenerArn: string,
  { index, blue, green }: { readonly index: number; readonly blue: string; readonly green: string },
): Promise<string> {
  const groups = [
    { TargetGroupArn: blue, Weight: 90 },
    { TargetGroupArn: green, Weight: 10 },
  ]
  const { Rules } = await call<elb.CreateRuleOutput>('CreateRule', {
    ListenerArn,
    Priority: 1 + (index % servicesPerBalancer),
    Conditions: [{ Field: 'path-pattern', Values: [`/${index}/*`] }],
    Actions: [{ Type: 'forward', ForwardConfig: { TargetGroups: groups } }],
  })
  return Rules?.[0]?.RuleArn ?? ''
}

async function createZone(call: Call, zone: number): Promise<string> {
  const { HostedZone } = await call<route53.CreateHostedZoneResponse>('CreateHostedZone', {
    ...{ Name: `zone${zone}.example`, CallerReference: `zone ${zone}` },
  })
  return HostedZone?.Id?.replace('/hostedzone/', '') ?? ''
}

interface Pair {
  readonly hostedZoneId: string
  readonly zone: number
  readonly index: number
  readonly blue: string
  readonly green: string
}

async function createPair(call: Call, { hostedZoneId, zone, index, ...targetGroups }: Pair) {
  const name = `app${String(index).padStart(4, '0')}.zone${zone}.example`
  const Changes = ['blue', 'green'].map((side) => ({
    Action: 'CREATE',
    ResourceRecordSet: {
      ...{ Name: `${name}.`, Type: 'A', SetIdentifier: side, Weight: side === 'blue' ? 90 : 10, TTL: 60 },
      ResourceRecords: [{ Value: side === 'blue' ? '192.0.2.1' : '192.0.2.2' }],
    },
  }))
  await call('ChangeResourceRecordSets', { HostedZoneId: hostedZoneId, ChangeBatch: { Changes } })
  const sets = { blue: 'blue', green: 'green' }
  return { kind: 'route53', hostedZoneId, name, type: 'A', ...sets, targetGroups, wave: 1 } as const
}
