import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateRuleCommand,
  CreateTargetGroupCommand,
  ElasticLoadBalancingV2Client,
  RegisterTargetsCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import { type ApiClient, createApiClient } from '../../../local/demo/api-client.ts'
import { startLocal } from '../../../local/start.ts'
import { createLogger } from '../../../shared/logger.ts'

const wished = { speed: 60, rate: 3000 }
const divisors = [1, 1.5, 2, 3, 4, 6] as const
/** Local minutes of traffic before the first deployment: stable's history. */
const historyMinutes = 15
/** Fraction of requests that fail while nothing is wrong. */
export const normalRate = 0.001

/** Local mode with a service of two versions under steady load. */
export interface Rig {
  readonly speed: number
  readonly rate: number
  readonly api: ApiClient
  /** From now on this slot answers so large a fraction of its requests with 500. */
  fail(slot: string, errorRate: number): void
  /** Requests sent so far. */
  sent(): Promise<number>
  close(): Promise<void>
}

/** The fastest of the divided speeds at which the load arrives whole. */
export async function startRig(): Promise<Rig> {
  for (const divisor of divisors) {
    const rig = await tryRig(wished.speed / divisor, wished.rate / divisor)
    const before = await rig.sent()
    await sleep(5000)
    const carried = ((await rig.sent()) - before) / (5 * rig.rate)
    if (carried < 0.97) {
      console.log(
        `speed ${rig.speed} with ${rig.rate} requests/s: only ${Math.round(100 * carried)} % of them were carried`,
      )
      await rig.close()
      continue
    }
    await sleep((historyMinutes * 60_000) / rig.speed)
    return rig
  }
  throw new Error('this machine carries not even a sixth of 3,000 requests/s')
}

async function tryRig(speed: number, rate: number): Promise<Rig> {
  const local = await startLocal({ port: 0, awsPort: 0, dnsPort: 0, speed, logger: createLogger(() => undefined) })
  const services = start('services.ts', [])
  const [ports] = (await once(services, 'message')) as [number[]]
  const { url, ruleArn, groups } = await buildBalancer(ports)
  const fail = (slot: string, errorRate: number) => void services.send({ slot, errorRate })
  for (const slot of ['blue', 'green']) fail(slot, normalRate)
  const api = createApiClient(local.apiUrl)
  await api.putService('shop', {
    routes: [{ kind: 'alb', ruleArn, ...groups }],
    strategy: {
      type: 'steps',
      steps: [
        { weight: 20, bakeSeconds: 1800 },
        { weight: 100, bakeSeconds: 0 },
      ],
    },
    gates: [{ kind: 'compare', name: 'errors' }],
  })
  const load = start('load.ts', [url, String(rate), '7200'])
  await once(load, 'message')
  return {
    speed,
    rate,
    api,
    fail,
    async sent() {
      load.send('counts')
      const [{ requests }] = (await once(load, 'message')) as [{ requests: number }]
      return requests
    },
    async close() {
      load.disconnect()
      services.disconnect()
      await Promise.all([load, services].map((child) => once(child, 'exit')))
      await local.close()
    },
  }
}

function start(name: string, args: readonly string[]): ChildProcess {
  return fork(fileURLToPath(new URL(name, import.meta.url)), args, { execArgv: ['--import', 'tsx'] })
}

async function buildBalancer([blue = 0, green = 0]: readonly number[]) {
  const elb = new ElasticLoadBalancingV2Client({})
  const group = async (name: string, port: number) => {
    const { TargetGroups } = await elb.send(
      new CreateTargetGroupCommand({
        ...{ Name: name, Protocol: 'HTTP', Port: port, TargetType: 'ip', VpcId: 'vpc-bench' },
        ...{ HealthCheckPath: '/health', HealthCheckIntervalSeconds: 10 },
      }),
    )
    const arn = known(TargetGroups?.[0]?.TargetGroupArn)
    await elb.send(new RegisterTargetsCommand({ TargetGroupArn: arn, Targets: [{ Id: '127.0.0.1', Port: port }] }))
    return arn
  }
  const groups = { blue: await group('bench-blue', blue), green: await group('bench-green', green) }
  const made = await elb.send(new CreateLoadBalancerCommand({ Name: 'bench', Subnets: ['subnet-1', 'subnet-2'] }))
  const [balancer] = made.LoadBalancers ?? []
  const address = known(balancer?.AvailabilityZones?.[0]?.LoadBalancerAddresses?.[0]?.IpAddress)
  const listener = await elb.send(
    new CreateListenerCommand({
      ...{ LoadBalancerArn: known(balancer?.LoadBalancerArn), Protocol: 'HTTP', Port: 8600 },
      DefaultActions: [{ Type: 'fixed-response', FixedResponseConfig: { StatusCode: '404' } }],
    }),
  )
  const rule = await elb.send(
    new CreateRuleCommand({
      ...{ ListenerArn: known(listener.Listeners?.[0]?.ListenerArn), Priority: 10 },
      Conditions: [{ Field: 'path-pattern', Values: ['/*'] }],
      Actions: [{ Type: 'forward', ForwardConfig: { TargetGroups: [{ TargetGroupArn: groups.blue, Weight: 100 }] } }],
    }),
  )
  elb.destroy()
  return { url: `http://${address}:8600`, ruleArn: known(rule.Rules?.[0]?.RuleArn), groups }
}

function known(value: string | undefined): string {
  if (value === undefined) throw new Error('the endpoint did not say what it made')
  return value
}
