import type { Action } from '@aws-sdk/client-elastic-load-balancing-v2'
import { webArns } from './builders.ts'

const region = 'arn:aws:elasticloadbalancing:eu-west-1:123456789012'

/** More of the load balancer that `webArns` names. */
export const albArns = {
  ...webArns,
  loadBalancer: `${region}:loadbalancer/app/shop/50dc6c495c0c9188`,
  listener: `${region}:listener/app/shop/50dc6c495c0c9188/f2f7dc8efc522ab2`,
  testRule: `${region}:listener-rule/app/shop/50dc6c495c0c9188/f2f7dc8efc522ab2/1111111111111111`,
  otherRule: `${region}:listener-rule/app/shop/50dc6c495c0c9188/f2f7dc8efc522ab2/2222222222222222`,
  other: `${region}:targetgroup/web-other/0123456789abcdef`,
}

/** A forward action as DescribeRules answers it: one group comes with its ARN at the top, too. */
export function aForward(weights: Readonly<Record<string, number>>, stickySeconds?: number, order?: number): Action {
  const groups = Object.entries(weights).map(([TargetGroupArn, Weight]) => ({ TargetGroupArn, Weight }))
  const [only] = groups
  return {
    Type: 'forward',
    ...(order === undefined ? {} : { Order: order }),
    ...(groups.length === 1 && only ? { TargetGroupArn: only.TargetGroupArn } : {}),
    ForwardConfig: {
      TargetGroups: groups,
      TargetGroupStickinessConfig:
        stickySeconds === undefined ? { Enabled: false } : { Enabled: true, DurationSeconds: stickySeconds },
    },
  }
}

/** A forward action as ModifyRule is to get it. */
export function aForwardRequest(
  weights: Readonly<Record<string, number>>,
  stickySeconds?: number,
  order?: number,
): Action {
  const { TargetGroupArn: _twice, ...request } = aForward(weights, stickySeconds, order)
  return request
}

/** Signing in before forwarding, as DescribeRules answers it: never with the client secret. */
export function anOidcAction(order = 1): Action {
  return {
    Type: 'authenticate-oidc',
    Order: order,
    AuthenticateOidcConfig: {
      Issuer: 'https://id.example.com',
      AuthorizationEndpoint: 'https://id.example.com/authorize',
      TokenEndpoint: 'https://id.example.com/token',
      UserInfoEndpoint: 'https://id.example.com/userinfo',
      ClientId: 'shop',
      SessionTimeout: 3600,
    },
  }
}
