import type { FaultDecision, Faults } from '../../../local/aws/faults.ts'
import { AwsError, type AwsOperation, type AwsService, type RawAwsService } from '../../../local/aws/service.ts'
import type { Fault, FaultKind, FaultWorld } from '../faults.ts'
import type { Watch } from '../invariants.ts'
import type { Arrival, Sender, Wire } from './wire.ts'
import { driverWrites, routingWrites } from './write-log.ts'

/** Longer than any function but the check may run; its zombie goes on then. Milliseconds. */
const hangMs = 125_000
/** When a write that was sent and not answered takes effect, milliseconds of the clock; its caller waits in real time. */
const lateMs = { answer: 3000, effect: 12_000, afterLease: 45_000 } as const
const overtakenAfterMs = 2000
const throttledCalls = 5

/** Counts the HTTP requests of a run as they reach the endpoint, and does to one of them what `fault` says. */
export interface HttpFaults {
  /** Every request so far, in order, in words. */
  readonly calls: readonly string[]
  /** What the endpoint asks for each request: refusals and lost answers are made by the endpoint itself. */
  readonly faults: Faults
  /** From now on every write of a rule is denied; or no longer. */
  refuseWrites(isRefused: boolean): void
  /** The service, with its operations under the fault, and with every write of routing looked at. */
  around<Service extends AwsService | RawAwsService>(service: Service): Service
}

export interface HttpFaultOptions {
  readonly fault: Fault | null
  readonly wire: Wire
  readonly world: FaultWorld
  readonly watch: Watch
}

interface Met {
  readonly name: string
  readonly strikes: FaultKind | null
}

export function createHttpFaults({ fault, wire, world, watch }: HttpFaultOptions): HttpFaults {
  const calls: string[] = []
  const met = new WeakMap<object, Met>()
  let isRefusing = false
  let throttle: { readonly name: string; left: number } | null = null

  function decide(service: string, action: string): FaultDecision {
    const arrival = wire.arrival()
    const call = arrival?.sender?.call
    // Who only looks on meets no fault; what a dead process sends was never sent.
    if (!arrival || !call || call.process.isDead()) return goesThrough
    const name = `${service}.${action}`
    calls.push(`${call.process.name}: ${name}`)
    const strikes = calls.length === fault?.atCall ? fault.kind : null
    met.set(arrival, { name, strikes })
    if (strikes === 'throttled') throttle = { name, left: throttledCalls }
    if (throttle?.name === name && throttle.left-- > 0) return { latencyMs: 0, fault: { kind: 'throttle', rate: 1 } }
    if (isRefusing && action === 'ModifyRule') return denied
    switch (strikes) {
      case 'fails':
        return { latencyMs: 0, fault: { kind: 'error', rate: 1 } }
      case 'denied':
        return denied
      case 'lost':
        return { latencyMs: 0, fault: { kind: 'lost-answer', rate: 1 } }
      default:
        return goesThrough
    }
  }

  /** One request that goes through to its service, whatever befalls its process meanwhile. */
  async function pass(arrival: Arrival, action: string, answer: () => Promise<unknown>): Promise<unknown> {
    const { sender, response } = arrival
    const process = sender?.call?.process
    if (!sender || !process) return answer()
    if (process.isDead()) return vanish(response)
    // Its process stands still: this is sent when it goes on.
    await wire.waiting(sender.stand, sender)
    const strikes = met.get(arrival)?.strikes ?? null
    const act = await watched(sender, action, answer)
    switch (strikes) {
      case 'dies-before':
        process.die(exited())
        return vanish(response)
      case 'dies-after':
      case 'execution-dies': {
        const answered = await act()
        if (strikes === 'execution-dies') await world.stopExecutions()
        process.die(exited())
        return answered
      }
      case 'hangs':
      case 'overtaken':
        if (strikes === 'overtaken') void world.sleep(overtakenAfterMs).then(world.abort)
        return hang(sender, action, act)
      case 'arrives-late':
        return arrive(sender, act, lateMs.afterLease)
      case 'foreign':
        world.shift()
        return act()
      case 'group-taken':
      case 'stopped':
      case 'continued':
        world.meddle(strikes)
        return act()
      case 'answers-late': {
        const answered = await act()
        process.freeze(hangMs)
        return answered
      }
      default:
        return act()
    }
  }

  async function hang(sender: Sender, action: string, act: () => Promise<unknown>): Promise<unknown> {
    if (!routingWrites.has(action) && !driverWrites.has(action)) {
      sender.call?.process.freeze(hangMs)
      await wire.waiting(() => world.sleep(hangMs), sender)
      return act()
    }
    return arrive(sender, act, lateMs.effect)
  }

  async function arrive(sender: Sender, act: () => Promise<unknown>, afterMs: number): Promise<unknown> {
    const acting = world.sleep(afterMs).then(act)
    await wire.waiting(() => world.sleep(lateMs.answer), sender)
    // Its caller's own time-out runs from here, while the clock stands still for it.
    return acting
  }

  async function watched({ call }: Sender, action: string, answer: () => Promise<unknown>) {
    if (call && driverWrites.has(action)) await watch.sentToDriver(call)
    if (!call || !routingWrites.has(action) || call.port === 'testRouter') return answer
    const sentAtMs = await watch.sent(call)
    return () => watch.effect(call, answer, sentAtMs)
  }

  function aroundOperations(operations: AwsService['operations']): AwsService['operations'] {
    return Object.fromEntries(
      Object.entries(operations).map(([action, operation]): [string, AwsOperation] => [
        action,
        {
          ...operation,
          handle(input, call) {
            const arrival = wire.arrival()
            const answer = async () => operation.handle(input, call)
            return arrival ? pass(arrival, action, answer) : answer()
          },
        },
      ]),
    )
  }

  return {
    calls,
    refuseWrites(isRefused) {
      isRefusing = isRefused
    },
    faults: {
      replace: () => undefined,
      list: () => [],
      decide: ({ service, action }) => decide(service, action ?? 'none'),
    },
    around(service) {
      if ('operations' in service) return { ...service, operations: aroundOperations(service.operations) }
      return {
        ...service,
        async handle(request, response, body) {
          const arrival = wire.arrival()
          const answer = () => service.handle(request, response, body)
          await (arrival ? pass(arrival, 'raw', answer) : answer())
        },
      }
    },
  }
}

const goesThrough: FaultDecision = { latencyMs: 0, fault: undefined }
const denied: FaultDecision = {
  ...{ latencyMs: 0, fault: { kind: 'error', rate: 1, code: 'AccessDenied', status: 403 } },
}

/** The connection is gone with the process. */
function vanish(response: Arrival['response']): never {
  response.destroy()
  throw new AwsError('ProcessGone', 'whoever asked is dead', 400)
}

/** As Step Functions reports a function whose process ended. */
function exited(): Error {
  return Object.assign(new Error('the process exited before it answered'), { name: 'Lambda.Unknown' })
}
