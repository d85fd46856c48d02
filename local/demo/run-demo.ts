import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2'
import type { LocalRun } from '../start.ts'
import { createApiClient } from './api-client.ts'
import { canaryOfFiveMinutes, longestLoadSeconds, playBadRelease, playGoodRelease, rate, type Stage } from './deploy.ts'
import { startLoad } from './load-generator.ts'
import type { Output } from './progress.ts'
import type { DemoReport } from './report.ts'
import { buildShop } from './shop.ts'

/** Runs a good canary to success and a bad one to its rollback, under load, through the public API only. */
export async function runDemo(local: LocalRun, output: Output): Promise<DemoReport> {
  const elb = new ElasticLoadBalancingV2Client({})
  const shop = await buildShop(elb)
  const api = createApiClient(local.apiUrl)
  const { blue, green } = shop.groups
  await api.putService('shop', {
    routes: [{ kind: 'alb', ruleArn: shop.ruleArn, blue, green }],
    ...canaryOfFiveMinutes,
  })
  const load = startLoad({ url: shop.url, rate, longestSeconds: longestLoadSeconds })
  try {
    const stage: Stage = { local, api, service: 'shop', load, blueServer: shop.servers.blue, output }
    const good = await playGoodRelease(stage)
    return { good, bad: await playBadRelease(stage, async () => ({})) }
  } finally {
    await load.stop()
    await shop.close()
    elb.destroy()
  }
}
