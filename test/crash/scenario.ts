import type { Deps } from '../../shared/deps.ts'
import type { Deployment, DeploymentEvent, Phase } from '../../shared/domain/deployment.ts'
import type { DeploymentRequest } from '../../shared/domain/deployment-request.ts'
import type { Service } from '../../shared/domain/service.ts'
import type { Strategy } from '../../shared/domain/strategy.ts'
import { abort } from '../../shared/use-cases/abort.ts'
import { pause } from '../../shared/use-cases/pause.ts'
import { aDeployer, anAlbRoute } from '../support/builders.ts'
import { aMetricGate } from '../support/gates.ts'
import { type CrashRoute, routes as each } from './cloud.ts'
import type { Watch } from './invariants.ts'
import type { CrashWorld } from './world.ts'

/** The world of a run, for what happens to it from outside. */
export interface Outside {
  readonly world: CrashWorld
  readonly watch: Watch
}

interface OneAct {
  readonly name: string
  readonly when: (deployment: Deployment) => boolean
}

/** A client's command, which it repeats until it has an answer. */
export interface Command extends OneAct {
  readonly run: (deps: Deps, id: string) => Promise<unknown>
  /** Told when the command is about to be sent, and when it was answered. */
  readonly around?: (outside: Outside, isAnswered: boolean) => void
}

/** No call of ours: somebody else, or something. */
export interface Incident extends OneAct {
  readonly outside: (outside: Outside) => unknown
}

/** What happens once, as soon as the deployment is there. */
export type Act = Command | Incident

export type ServiceOfScenario = Partial<Omit<Service, 'routes'>> & { readonly routes?: readonly CrashRoute[] }

/** One whole deployment, and how it ends: undisturbed, and whatever happens to it. */
export interface Scenario {
  readonly name: string
  readonly service: ServiceOfScenario
  /** What is asked for besides the service. */
  readonly request?: Omit<DeploymentRequest, 'service'>
  /**
   * `good`; `errors`: green answers with errors from its first request; `loses-targets`: no target of green is healthy any
   * more from its first share on; `errors at the end`: it answers with errors from when it has everything.
   */
  readonly canary: 'good' | 'errors' | 'errors at the end' | 'loses-targets'
  readonly acts: readonly Act[]
  /** How it ends where nothing disturbs it. */
  readonly ends: Phase
  /** Before the start: what is there already, or what will come by itself. */
  readonly prepare?: (outside: Outside) => unknown
  /** True where it takes thousands of calls, or what only a cloud in memory can be told: not run through the SDKs. Default false. */
  readonly isOnlyOnMemory?: boolean
  /** Faults only from the first call of this process on: what comes before is in another scenario. Default: all. */
  readonly from?: string
  /** What its events must not lack, in words; whatever befell it. */
  readonly check?: (events: readonly DeploymentEvent[]) => readonly string[]
}

export const errors = aMetricGate({ name: 'errors', metric: 'error-rate', max: 0.01, minRequests: 1, failures: 1 })
export const canary: Strategy = { type: 'canary', percent: 10, intervalSeconds: 120, bakeSeconds: 60 }
export const strategies = {
  'blue-green': { type: 'blue-green', bakeSeconds: 120 },
  canary,
  linear: { type: 'linear', percent: 40, intervalSeconds: 60, bakeSeconds: 60 },
  steps: {
    type: 'steps',
    steps: [
      { weight: 5, bakeSeconds: 60 },
      { weight: 50, bakeSeconds: 60 },
      { weight: 100, bakeSeconds: 60 },
    ],
  },
  preset: { type: 'preset', name: 'CodeDeployDefault.ECSCanary10Percent5Minutes' },
} as const satisfies Readonly<Record<string, Strategy>>
export const approved: Strategy = {
  type: 'steps',
  steps: [
    { weight: 10, bakeSeconds: 60 },
    { weight: 100, bakeSeconds: 60, approval: true },
  ],
}

export const routes = {
  dns: [each.dns],
  'alb and dns': [each.web, each.dns],
  'two waves': [anAlbRoute({ wave: 1 }), { ...each.east, wave: 2 }],
} as const

export const actor = aDeployer
export const bakingAt = (step: number) => (deployment: Deployment) =>
  deployment.phase === 'baking' && deployment.step === step
export const waiting = ({ phase }: Deployment) => phase === 'awaiting-approval'
export const act = (name: string, when: Act['when'], run: Command['run']): Command => ({ name, when, run })
export const abortWhen = (when: Act['when']) =>
  act('abort', when, (deps, id) => abort(deps, id, { actor, reason: 'enough' }))
// One that takes effect late holds until its time-out, which takes everything back.
export const pauseAt0 = act('pause', bakingAt(0), (deps, id) => pause(deps, id, { actor, timeoutSeconds: 600 }))
export const isPaused = ({ phase }: Deployment) => phase === 'paused'

export const good = (name: string, service: ServiceOfScenario, acts: readonly Act[] = []): Scenario => ({
  ...{ name, service, acts, canary: 'good', ends: 'succeeded' },
})
export const bad = (
  name: string,
  service: ServiceOfScenario,
  how: Exclude<Scenario['canary'], 'good'> = 'errors',
): Scenario => ({
  ...{ name, canary: how, acts: [], ends: 'rolled-back' },
  service: how === 'loses-targets' ? service : { ...service, gates: service.gates ?? [errors] },
})
export const aborted = (name: string, service: ServiceOfScenario, acts: readonly Act[]): Scenario => ({
  ...{ name, service, acts, canary: 'good', ends: 'aborted' },
})
