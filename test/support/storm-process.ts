import { createRoute53TrafficRouter } from '../../shared/adapters/route53/traffic-router.ts'
import { TransientError } from '../../shared/domain/errors.ts'
import type { WeightedPair } from '../../shared/domain/record-set.ts'
import type { QueuedRouter } from '../../shared/ports/traffic-router.ts'
import type { ZoneDeps } from '../../shared/use-cases/zone/zone-session.ts'
import { aRoute53Route } from './record-sets.ts'

/** What befalls a process at one of its calls, whatever the port. The calls of a process are counted from 1. */
export interface Fate {
  readonly atCall: number
  /**
   * `dies-…`: it stops there and never goes on, before the call, after it, or with the call on its way. `failed`: the call
   * did nothing. `lost`: it took effect, and its answer is lost. `freezes`: everything stands still for longer than a lease
   * before the call; a request to Route 53 that was let go is on its way, and does not freeze.
   */
  readonly kind: 'dies-before' | 'dies-during' | 'dies-after' | 'failed' | 'lost' | 'freezes'
}

/** One run of a function: its own ports, its own holder names, its own end. */
export interface StormProcess {
  readonly deps: ZoneDeps
  readonly router: (pair: WeightedPair) => QueuedRouter
  readonly isDead: () => boolean
}

/** Longest a call of a store takes, milliseconds. */
export const storeMs = 30
const frozenMs = 25_000

interface ProcessOptions {
  /** Begins the name of every holder. */
  readonly name: string
  readonly fate: Fate | null
  /** 0 up to below 1. */
  readonly random: () => number
  /** What all processes share. */
  readonly ports: ZoneDeps
}

/** A process that calls shared ports until its fate meets it. */
export function createStormProcess({ name, fate, random, ports }: ProcessOptions): StormProcess {
  const { clock } = ports
  const forever = () => new Promise<never>(() => undefined)
  let [calls, holders, isDead, frozenUntilMs] = [0, 0, false, 0]
  const thaw = async () => {
    if (frozenUntilMs > clock.realNow()) await clock.sleep(frozenUntilMs - clock.realNow())
  }
  const die = () => {
    isDead = true
    return forever()
  }
  /** Every call of every port goes through here. */
  async function call(method: string | symbol, act: () => unknown): Promise<unknown> {
    if (isDead) return forever()
    const kind = ++calls === fate?.atCall ? fate.kind : null
    if (kind === 'freezes' && method !== 'upsert') frozenUntilMs = clock.realNow() + frozenMs
    await clock.sleep(random() * storeMs)
    await thaw()
    if (isDead) return forever()
    if (kind === 'dies-before') return die()
    if (kind === 'failed') throw new TransientError('the store is out of reach')
    if (kind === 'dies-during') {
      void Promise.resolve(act()).catch(() => undefined)
      return die()
    }
    const answer = await act()
    await thaw()
    if (kind === 'lost') throw new TransientError('the answer of the store was lost')
    return kind === 'dies-after' || isDead ? die() : answer
  }
  const through = <Port extends object>(port: Port): Port =>
    new Proxy(port, {
      get(target, method, receiver) {
        const value: unknown = Reflect.get(target, method, receiver)
        if (typeof value !== 'function') return value
        return (...args: readonly unknown[]) => call(method, () => value.apply(target, args))
      },
    })
  const hostedZones = through(ports.hostedZones)
  const ownClock = {
    ...clock,
    sleep: async (ms: number) => {
      await clock.sleep(ms)
      await thaw()
      if (isDead) await forever()
    },
  }
  const requestBudget = through(ports.requestBudget)
  const deps: ZoneDeps = {
    ...{ clock: ownClock, hostedZones, requestBudget, logger: ports.logger },
    leases: through(ports.leases),
    deployments: through(ports.deployments),
    zoneChanges: through(ports.zoneChanges),
    newHolder: () => `${name}/${++holders}`,
  }
  const router = (pair: WeightedPair) =>
    createRoute53TrafficRouter(hostedZones, { budget: requestBudget, clock: ownClock }, aRoute53Route(pair))
  return { deps, router, isDead: () => isDead }
}
