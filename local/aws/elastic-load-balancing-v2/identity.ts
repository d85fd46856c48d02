import { randomBytes, randomInt } from 'node:crypto'

/** Names that AWS gives to new resources. */
export interface Identity {
  loadBalancerArn(region: string, name: string): string
  /** @param scheme - An internal load balancer's name starts with `internal-`. */
  dnsName(region: string, name: string, scheme: string): string
  listenerArn(loadBalancerArn: string): string
  ruleArn(listenerArn: string): string
  targetGroupArn(region: string, name: string): string
}

/** @param accountId - Twelve digits. */
export function createIdentity(accountId: string): Identity {
  const id = () => randomBytes(8).toString('hex')
  const prefix = (region: string) => `arn:aws:elasticloadbalancing:${region}:${accountId}`
  return {
    loadBalancerArn: (region, name) => `${prefix(region)}:loadbalancer/app/${name}/${id()}`,
    dnsName: (region, name, scheme) => {
      const first = scheme === 'internal' ? `internal-${name}` : name
      return `${first}-${randomInt(100_000_000, 2_147_483_647)}.${region}.elb.amazonaws.com`
    },
    listenerArn: (arn) => `${arn.replace(':loadbalancer/', ':listener/')}/${id()}`,
    ruleArn: (arn) => `${arn.replace(':listener/', ':listener-rule/')}/${id()}`,
    targetGroupArn: (region, name) => `${prefix(region)}:targetgroup/${name}/${id()}`,
  }
}

/** `app/web/50dc6c495c0c9188` or `targetgroup/web/73e2d6bc24d8a067`: how CloudWatch names the resource. */
export function dimensionOf(arn: string): string {
  return arn.slice(arn.lastIndexOf(':') + 1).replace(/^loadbalancer\//, '')
}

/** Hosted zone of load balancers' names, per Region. @see AWS General Reference, Elastic Load Balancing endpoints */
const hostedZones: Readonly<Record<string, string>> = {
  'ap-northeast-1': 'Z14GRHDCWA56QT',
  'ap-south-1': 'ZP97RAFLXTNZK',
  'ap-southeast-1': 'Z1LMS91P8CMLE5',
  'ap-southeast-2': 'Z1GM3OXH4ZPM65',
  'eu-central-1': 'Z215JYRZR1TBD5',
  'eu-west-1': 'Z32O12XQLNTSW2',
  'eu-west-2': 'ZHURV8PSTC4K8',
  'us-east-1': 'Z35SXDOTRQ7X7K',
  'us-east-2': 'Z3AADJGX6KTTL2',
  'us-west-1': 'Z368ELLRRE2KJ0',
  'us-west-2': 'Z1H1FL5HABSF5',
}

/** Regions that are not in the table share one zone, which only the local DNS server ever sees. */
export function hostedZoneOf(region: string): string {
  return hostedZones[region] ?? 'Z00000000LOCAL'
}
