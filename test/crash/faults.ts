import { TransientError, UpstreamError } from '../../shared/domain/errors.ts'
import type { CrashProcess } from './process.ts'

/**
 * What can befall one call of AWS or of a store:
 *
 * - `dies-before`, `dies-after`: its process is gone before the call, or after it and before its answer is recorded.
 * - `execution-dies`: as `dies-after`, and the execution of the workflow is gone with it, whoever called.
 * - `fails`: an error, once; nothing happened. `denied`: an error that a retry does not cure, once. `throttled`: this and
 *   the next four of its kind are refused.
 * - `lost`: it took effect, and its answer is lost.
 * - `hangs`: its process stands still until it has been given up, and then goes on; a write of routing has been sent, gets
 *   no answer and takes effect later.
 * - `overtaken`: it hangs, and meanwhile a person aborts.
 * - `foreign`: nothing befalls it, but just before somebody else gives green a share that is in no plan.
 * - `answers-late`: it took effect at once, and its process stands still as long before it sees the answer: what it read is
 *   not so any more.
 *
 * Where a driver or an alias is called, and nowhere else:
 *
 * - `arrives-late`: a call that changes what the driver does gets no answer and takes effect when its lease is long over.
 * - `group-taken`: nothing befalls it, but just before somebody else starts a deployment in the group.
 * - `stopped`, `continued`: nothing befalls it, but just before somebody else stops what runs in the group, or lets it go on.
 */
export const faultKinds = [
  'dies-before',
  'dies-after',
  'execution-dies',
  'fails',
  'denied',
  'throttled',
  'lost',
  'hangs',
  'overtaken',
  'answers-late',
  'foreign',
] as const

export const driverFaultKinds = ['arrives-late', 'group-taken', 'stopped', 'continued'] as const

export type FaultKind = (typeof faultKinds)[number] | (typeof driverFaultKinds)[number]

/** Those that mostly come to what another one comes to: a whole run draws a part of their cells. */
export const kindredKinds: readonly FaultKind[] = ['execution-dies', 'denied', 'answers-late', 'foreign']

export interface Fault {
  readonly kind: FaultKind
  /** Which call of the whole run it meets, from 1. */
  readonly atCall: number
}

export interface PortCall {
  readonly process: CrashProcess
  readonly port: string
  readonly method: string
  readonly subject: string
  /** Of a creation by a driver: what it is known by. */
  readonly tag?: string
}

/** What every call of every process goes through. */
export interface Disturbance {
  /** True where calls are met as they are sent: whatever an adapter does before has been done. Default: as they are made. */
  readonly meetsWhatIsSent?: boolean
  meet(call: PortCall, act: () => Promise<unknown>, stand: () => Promise<void>): Promise<unknown>
}

/** What a fault needs of the world around it. */
export interface FaultWorld {
  sleep(ms: number): Promise<void>
  /** Ends every execution that runs, as somebody at the AWS console would. */
  stopExecutions(): Promise<void>
  /** A person aborts what is open. */
  abort(): void
  /** Somebody else changes what the first route of the service gives to green. */
  shift(): void
  /** Somebody else does this in the deployment group of the service. */
  meddle(how: 'group-taken' | 'stopped' | 'continued'): void
}

/** Longer than any function but the check may run; its zombie goes on then. Milliseconds. */
const hangMs = 125_000
/** When a write that was sent and not answered takes effect: later than its caller waits, within its lease. Milliseconds. */
const lateMs = { answer: 3000, effect: 12_000, afterLease: 45_000 } as const
const overtakenAfterMs = 2000
const throttledCalls = 5

/** Counts the calls of a run, and does to one of them what `fault` says. */
export interface Injector extends Disturbance {
  /** Every call so far, in order, in words. */
  readonly calls: readonly string[]
  readonly hasStruck: () => boolean
}

export function createInjector(fault: Fault | null, world: FaultWorld): Injector {
  const calls: string[] = []
  let throttle: { readonly kind: string; left: number } | null = null
  let hasStruck = false

  async function strike(kind: FaultKind, call: PortCall, act: () => Promise<unknown>, stand: () => Promise<void>) {
    switch (kind) {
      case 'dies-before':
        call.process.die(exited())
        return stand()
      case 'dies-after':
        await act()
        call.process.die(exited())
        return stand()
      case 'execution-dies':
        await act()
        await world.stopExecutions()
        call.process.die(exited())
        return stand()
      case 'fails':
        throw new TransientError(`${nameOf(call)}: internal failure`)
      case 'denied':
        throw new UpstreamError(`${nameOf(call)}: AccessDenied`)
      case 'throttled':
        throttle = { kind: nameOf(call), left: throttledCalls - 1 }
        throw throttled(call)
      case 'lost':
        await act()
        throw new TransientError(`${nameOf(call)}: the answer was lost`)
      case 'hangs':
      case 'overtaken':
        if (kind === 'overtaken') void world.sleep(overtakenAfterMs).then(world.abort)
        return hang(call, act, stand)
      case 'arrives-late':
        return arrive(call, act, lateMs.afterLease)
      case 'foreign':
        world.shift()
        return act()
      case 'group-taken':
      case 'stopped':
      case 'continued':
        world.meddle(kind)
        return act()
      case 'answers-late': {
        const answer = await act()
        call.process.freeze(hangMs)
        await stand()
        return answer
      }
    }
  }

  async function hang(call: PortCall, act: () => Promise<unknown>, stand: () => Promise<void>): Promise<unknown> {
    if (!isWrite(call) && !isDriverWrite(call)) {
      call.process.freeze(hangMs)
      await stand()
      return act()
    }
    return arrive(call, act, lateMs.effect)
  }

  async function arrive(call: PortCall, act: () => Promise<unknown>, afterMs: number): Promise<never> {
    void world
      .sleep(afterMs)
      .then(act)
      .catch(() => undefined)
    await world.sleep(lateMs.answer)
    throw new TransientError(`${nameOf(call)}: no answer within ${lateMs.answer} ms`)
  }

  return {
    meetsWhatIsSent: true,
    calls,
    hasStruck: () => hasStruck,
    async meet(call, act, stand) {
      calls.push(`${call.process.name}: ${nameOf(call)}`)
      if (calls.length === fault?.atCall) {
        hasStruck = true
        return strike(fault.kind, call, act, stand)
      }
      if (throttle?.kind === nameOf(call) && throttle.left-- > 0) throw throttled(call)
      return act()
    },
  }
}

/** Whether a call changes how users are routed. */
export function isWrite({ port, method }: Pick<PortCall, 'port' | 'method'>): boolean {
  return ((port === 'router' || port === 'testRouter') && method === 'write') || method === 'upsert'
}

const driverWrites: ReadonlySet<string> = new Set(['create', 'continue', 'stop'])

/** Whether a call changes what a driver does. */
export function isDriverWrite({ port, method }: Pick<PortCall, 'port' | 'method'>): boolean {
  return port === 'driver' && driverWrites.has(method)
}

function nameOf({ port, method, subject }: PortCall): string {
  return `${port}.${method} ${subject}`.trim()
}

function throttled(call: PortCall): Error {
  return new TransientError(`${nameOf(call)}: Rate exceeded`, { refused: true })
}

/** As Step Functions reports a function whose process ended. */
function exited(): Error {
  return Object.assign(new Error('the process exited before it answered'), { name: 'Lambda.Unknown' })
}
