import type { Deps } from '../../shared/deps.ts'
import type { Deployment, Phase } from '../../shared/domain/deployment.ts'
import type { Service } from '../../shared/domain/service.ts'
import type { Strategy } from '../../shared/domain/strategy.ts'
import { abort } from '../../shared/use-cases/abort.ts'
import { approve } from '../../shared/use-cases/approve.ts'
import { pause } from '../../shared/use-cases/pause.ts'
import { promote } from '../../shared/use-cases/promote.ts'
import { reject } from '../../shared/use-cases/reject.ts'
import { resume } from '../../shared/use-cases/resume.ts'
import { aDeployer, anAlbRoute } from '../support/builders.ts'
import { aMetricGate } from '../support/gates.ts'
import { routes as each } from './cloud.ts'

/** What a client does once, as soon as the deployment is there; it repeats it until it has an answer. */
export interface Act {
  readonly name: string
  readonly when: (deployment: Deployment) => boolean
  readonly run: (deps: Deps, id: string) => Promise<unknown>
}

/** One whole deployment, and how it ends: undisturbed, and whatever happens to it. */
export interface Scenario {
  readonly name: string
  readonly service: Partial<Service>
  /**
   * `good`; `errors`: green answers with errors from its first request; `loses-targets`: no target of green is healthy any
   * more from its first share on.
   */
  readonly canary: 'good' | 'errors' | 'loses-targets'
  readonly acts: readonly Act[]
  /** How it ends where nothing disturbs it. */
  readonly ends: Phase
}

const errors = aMetricGate({ name: 'errors', metric: 'error-rate', max: 0.01, minRequests: 1, failures: 1 })
const canary: Strategy = { type: 'canary', percent: 10, intervalSeconds: 120, bakeSeconds: 60 }
const strategies = {
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
const approved: Strategy = {
  type: 'steps',
  steps: [
    { weight: 10, bakeSeconds: 60 },
    { weight: 100, bakeSeconds: 60, approval: true },
  ],
}

const routes = {
  dns: [each.dns],
  'alb and dns': [each.web, each.dns],
  'two waves': [anAlbRoute({ wave: 1 }), { ...each.east, wave: 2 }],
} as const

const actor = aDeployer
const bakingAt = (step: number) => (deployment: Deployment) => deployment.phase === 'baking' && deployment.step === step
const waiting = ({ phase }: Deployment) => phase === 'awaiting-approval'
const act = (name: string, when: Act['when'], run: Act['run']): Act => ({ name, when, run })
const abortWhen = (when: Act['when']) => act('abort', when, (deps, id) => abort(deps, id, { actor, reason: 'enough' }))
// One that takes effect late holds until its time-out, which takes everything back.
const pauseAt0 = act('pause', bakingAt(0), (deps, id) => pause(deps, id, { actor, timeoutSeconds: 600 }))
const isPaused = ({ phase }: Deployment) => phase === 'paused'

const good = (name: string, service: Partial<Service>, acts: readonly Act[] = []): Scenario => ({
  ...{ name, service, acts, canary: 'good', ends: 'succeeded' },
})
const bad = (name: string, service: Partial<Service>, how: 'errors' | 'loses-targets' = 'errors'): Scenario => ({
  ...{ name, canary: how, acts: [], ends: 'rolled-back' },
  service: how === 'errors' ? { ...service, gates: [errors] } : service,
})
const aborted = (name: string, service: Partial<Service>, acts: readonly Act[]): Scenario => ({
  ...{ name, service, acts, canary: 'good', ends: 'aborted' },
})

export const scenarios: readonly Scenario[] = [
  good('canary, alb', { strategy: canary }),
  bad('canary, alb, errors', { strategy: canary }),
  bad('canary, alb, loses targets', { strategy: canary }, 'loses-targets'),
  aborted('canary, alb, abort', { strategy: canary }, [abortWhen(bakingAt(0))]),
  good('canary, two waves', { routes: routes['two waves'], strategy: canary }),
  bad('canary, two waves, errors', { routes: routes['two waves'], strategy: canary }),
  good('blue-green, alb', { strategy: strategies['blue-green'] }),
  bad('blue-green, alb, errors', { strategy: strategies['blue-green'] }),
  good('linear, alb', { strategy: strategies.linear }),
  bad('linear, alb, errors', { strategy: strategies.linear }),
  good('steps, alb', { strategy: strategies.steps }),
  good('preset, alb', { strategy: strategies.preset }),
  good('canary, dns', { routes: routes.dns, strategy: canary }),
  aborted('canary, dns, abort', { routes: routes.dns, strategy: canary }, [abortWhen(bakingAt(0))]),
  good('canary, alb and dns', { routes: routes['alb and dns'], strategy: canary }),
  bad('canary, alb and dns, errors', { routes: routes['alb and dns'], strategy: canary }),
  aborted('canary, two waves, abort in the second', { routes: routes['two waves'], strategy: canary }, [
    abortWhen(bakingAt(2)),
  ]),
  aborted('steps, alb and dns, abort', { routes: routes['alb and dns'], strategy: strategies.steps }, [
    abortWhen(bakingAt(1)),
  ]),
  good('canary, alb, promote', { strategy: canary }, [
    act('promote', bakingAt(0), (deps, id) => promote(deps, id, { actor, full: false, expectedStep: 0 })),
  ]),
  good('steps, alb, promote to the end', { strategy: strategies.steps }, [
    act('promote', bakingAt(0), (deps, id) => promote(deps, id, { actor, full: true, expectedStep: 0 })),
  ]),
  good('canary, alb, pause and resume', { strategy: canary }, [
    pauseAt0,
    act('resume', isPaused, (deps, id) => resume(deps, id, { actor })),
  ]),
  aborted('canary, alb, pause and abort', { strategy: canary }, [pauseAt0, abortWhen(isPaused)]),
  good('steps, alb, approve', { strategy: approved }, [
    act('approve', waiting, (deps, id) => approve(deps, id, { actor, expectedStep: 0 })),
  ]),
  aborted('steps, alb, reject', { strategy: approved }, [
    act('reject', waiting, (deps, id) => reject(deps, id, { actor, expectedStep: 0 })),
  ]),
]
