import type { Deps } from '../../shared/deps.ts'
import { type Route, resourceOf, type TestEntry } from '../../shared/domain/service.ts'
import type { Lease } from '../../shared/ports/lease.ts'
import type { Disturbance, PortCall } from './faults.ts'

/** What a run of a function is started with. */
export interface ProcessOptions {
  /** The function: a state of the workflow, `check`, or the command of the API. */
  readonly name: string
  /** The ports of the world, which all processes share. */
  readonly ports: Deps
  readonly disturbance: Disturbance
}

/** One run of a function: its own view of the ports, its own end. */
export interface CrashProcess {
  readonly name: string
  readonly deps: Deps
  /** The newest lease it took of each resource. */
  readonly taken: ReadonlyMap<string, Lease>
  readonly isDead: () => boolean
  /** Rejects when the process dies by a fault, with what Lambda says of it. */
  readonly death: Promise<never>
  die(report: Error): void
  /** Stands still at its next calls and wakes late, milliseconds; then it goes on, whatever was said of it meanwhile. */
  freeze(ms: number): void
  readonly outlivesItsTimeout: () => boolean
}

/** These answer at once and ask nobody. */
const pure = new Set(['target', 'pointAt'])

export function createProcess({ name, ports, disturbance }: ProcessOptions): CrashProcess {
  const { clock } = ports
  const taken = new Map<string, Lease>()
  let [isDead, frozenUntilMs, report] = [false, 0, (_: Error): void => undefined]
  const death = new Promise<never>((_, reject) => {
    report = reject
  })
  death.catch(() => undefined)

  /** Where a dead process stays for ever, and a frozen one until it thaws. */
  async function stand(): Promise<void> {
    if (frozenUntilMs > clock.now()) await clock.sleep(frozenUntilMs - clock.now())
    if (isDead) await new Promise<never>(() => undefined)
  }
  async function call(about: Omit<PortCall, 'process'>, act: () => Promise<unknown>): Promise<unknown> {
    await stand()
    const answer = await disturbance.meet({ ...about, process: self }, act, stand)
    await stand()
    if (about.port === 'leases' && about.method === 'take' && isLease(answer)) taken.set(answer.resource, answer)
    return answer
  }
  const through = <Port extends object>(port: string, target: Port, subject = ''): Port =>
    new Proxy(target, {
      get(of, method, receiver) {
        const value: unknown = Reflect.get(of, method, receiver)
        if (typeof value !== 'function' || typeof method !== 'string' || pure.has(method)) return value
        const send = (args: readonly unknown[]) =>
          call(
            // A task's token is drawn anew in every run.
            { port, method, subject: method === 'wake' ? '' : subject || subjectOf(args), ...tagOf(args) },
            async () => value.apply(of, args),
          )
        return (...args: readonly unknown[]) => {
          const [wish, lastLook] = args
          if (port !== 'driver' || !disturbance.meetsWhatIsSent || typeof lastLook !== 'function') return send(args)
          return Promise.resolve(lastLook()).then(() => send([wish]))
        }
      },
    })
  /** A function that makes a port: what it makes is called through us. */
  const making = <Make extends (of: never) => object>(port: string, make: Make): Make =>
    new Proxy(make, {
      apply: (of, self, args: unknown[]) =>
        through(port, Reflect.apply(of, self, args), resourceOf(args[0] as Route | TestEntry)),
    })

  const ownClock: Deps['clock'] = {
    ...clock,
    async sleep(ms) {
      await clock.sleep(ms)
      await stand()
    },
  }
  const self: CrashProcess = {
    ...{ name, taken, death },
    isDead: () => isDead,
    outlivesItsTimeout: () => frozenUntilMs > 0,
    die(error) {
      isDead = true
      report(error)
    },
    freeze(ms) {
      frozenUntilMs = clock.now() + ms
    },
    deps: portsOfProcess(ports, { ownClock, through, making }),
  }
  return self
}

interface Views {
  readonly ownClock: Deps['clock']
  readonly through: <Port extends object>(port: string, target: Port) => Port
  readonly making: <Make extends (of: never) => object>(port: string, make: Make) => Make
}

/** Whatever a port is called: one that is new goes through the process as well. */
function portsOfProcess(ports: Deps, { ownClock, through, making }: Views): Deps {
  const views = new Map<PropertyKey, unknown>([['clock', ownClock]])
  // Made when it is asked for: most processes need a few of them.
  const viewOf = (name: PropertyKey, value: unknown) => {
    if (name === 'routerFor' || name === 'testRouterFor' || name === 'driverFor')
      return making(name.replace('For', ''), value as (of: never) => object)
    return name === 'logger' || typeof value !== 'object' || value === null ? value : through(String(name), value)
  }
  return new Proxy(ports, {
    get(of, name, receiver) {
      if (!views.has(name)) views.set(name, viewOf(name, Reflect.get(of, name, receiver)))
      return views.get(name)
    },
  })
}

function isLease(answer: unknown): answer is Lease {
  return typeof answer === 'object' && answer !== null && 'fence' in answer && 'resource' in answer
}

function tagOf([first]: readonly unknown[]): Pick<PortCall, 'tag'> {
  const isTagged = typeof first === 'object' && first !== null && 'tag' in first && typeof first.tag === 'string'
  return isTagged ? { tag: String(first.tag) } : {}
}

/** Of these kinds of routes no one field tells which it is. */
function isNamedByItself(value: object): value is Route {
  return 'kind' in value && (value.kind === 'lambda-alias' || value.kind === 'codedeploy')
}

/** What a call is about, for people and for telling calls apart: the first text among its arguments and their fields. */
function subjectOf(args: readonly unknown[]): string {
  const [first] = args
  if (typeof first === 'string') return first
  if (typeof first !== 'object' || first === null) return ''
  if (isNamedByItself(first)) return resourceOf(first)
  const fields: readonly unknown[] = Object.values(first)
  const named = ['resource', 'ruleArn', 'id', 'name'].flatMap((key) => (key in first ? [Reflect.get(first, key)] : []))
  return String([...named, ...fields].find((field) => typeof field === 'string') ?? '')
}
