import { approve } from '../../shared/use-cases/approve.ts'
import { promote } from '../../shared/use-cases/promote.ts'
import { reject } from '../../shared/use-cases/reject.ts'
import { resume } from '../../shared/use-cases/resume.ts'
import {
  aborted,
  abortWhen,
  act,
  actor,
  approved,
  bad,
  bakingAt,
  canary,
  good,
  isPaused,
  pauseAt0,
  routes,
  type Scenario,
  strategies,
  waiting,
} from './scenario.ts'
import { driven } from './scenarios/driven.ts'
import { leftovers } from './scenarios/leftovers.ts'
import { strangers } from './scenarios/strangers.ts'
import { waits } from './scenarios/waits.ts'

/** Each strategy on load balancers, DNS, both and two waves; a good and a bad canary; each command. */
export const deployments: readonly Scenario[] = [
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

/** Every scenario. One more: a file in `scenarios/`, and its list here. */
export const scenarios: readonly Scenario[] = [...deployments, ...driven, ...strangers, ...waits, ...leftovers]
