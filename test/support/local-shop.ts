import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2'
import { buildShop, type Shop } from '../../local/demo/shop.ts'
import type { LocalRun } from '../../local/start.ts'
import { startQuietly } from './local-mode.ts'

export interface LocalShop {
  readonly local: LocalRun
  readonly elb: ElasticLoadBalancingV2Client
  readonly shop: Shop
  close(): Promise<void>
}

/** Local mode with the demo's shop behind a listener at `port`, which no other test may use. */
export async function startLocalShop(port: number): Promise<LocalShop> {
  const local = await startQuietly()
  const credentials = { accessKeyId: 'any', secretAccessKey: 'thing' }
  const elb = new ElasticLoadBalancingV2Client({ endpoint: local.awsUrl, region: 'eu-west-1', credentials })
  const shop = await buildShop(elb, port)
  return {
    ...{ local, elb, shop },
    async close() {
      elb.destroy()
      await shop.close()
      await local.close()
    },
  }
}
