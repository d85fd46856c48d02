import { ValidationError } from './errors.ts'

/** The parts of an ARN of Elastic Load Balancing. Partition and Region come from here, never from a default. */
export interface ElbArn {
  readonly partition: string
  readonly region: string
  readonly account: string
  readonly kind: 'loadbalancer' | 'listener' | 'listener-rule' | 'targetgroup'
  /** What follows the kind: `app/web/50dc6c495c0c9188`. */
  readonly path: string
}

const shape =
  /^arn:([a-z][a-z0-9-]*):elasticloadbalancing:([a-z0-9-]+):([0-9]{12}):(loadbalancer|listener|listener-rule|targetgroup)\/(.+)$/

/** @throws {ValidationError} If `arn` names nothing of Elastic Load Balancing v2. */
export function parseElbArn(arn: string): ElbArn {
  const [, partition, region, account, kind, path] = shape.exec(arn) ?? []
  if (!partition || !region || !account || !kind || !path)
    throw new ValidationError(
      `${JSON.stringify(arn)} is no ARN of a load balancer, listener, rule or target group; ` +
        'expected arn:PARTITION:elasticloadbalancing:REGION:ACCOUNT:KIND/…',
    )
  return { partition, region, account, kind: kind as ElbArn['kind'], path }
}

/** @throws {ValidationError} As {@link parseElbArn}. */
export function regionOf(arn: string): string {
  return parseElbArn(arn).region
}

/**
 * The load balancer of a listener or rule, without a call: their ARNs contain its path.
 *
 * @throws {ValidationError} If `arn` is neither.
 */
export function loadBalancerArnOf(arn: string): string {
  const parsed = parseElbArn(arn)
  const [type, name, id] = parsed.path.split('/')
  if ((parsed.kind !== 'listener' && parsed.kind !== 'listener-rule') || !type || !name || !id)
    throw new ValidationError(
      `${arn} is neither a listener nor a rule; expected …:listener/app/NAME/ID/LISTENER[/RULE]`,
    )
  return toArn(parsed, `loadbalancer/${type}/${name}/${id}`)
}

/** The listener that a rule belongs to. @throws {ValidationError} If `ruleArn` is no rule's. */
export function listenerArnOf(ruleArn: string): string {
  const parsed = parseElbArn(ruleArn)
  const parts = parsed.path.split('/')
  if (parsed.kind !== 'listener-rule' || parts.length !== 5)
    throw new ValidationError(`${ruleArn} is no rule; expected …:listener-rule/app/NAME/ID/LISTENER/RULE`)
  return toArn(parsed, `listener/${parts.slice(0, 4).join('/')}`)
}

function toArn({ partition, region, account }: ElbArn, resource: string): string {
  return `arn:${partition}:elasticloadbalancing:${region}:${account}:${resource}`
}
