import type { DescribeAccountLimitsOutput } from '@aws-sdk/client-elastic-load-balancing-v2'
import { expect, it } from 'vitest'
import { createLimitOperations } from '../../../../../local/aws/elastic-load-balancing-v2/limits.ts'

it('tells the quotas that are enforced, page by page', async () => {
  const describeLimits = async (input: object) => {
    const { DescribeAccountLimits } = createLimitOperations()
    return (await DescribeAccountLimits?.handle(input, { requestId: 'r', region: 'r' })) as DescribeAccountLimitsOutput
  }
  const all = (await describeLimits({})).Limits ?? []
  expect(all).toContainEqual({ Name: 'target-groups-per-action-on-application-load-balancer', Max: '5' })
  const first = await describeLimits({ PageSize: 3 })
  const rest = await describeLimits({ Marker: first.NextMarker })
  expect([...(first.Limits ?? []), ...(rest.Limits ?? [])]).toEqual(all)
  expect(rest.NextMarker).toBeUndefined()
})
