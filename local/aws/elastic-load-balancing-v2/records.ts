import type {
  Action,
  Certificate,
  MutualAuthenticationAttributes,
  RuleCondition,
  RuleTransform,
  Tag,
  TargetDescription,
} from '@aws-sdk/client-elastic-load-balancing-v2'

/** What the control plane keeps, as plain JSON. */
export interface LoadBalancerRecord {
  readonly arn: string
  readonly name: string
  readonly region: string
  /** ISO 8601, local time. */
  readonly createdAt: string
  readonly dnsName: string
  /** Loopback address that its listeners listen on. */
  readonly address: string
  readonly scheme: 'internet-facing' | 'internal'
  readonly ipAddressType: string
  /** Ids of subnets, taken on trust. */
  readonly subnets: readonly string[]
  /** Ids of security groups, taken on trust. */
  readonly securityGroups: readonly string[]
  readonly attributes: Readonly<Record<string, string>>
}

export interface ListenerRecord {
  readonly arn: string
  readonly loadBalancerArn: string
  readonly port: number
  readonly protocol: 'HTTP' | 'HTTPS'
  /** ARNs of certificates, taken on trust. */
  readonly certificates: readonly Certificate[]
  readonly sslPolicy: string | undefined
  readonly alpnPolicy: readonly string[] | undefined
  readonly mutualAuthentication: MutualAuthenticationAttributes | undefined
}

export interface RuleRecord {
  readonly arn: string
  readonly listenerArn: string
  readonly priority: number | 'default'
  readonly conditions: readonly RuleCondition[]
  /** In `Order`. A forward action always has a ForwardConfig with weights; no action has a client secret. */
  readonly actions: readonly Action[]
  /** Kept and shown; the local data plane rewrites nothing. */
  readonly transforms: readonly RuleTransform[]
}

export interface TargetGroupRecord {
  readonly arn: string
  readonly name: string
  readonly region: string
  readonly targetType: 'ip' | 'instance' | 'lambda'
  readonly protocol: 'HTTP' | 'HTTPS' | undefined
  readonly protocolVersion: string | undefined
  readonly port: number | undefined
  readonly vpcId: string | undefined
  readonly ipAddressType: string
  readonly healthCheck: HealthCheckRecord
  readonly attributes: Readonly<Record<string, string>>
  readonly targets: readonly TargetDescription[]
}

export interface HealthCheckRecord {
  readonly enabled: boolean
  readonly protocol: 'HTTP' | 'HTTPS'
  readonly port: string
  readonly path: string
  readonly intervalSeconds: number
  readonly timeoutSeconds: number
  readonly healthyThreshold: number
  readonly unhealthyThreshold: number
  readonly matcher: string
}

/** All resources, by ARN, in the order of their creation. */
export interface Store {
  readonly loadBalancers: Map<string, LoadBalancerRecord>
  readonly listeners: Map<string, ListenerRecord>
  readonly rules: Map<string, RuleRecord>
  readonly targetGroups: Map<string, TargetGroupRecord>
  readonly tags: Map<string, readonly Tag[]>
}

export function createStore(): Store {
  return {
    loadBalancers: new Map(),
    listeners: new Map(),
    rules: new Map(),
    targetGroups: new Map(),
    tags: new Map(),
  }
}
