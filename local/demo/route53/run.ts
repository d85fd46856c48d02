import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2'
import { Route53Client } from '@aws-sdk/client-route-53'
import type { LocalRun } from '../../start.ts'
import { createApiClient } from '../api-client.ts'
import {
  canaryOfFiveMinutes,
  longestLoadSeconds,
  playBadRelease,
  playGoodRelease,
  rate,
  type Stage,
} from '../deploy.ts'
import { startLoadBy } from '../load-generator.ts'
import type { Output } from '../progress.ts'
import { type Arrivals, createArrivals, type Side } from './arrivals.ts'
import { createDnsClients } from './dns-clients.ts'
import { createShareWatch } from './observed-share.ts'
import { toDnsLine } from './progress-line.ts'
import type { Route53Report } from './report.ts'
import { buildSite, type Site, siteName } from './site.ts'
import { watchTail } from './tail.ts'

/** How far the live view looks back for what arrives, local milliseconds. */
const recentMs = 20_000

/** The plain demo over DNS: the same two releases between two load balancers that are behind one name. */
export async function runRoute53Demo(local: LocalRun, output: Output): Promise<Route53Report> {
  const elb = new ElasticLoadBalancingV2Client({})
  const route53 = new Route53Client({})
  const site = await buildSite(elb, route53)
  const dnsPort = Number(local.dnsAddress.split(':')[1])
  output.write(`Ask it yourself: dig @127.0.0.1 -p ${dnsPort} ${siteName} +short\n`)
  const arrivals = createArrivals()
  const clients = createDnsClients({ ...site, name: siteName, dnsPort, clock: local.clock, arrivals })
  try {
    await clients.warmUp()
    const api = createApiClient(local.apiUrl)
    await api.putService('app', serviceDocument(site))
    const load = startLoadBy({ senders: clients, rate, longestSeconds: longestLoadSeconds })
    try {
      const stage: Stage = { local, api, service: 'app', load, blueServer: site.servers.blue, output }
      const { good, bad } = await play(stage, arrivals)
      return { good, bad, clients: clients.clients, resolvers: clients.resolvers }
    } finally {
      await load.stop()
    }
  } finally {
    await clients.close()
    await site.close()
    elb.destroy()
    route53.destroy()
  }
}

async function play(stage: Stage, arrivals: Arrivals): Promise<Pick<Route53Report, 'good' | 'bad'>> {
  const { clock } = stage.local
  const canaryOn = (canary: Side) => {
    const watch = createShareWatch({ canary, arrivals, clock, weight: canaryOfFiveMinutes.strategy.percent })
    const recentShare = () => arrivals.share(canary, clock.now() - recentMs)
    return { watch, stage: { ...stage, onLook: watch.look, toLine: toDnsLine(recentShare) } }
  }
  const green = canaryOn('green')
  const good = await playGoodRelease(green.stage)
  const blue = canaryOn('blue')
  const bad = await playBadRelease(blue.stage, async (deployment) => ({
    observed: blue.watch.result(),
    tail: await watchTail({ deployment, bad: 'blue', arrivals, clock, output: stage.output }),
  }))
  return { good: { ...good, observed: green.watch.result() }, bad }
}

function serviceDocument({ hostedZoneId, groups }: Site) {
  return {
    routes: [
      {
        kind: 'route53',
        hostedZoneId,
        name: siteName,
        type: 'A',
        blue: 'app-blue',
        green: 'app-green',
        targetGroups: groups,
      },
    ],
    ...canaryOfFiveMinutes,
  }
}
