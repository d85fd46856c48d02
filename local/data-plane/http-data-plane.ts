import type { LocalClock } from '../clock.ts'
import type { DataPlane, ListenerConfig, MetricSink } from './data-plane.ts'
import { createFunctionRouter, type FunctionRouter, type FunctionTargets } from './function-targets.ts'
import { type Listener, openListener } from './listener.ts'
import { createTargetGroup, type TargetGroup } from './target-group.ts'
import { groupCountersOf } from './traffic-counters.ts'
import { createTrafficMetrics } from './traffic-metrics.ts'

export interface DataPlaneOptions {
  readonly clock: LocalClock
  readonly metrics: MetricSink
  /** The functions behind target groups of type `lambda`. Default: none, so that these answer 502. */
  readonly functions?: FunctionTargets
  /** Hears what an operator of the rehearsal may want to know. Default: nobody. */
  readonly logger?: (event: string, details: Readonly<Record<string, unknown>>) => void
  /** Real milliseconds that requests in flight get when their listener goes. Default 5000. */
  readonly drainTimeoutMs?: number
}

/** The load balancer that carries real HTTP traffic on loopback addresses. */
export function createDataPlane(options: DataPlaneOptions): DataPlane {
  return new HttpDataPlane(options)
}

class HttpDataPlane implements DataPlane {
  readonly #clock: LocalClock
  readonly #log: NonNullable<DataPlaneOptions['logger']>
  readonly #drainTimeoutMs: number
  readonly #listeners = new Map<string, Listener>()
  readonly #groups = new Map<string, TargetGroup>()
  readonly #functions: FunctionRouter
  readonly #metrics
  /** Changes of listeners run one after the other: two at once could bind the same port. */
  #turn: Promise<unknown> = Promise.resolve()

  constructor({ clock, metrics, functions, logger = () => {}, drainTimeoutMs = 5000 }: DataPlaneOptions) {
    this.#clock = clock
    this.#log = logger
    this.#drainTimeoutMs = drainTimeoutMs
    this.#functions = createFunctionRouter(functions ?? { choose: () => undefined })
    this.#metrics = createTrafficMetrics({
      clock,
      sink: metrics,
      sample: () => this.#sample(),
      targetsOf: (dimension) => this.#countTargets(dimension),
    })
  }

  putListener(config: ListenerConfig) {
    return this.#inTurn(async () => {
      const running = this.#listeners.get(config.arn)
      if (running && running.config.address === config.address && running.config.port === config.port) {
        running.configure(config)
      } else {
        this.#listeners.set(config.arn, await this.#open(config))
        await running?.close(this.#drainTimeoutMs)
      }
      this.#refreshUse()
    })
  }

  removeListener(listenerArn: string) {
    return this.#inTurn(async () => {
      const listener = this.#listeners.get(listenerArn)
      if (!listener) return
      this.#listeners.delete(listenerArn)
      this.#refreshUse()
      await listener.close(this.#drainTimeoutMs)
      this.#log('listener removed', { listenerArn })
    })
  }

  putTargetGroup(config: Parameters<DataPlane['putTargetGroup']>[0]) {
    const known = this.#groups.get(config.arn)
    if (known) return known.configure(config)
    const onCounts = (group: TargetGroup) => this.#sampleHosts(group)
    this.#groups.set(config.arn, createTargetGroup({ clock: this.#clock, config, onCounts }))
    this.#refreshUse()
  }

  removeTargetGroup(targetGroupArn: string) {
    const group = this.#groups.get(targetGroupArn)
    this.#groups.delete(targetGroupArn)
    group?.close()
  }

  registerTargets(...[arn, targets]: Parameters<DataPlane['registerTargets']>) {
    this.#group(arn).register(targets)
  }

  deregisterTargets(...[arn, targets]: Parameters<DataPlane['deregisterTargets']>) {
    this.#group(arn).deregister(targets)
  }

  targetHealth(...[arn, targets]: Parameters<DataPlane['targetHealth']>) {
    return this.#group(arn).health(targets)
  }

  async close() {
    this.#metrics.stop()
    await this.#inTurn(async () => {
      await Promise.all([...this.#listeners.values()].map((listener) => listener.close(this.#drainTimeoutMs)))
      this.#listeners.clear()
      for (const group of this.#groups.values()) group.close()
      this.#groups.clear()
      await this.#functions.close()
    })
  }

  #inTurn(action: () => Promise<void>): Promise<void> {
    const done = this.#turn.then(action)
    this.#turn = done.catch(() => {})
    return done
  }

  async #open(config: ListenerConfig) {
    const counters = this.#metrics.balancer(config.loadBalancerDimension)
    const findGroup = (arn: string) => this.#groups.get(arn)
    const listener = await openListener({ clock: this.#clock, config, counters, findGroup, functions: this.#functions })
    this.#log('listener open', { listenerArn: config.arn, address: config.address, port: config.port })
    return listener
  }

  #group(arn: string): TargetGroup {
    const group = this.#groups.get(arn)
    if (!group) throw new RangeError(`target group ${arn} is not known to the data plane; put it first`)
    return group
  }

  #countTargets(dimension: string): number | undefined {
    const group = [...this.#groups.values()].find((candidate) => candidate.config.dimension === dimension)
    return group?.isOfFunction ? undefined : (group?.counts.registered ?? 0)
  }

  /** A group is in use when any rule of any listener names it, at weight 0 too. */
  #refreshUse() {
    for (const [arn, group] of this.#groups) group.setUsed(this.#balancersOf(arn).size > 0)
  }

  #balancersOf(groupArn: string): ReadonlySet<string> {
    const dimensions = new Set<string>()
    for (const { config } of this.#listeners.values()) {
      const actions = config.rules.flatMap((rule) => rule.actions)
      const uses = actions.some(
        (action) =>
          action.TargetGroupArn === groupArn ||
          action.ForwardConfig?.TargetGroups?.some((tuple) => tuple.TargetGroupArn === groupArn),
      )
      if (uses) dimensions.add(config.loadBalancerDimension)
    }
    return dimensions
  }

  #sample() {
    for (const listener of this.#listeners.values()) listener.sample()
    for (const group of this.#groups.values()) this.#sampleHosts(group)
  }

  /** Adds the host counts of this moment to the minute, so that its minimum and maximum tell of short dips too. */
  #sampleHosts(group: TargetGroup) {
    // A function is never checked here.
    if (!group.config.healthCheck.enabled || group.isOfFunction || group.counts.registered === 0) return
    for (const dimension of this.#balancersOf(group.config.arn)) {
      const counters = groupCountersOf(this.#metrics.balancer(dimension), group.config.dimension)
      add(counters.healthyHosts, group.counts.healthy)
      add(counters.unhealthyHosts, group.counts.unhealthy)
    }
  }
}

function add(samples: Map<number, number>, value: number): void {
  samples.set(value, (samples.get(value) ?? 0) + 1)
}
