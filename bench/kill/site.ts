import { rmSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  type Action,
  DescribeRulesCommand,
  ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import { type ApiClient, createApiClient } from '../../local/demo/api-client.ts'
import { buildShop, type Shop } from '../../local/demo/shop.ts'
import { type LocalProcess, startLocalProcess } from '../../test/support/local-process.ts'

/** Raw weights by slot, as AWS tells them; a group that is not in the action counts as 0. */
export interface SlotWeights {
  readonly blue: number
  readonly green: number
}

/** Local mode in a process to be killed, with a shop whose servers are not in it. */
export interface Site {
  readonly shop: Shop
  readonly api: ApiClient
  /** Local time now, milliseconds since the epoch. */
  localNow(): Promise<number>
  /** The rule's weights, read with the AWS SDK. */
  weights(): Promise<SlotWeights>
  /** Adds real milliseconds to each call of Elastic Load Balancing; 0: none. */
  slowDown(ms: number): Promise<void>
  kill(): Promise<void>
  /** Starts it again on the same data. */
  restart(): Promise<void>
  close(): Promise<void>
}

const credentials = { accessKeyId: 'any', secretAccessKey: 'thing' }
/** Its listener takes this port or one of the next: away from the demo's, which may run beside it. */
const firstPort = 8300

export async function startSite(speed: number): Promise<Site> {
  const dataDir = await mkdtemp(join(tmpdir(), 'sluice-kill-'))
  const removeNow = () => rmSync(dataDir, { recursive: true, force: true })
  process.once('exit', removeNow)
  let running = await startLocalProcess(dataDir, speed)
  let elb = clientOf(running)
  let api = createApiClient(running.apiUrl)
  const shop = await buildShop(elb, firstPort)
  const slot = (actions: readonly Action[] | undefined, group: string) =>
    actions
      ?.flatMap(({ ForwardConfig }) => ForwardConfig?.TargetGroups ?? [])
      .find((one) => one.TargetGroupArn === group)?.Weight ?? 0
  return {
    shop,
    get api() {
      return api
    },
    async localNow() {
      const { now } = await local<{ now: string }>(running, 'GET', 'clock')
      return Date.parse(now)
    },
    async weights() {
      const { Rules } = await elb.send(new DescribeRulesCommand({ RuleArns: [shop.ruleArn] }))
      const actions = Rules?.[0]?.Actions
      return { blue: slot(actions, shop.groups.blue), green: slot(actions, shop.groups.green) }
    },
    async slowDown(ms) {
      const faults = ms === 0 ? [] : [{ service: 'elasticloadbalancing', kind: 'latency', latencyMs: ms }]
      await local(running, 'PUT', 'faults', { faults })
    },
    kill: () => running.kill(),
    async restart() {
      elb.destroy()
      running = await startLocalProcess(dataDir, speed)
      elb = clientOf(running)
      api = createApiClient(running.apiUrl)
    },
    async close() {
      elb.destroy()
      await running.kill()
      await shop.close()
      // The last writes of a process that was killed may still be coming to the disk.
      await sleep(50)
      await rm(dataDir, { recursive: true, force: true })
      process.off('exit', removeNow)
    },
  }
}

function clientOf({ awsUrl }: LocalProcess): ElasticLoadBalancingV2Client {
  return new ElasticLoadBalancingV2Client({ endpoint: awsUrl, region: 'eu-west-1', credentials })
}

async function local<Body>({ awsUrl }: LocalProcess, method: string, path: string, body?: unknown): Promise<Body> {
  const response = await fetch(`${awsUrl}/_local/${path}`, {
    method,
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  if (!response.ok) throw new Error(`${method} /_local/${path} answered ${response.status}: ${await response.text()}`)
  return (await response.json()) as Body
}
