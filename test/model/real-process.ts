import type { Deps } from '../../shared/deps.ts'
import { TransientError } from '../../shared/domain/errors.ts'
import type { PortCall } from '../crash/faults.ts'
import { createProcess } from '../crash/process.ts'
import type { ProcessName } from './state.ts'

/** The calls that the model knows, in its words. */
const modelled: Readonly<Record<string, string>> = {
  'deployments.load': 'load',
  'deployments.save': 'save',
  'deployments.listPointers': 'list-pointers',
  'deployments.watchPointer': 'watch-pointer',
  'deployments.freePointer': 'free-pointer',
  'deployments.watched': 'watched',
  'leases.take': 'take',
  'leases.isHeld': 'is-held',
  'leases.intend': 'intend',
  'leases.confirm': 'confirm',
  'leases.giveBack': 'give-back',
  'leases.peek': 'peek',
  'router.read': 'read',
  'router.write': 'write',
  'workflow.status': 'status',
  'workflow.start': 'start',
}

/**
 * What the model leaves out, because nobody decides by it here who may write what, and when: copies, measurements and
 * messages; the line, which runs; health, which is asked for between two calls of the model and counts as of the later
 * one; queues, in which nothing waits.
 */
const internal: ReadonlySet<string> = new Set([
  'deployments.copyEvents',
  'deployments.listQueues',
  'deployments.queueOf',
  'deployments.loadMeasures',
  'deployments.saveMeasures',
  'deployments.saveWakeToken',
  'deployments.wakeToken',
  'services.get',
  'line.read',
  'targetHealth.read',
  'metrics.read',
  'notifier.page',
  'workflow.wake',
])

/** How a call of a real process is answered: see the model's moves. */
export type RealAnswer = 'answered' | 'hangs'

/** One run of a real use case that makes a call only when it is told to. */
export interface RealProcess {
  /**
   * Hands over the answer of the last call and lets the code run to its next one, whose name is returned; null where it
   * ends instead.
   *
   * @throws {Error} If it makes a call that is neither modelled nor known to be without bearing, or stands still.
   */
  goOn(): Promise<string | null>
  /** Carries out the call at which it stands. Returns what it was answered; undefined where it threw. */
  carryOut(answer: RealAnswer): Promise<unknown>
}

export interface RealProcessOptions {
  readonly name: ProcessName
  /** As this process sees them. */
  readonly ports: Deps
  readonly work: (deps: Deps) => Promise<unknown>
  /** A write of routing was sent that takes effect, if it does, when `land` is called. */
  readonly onHang: (call: PortCall, land: () => Promise<unknown>) => void
}

interface Standing {
  readonly call: PortCall
  readonly act: () => Promise<unknown>
  readonly answer: (outcome: Promise<unknown>) => void
}

/** Longer than the code computes between two calls, milliseconds. */
const stuckMs = 5000

export function createRealProcess({ name, ports, work, onHang }: RealProcessOptions): RealProcess {
  let standing: Standing | null = null
  let handOver: (() => void) | null = null
  let arrived: (at: Standing | null) => void = () => undefined
  let broken: Error | null = null

  async function meet(call: PortCall, act: () => Promise<unknown>): Promise<unknown> {
    const method = `${call.port}.${call.method}`
    if (internal.has(method)) return act()
    if (!(method in modelled)) {
      broken = new Error(`${name} calls ${method}, which the model does not know`)
      arrived(null)
    }
    return new Promise((resolve) => {
      standing = { call, act, answer: resolve }
      arrived(standing)
    })
  }

  const process = createProcess({ name, ports, disturbance: { meet } })
  const start = () =>
    void work(process.deps).then(
      () => arrived(null),
      (error: unknown) => {
        if (!isExpected(error, name)) broken = error instanceof Error ? error : new Error(String(error))
        arrived(null)
      },
    )

  return {
    async goOn() {
      let timer: NodeJS.Timeout | undefined
      const arriving = new Promise<Standing | null>((resolve, reject) => {
        arrived = resolve
        timer = setTimeout(() => reject(new Error(`${name} stands still`)), stuckMs)
      })
      if (handOver) handOver()
      else start()
      try {
        const at = await arriving
        if (broken) throw broken
        return at && (modelled[`${at.call.port}.${at.call.method}`] ?? null)
      } finally {
        clearTimeout(timer)
      }
    },
    async carryOut(answer) {
      if (standing === null) throw new Error(`${name} makes no call`)
      const { call, act, answer: tell } = standing
      standing = null
      const outcome = answer === 'hangs' ? hang(call, act, onHang) : act()
      // It is looked at only when it is handed over.
      handOver = () => tell(outcome)
      return outcome.catch(() => undefined)
    },
  }
}

function hang(call: PortCall, act: () => Promise<unknown>, onHang: RealProcessOptions['onHang']): Promise<never> {
  onHang(call, act)
  return Promise.reject(new TransientError(`${call.port}.${call.method}: no answer`))
}

/**
 * What a use case may throw: whoever called it tries again, or the next check does. A check that throws alarms somebody:
 * never because a deployment has ended meanwhile.
 */
function isExpected(error: unknown, by: ProcessName): boolean {
  if (error instanceof AggregateError) return error.errors.every((one: unknown) => isExpected(one, by))
  if (!(error instanceof Error)) return false
  return error.name === 'TransientError' || (error.name === 'ConflictError' && by !== 'check')
}
