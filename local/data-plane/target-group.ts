import type { TargetDescription, TargetHealthDescription } from '@aws-sdk/client-elastic-load-balancing-v2'
import type { LocalClock } from '../clock.ts'
import type { TargetGroupConfig } from './data-plane.ts'
import { type GroupAttributes, parseGroupAttributes } from './group-attributes.ts'
import { healthCheckPort, startHealthChecks } from './health-checker.ts'
import { createTarget, type Target, targetKey } from './target.ts'
import { chooseAtRandom, chooseInTurn, chooseLeastOutstanding, chooseRamped } from './target-choice.ts'
import {
  type CheckOutcome,
  describeCheckRecord,
  healthChecksDisabled,
  healthDraining,
  healthNotInUse,
  healthNotRegistered,
  judgeCheck,
  newCheckRecord,
} from './target-health.ts'

/** The targets of one group, which of them may get requests, and who is next. */
export interface TargetGroup {
  readonly config: TargetGroupConfig
  readonly attributes: GroupAttributes
  /** Whether its target is a Lambda function, which no address reaches. */
  readonly isOfFunction: boolean
  /** True when too few targets are healthy and requests go to all of them. */
  readonly failsOpen: boolean
  /** Healthy, unhealthy and registered (draining ones left out) targets right now. */
  readonly counts: { readonly healthy: number; readonly unhealthy: number; readonly registered: number }
  /** The target of the next request; undefined when the group is empty. */
  choose(): Target | undefined
  /** A target that may get requests now, by its key. */
  findRoutable(key: string): Target | undefined
  configure(config: TargetGroupConfig): void
  /** Whether a listener's rules name the group. Unused groups are not checked. */
  setUsed(used: boolean): void
  register(targets: readonly TargetDescription[]): void
  deregister(targets: readonly TargetDescription[]): void
  health(asked?: readonly TargetDescription[]): TargetHealthDescription[]
  close(): void
}

export interface TargetGroupOptions {
  readonly clock: LocalClock
  readonly config: TargetGroupConfig
  /** Called whenever counts may have changed. */
  readonly onCounts: (group: TargetGroup) => void
}

export function createTargetGroup({ clock, config: initialConfig, onCounts }: TargetGroupOptions): TargetGroup {
  return new LiveTargetGroup(clock, initialConfig, onCounts)
}

class LiveTargetGroup implements TargetGroup {
  config: TargetGroupConfig
  attributes: GroupAttributes
  readonly isOfFunction: boolean
  failsOpen = false
  counts = { healthy: 0, unhealthy: 0, registered: 0 }
  readonly #clock: LocalClock
  readonly #onCounts: (group: TargetGroup) => void
  readonly #targets = new Map<string, Target>()
  /** Ends a target's health checks, or its wait in draining. */
  readonly #stops = new Map<string, () => void>()
  #used = false
  #routable: readonly Target[] = []
  #ramping = false
  #turn = 0

  constructor(clock: LocalClock, config: TargetGroupConfig, onCounts: (group: TargetGroup) => void) {
    this.#clock = clock
    this.config = config
    this.attributes = parseGroupAttributes(config.attributes)
    this.#onCounts = onCounts
    this.isOfFunction = config.targetType === 'lambda'
  }

  choose(): Target | undefined {
    const targets = this.#routable
    if (targets.length < 2) return targets[0]
    const turn = this.#turn++
    switch (this.attributes.algorithm) {
      case 'least_outstanding_requests':
        return chooseLeastOutstanding(targets, turn)
      case 'weighted_random':
        return chooseAtRandom(targets)
      case 'round_robin':
        return this.#ramping ? this.#chooseRamped(targets) : chooseInTurn(targets, turn)
    }
  }

  findRoutable(key: string) {
    const target = this.#targets.get(key)
    return target && this.#routable.includes(target) ? target : undefined
  }

  configure(config: TargetGroupConfig) {
    const attributes = parseGroupAttributes(config.attributes)
    const checksChanged = JSON.stringify(config.healthCheck) !== JSON.stringify(this.config.healthCheck)
    this.config = config
    this.attributes = attributes
    if (checksChanged) for (const target of this.#active()) this.#startChecks(target)
    this.#refresh()
  }

  setUsed(used: boolean) {
    if (used === this.#used) return
    this.#used = used
    for (const target of this.#active()) {
      // Health learned in an earlier use says nothing about now.
      target.checks = newCheckRecord
      target.slowStartAt = undefined
      this.#startChecks(target)
    }
    this.#refresh()
  }

  register(targets: readonly TargetDescription[]) {
    for (const description of targets) {
      const key = this.#keyOf(description)
      const known = this.#targets.get(key)
      if (known && !known.draining) continue
      if (known) this.#forget(key, known)
      const target = createTarget(description, this.config)
      this.#targets.set(key, target)
      this.#startChecks(target)
    }
    this.#refresh()
  }

  deregister(targets: readonly TargetDescription[]) {
    for (const description of targets) {
      const key = this.#keyOf(description)
      const target = this.#targets.get(key)
      if (!target || target.draining) continue
      this.#stop(key)
      // Out of use it has no requests to wait for; functions have no deregistration delay.
      if (!this.#used || this.isOfFunction) this.#forget(key, target)
      else {
        target.draining = true
        const forget = () => this.#forget(key, target)
        this.#stops.set(key, this.#clock.after(this.attributes.deregistrationDelayMs, forget))
      }
    }
    this.#refresh()
  }

  health(asked?: readonly TargetDescription[]): TargetHealthDescription[] {
    if (!asked?.length) return [...this.#targets.values()].map((target) => this.#describe(target))
    return asked.map((description) => {
      const target = this.#targets.get(this.#keyOf(description))
      if (target) return this.#describe(target)
      return {
        Target: { ...description, Port: description.Port ?? this.config.port },
        TargetHealth: healthNotRegistered,
      }
    })
  }

  close() {
    for (const [key, target] of this.#targets) this.#forget(key, target)
    this.#refresh()
  }

  #chooseRamped(targets: readonly Target[]) {
    const now = this.#clock.now()
    const isRamping = (target: Target) =>
      target.slowStartAt !== undefined && now < target.slowStartAt + this.attributes.slowStartMs
    this.#ramping = targets.some(isRamping)
    return chooseRamped(targets, now, Math.max(1, this.attributes.slowStartMs))
  }

  #describe(target: Target): TargetHealthDescription {
    if (this.isOfFunction) {
      return { Target: { Id: target.id }, TargetHealth: this.#healthOf(target) }
    }
    return {
      Target: {
        Id: target.id,
        Port: target.port,
        ...(target.availabilityZone !== undefined && { AvailabilityZone: target.availabilityZone }),
      },
      HealthCheckPort: String(healthCheckPort(target, this.config)),
      TargetHealth: this.#healthOf(target),
    }
  }

  #healthOf(target: Target) {
    if (target.draining) return healthDraining
    if (!this.#used) return healthNotInUse
    return this.#checksEnabled() ? describeCheckRecord(target.checks) : healthChecksDisabled
  }

  #checksEnabled() {
    return this.config.healthCheck.enabled && !this.isOfFunction
  }

  #startChecks(target: Target) {
    const key = targetKey(target)
    this.#stop(key)
    if (!this.#used || !this.#checksEnabled()) return
    const onOutcome = (outcome: CheckOutcome) => this.#onOutcome(target, outcome)
    this.#stops.set(key, startHealthChecks(target, { clock: this.#clock, config: this.config, onOutcome }))
  }

  #onOutcome(target: Target, outcome: CheckOutcome) {
    const before = target.checks.state
    target.checks = judgeCheck(target.checks, outcome, this.config.healthCheck)
    if (target.checks.state === before) return
    target.slowStartAt =
      target.checks.state === 'healthy' && this.#hasFullyStarted(target) ? this.#clock.now() : undefined
    this.#refresh()
  }

  /** Slow start needs another healthy target that carries its full share; the first ones in a group do not ramp. */
  #hasFullyStarted(newcomer: Target) {
    const now = this.#clock.now()
    const duration = this.attributes.slowStartMs
    if (duration === 0) return false
    return this.#active().some(
      (target) =>
        target !== newcomer &&
        target.checks.state === 'healthy' &&
        (target.slowStartAt === undefined || now >= target.slowStartAt + duration),
    )
  }

  #active() {
    return [...this.#targets.values()].filter((target) => !target.draining)
  }

  /** Works out who may get requests. Runs on every change, so that choosing is one array access. */
  #refresh() {
    const active = this.#active()
    const healthy = active.filter((target) => !this.#checksEnabled() || target.checks.state === 'healthy')
    const { minimumHealthyCount, minimumHealthyPercent } = this.attributes
    this.failsOpen =
      active.length > 0 &&
      (healthy.length < Math.max(1, minimumHealthyCount) ||
        healthy.length * 100 < minimumHealthyPercent * active.length)
    this.#routable = this.failsOpen ? active : healthy
    this.#ramping = this.#routable.some((target) => target.slowStartAt !== undefined)
    for (const target of this.#routable) target.credit = 0
    const unhealthy = active.filter((target) => target.checks.state === 'unhealthy').length
    this.counts = { healthy: healthy.length, unhealthy, registered: active.length }
    this.#onCounts(this)
  }

  #keyOf(description: TargetDescription) {
    return targetKey({ id: description.Id ?? '', port: description.Port ?? this.config.port })
  }

  #stop(key: string) {
    this.#stops.get(key)?.()
    this.#stops.delete(key)
  }

  #forget(key: string, target: Target) {
    this.#stop(key)
    this.#targets.delete(key)
    // Lets requests in flight end; a load balancer does not cut them either while its own connection lives.
    void target.pool?.close()
  }
}
