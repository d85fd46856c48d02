import { randomInt } from 'node:crypto'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Action, TargetHealth } from '@aws-sdk/client-elastic-load-balancing-v2'
import type { ManualClock } from '../../local/clock.ts'
import type {
  DataPlane,
  ListenerConfig,
  MetricObservations,
  MetricSink,
  TargetGroupConfig,
} from '../../local/data-plane/data-plane.ts'

/** A back end on a loopback port of its own. */
export interface BackEnd {
  readonly name: string
  readonly port: number
  readonly server: Server
  /** Requests seen, health checks left out. */
  readonly requests: { method: string; url: string; headers: Record<string, string | string[] | undefined> }[]
  stop(): Promise<void>
}

/** Starts a back end that answers its name, or what `listener` answers; `/health` is 200 unless the listener takes it. */
export async function startBackEnd(name: string, listener?: RequestListener, health = 200): Promise<BackEnd> {
  const requests: BackEnd['requests'] = []
  const server = createServer((request, response) => {
    if (request.url === '/health') {
      response.writeHead(health).end()
      return
    }
    requests.push({ method: request.method ?? '', url: request.url ?? '', headers: request.headers })
    if (listener) listener(request, response)
    else response.end(name)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    name,
    port: portOf(server),
    server,
    requests,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/**
 * A loopback port that nothing listens on now. Below those that systems give to connections and to servers that ask for
 * any: one of those would be somebody else's again before it is used.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(12_000, 32_000)
    const server = createServer()
    const isFree = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false))
      server.listen(port, '127.0.0.1', () => resolve(true))
    })
    if (!isFree) continue
    await new Promise((resolve) => server.close(resolve))
    return port
  }
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port
}

export function aTargetGroup(name: string, changes: Partial<TargetGroupConfig> = {}): TargetGroupConfig {
  return {
    arn: `arn:aws:elasticloadbalancing:eu-west-1:000000000000:targetgroup/${name}/0123456789abcdef`,
    dimension: `targetgroup/${name}/0123456789abcdef`,
    protocol: 'HTTP',
    port: 80,
    targetType: 'ip',
    healthCheck: aHealthCheck(),
    attributes: {},
    ...changes,
  }
}

export function aHealthCheck(
  changes: Partial<TargetGroupConfig['healthCheck']> = {},
): TargetGroupConfig['healthCheck'] {
  return {
    enabled: true,
    protocol: 'HTTP',
    port: 'traffic-port',
    path: '/health',
    intervalSeconds: 30,
    timeoutSeconds: 5,
    healthyThreshold: 5,
    unhealthyThreshold: 2,
    matcher: '200',
    ...changes,
  }
}

export const balancerDimension = 'app/lb/0123456789abcdef'

export function aListener(port: number, changes: Partial<ListenerConfig> = {}): ListenerConfig {
  return {
    arn: 'arn:aws:elasticloadbalancing:eu-west-1:000000000000:listener/app/lb/0123456789abcdef/1',
    loadBalancerArn: 'arn:aws:elasticloadbalancing:eu-west-1:000000000000:loadbalancer/app/lb/0123456789abcdef',
    loadBalancerDimension: balancerDimension,
    address: '127.0.0.1',
    port,
    attributes: {},
    rules: [],
    ...changes,
  }
}

/** A forward action to weighted groups. */
export function aForward(weights: Readonly<Record<string, number>>, stickySeconds?: number): Action {
  return {
    Type: 'forward',
    ForwardConfig: {
      TargetGroups: Object.entries(weights).map(([name, Weight]) => ({
        TargetGroupArn: aTargetGroup(name).arn,
        Weight,
      })),
      ...(stickySeconds !== undefined && {
        TargetGroupStickinessConfig: { Enabled: true, DurationSeconds: stickySeconds },
      }),
    },
  }
}

export function aDefaultRule(...actions: Action[]) {
  return { arn: 'default', conditions: [], actions }
}

/** A sink that remembers; `sum` and `values` find what was recorded for a metric and its dimensions. */
export interface RememberedMetrics extends MetricSink {
  readonly recorded: MetricObservations[]
  find(metricName: string, dimensions: Readonly<Record<string, string>>): MetricObservations[]
  sum(metricName: string, dimensions?: Readonly<Record<string, string>>): number
}

export function rememberMetrics(): RememberedMetrics {
  const recorded: MetricObservations[] = []
  const find = (metricName: string, dimensions: Readonly<Record<string, string>>) =>
    recorded.filter(
      (datum) => datum.metricName === metricName && JSON.stringify(datum.dimensions) === JSON.stringify(dimensions),
    )
  return {
    recorded,
    record: (datum) => void recorded.push(datum),
    find,
    sum: (metricName, dimensions = { LoadBalancer: balancerDimension }) =>
      find(metricName, dimensions)
        .flatMap((datum) => datum.values.map((value, at) => value * (datum.counts[at] ?? 0)))
        .reduce((total, value) => total + value, 0),
  }
}

/** Looks again until `holds`, giving real I/O time to happen; fails after `limitMs`. */
export async function eventually(holds: () => boolean, limitMs = 5000): Promise<void> {
  const endsAt = Date.now() + limitMs
  while (!holds()) {
    if (Date.now() > endsAt) throw new Error(`did not come true within ${limitMs} ms: ${holds}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

export function stateOf(plane: DataPlane, group: string, port: number): TargetHealth | undefined {
  return plane.targetHealth(aTargetGroup(group).arn, [{ Id: '127.0.0.1', Port: port }])[0]?.TargetHealth
}

/** Turns health checks, one interval of local time each, until the target is in `state`. */
export async function checkUntil(
  plane: DataPlane,
  clock: ManualClock,
  wanted: { group: string; port: number; state: string },
): Promise<void> {
  for (let turn = 0; turn < 400; turn++) {
    if (stateOf(plane, wanted.group, wanted.port)?.State === wanted.state) return
    await new Promise((resolve) => setTimeout(resolve, 5))
    if (turn % 4 === 3) await clock.advance(30_000)
  }
  throw new Error(`${wanted.group} ${wanted.port} never became ${wanted.state}`)
}
