import * as sdk from '@aws-sdk/client-elastic-load-balancing-v2'
import { type AwsOperation, operation } from '../service.ts'
import { paginate } from './pages.ts'

/** The default quotas of AWS that are enforced here. @see Quotas for your Application Load Balancers */
export const limits = {
  'application-load-balancers': 50,
  'listeners-per-application-load-balancer': 50,
  'rules-per-application-load-balancer': 100,
  'condition-values-per-alb-rule': 5,
  'target-groups': 3000,
  'target-groups-per-action-on-application-load-balancer': 5,
  'target-groups-per-application-load-balancer': 100,
  'targets-per-application-load-balancer': 1000,
} as const

export function createLimitOperations(): Record<string, AwsOperation> {
  return {
    DescribeAccountLimits: operation<sdk.DescribeAccountLimitsCommandInput, sdk.DescribeAccountLimitsCommandOutput>(
      sdk.DescribeAccountLimits$,
      false,
      (input) => {
        const all = Object.entries(limits).map(([Name, most]) => ({ Name, Max: String(most) }))
        const page = paginate(all, (limit) => limit.Name, input)
        return { Limits: [...page.items], ...(page.nextMarker && { NextMarker: page.nextMarker }) }
      },
    ),
  }
}
