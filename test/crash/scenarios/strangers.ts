import type { DeploymentEvent } from '../../../shared/domain/deployment.ts'
import { resume } from '../../../shared/use-cases/resume.ts'
import { routes as each } from '../cloud.ts'
import { type Act, aborted, abortWhen, act, actor, bakingAt, canary, good, routes, type Scenario } from '../scenario.ts'

/** Somebody at the console, once traffic moves: a share that is in no plan. */
const stranger: Act = {
  name: 'stranger',
  when: bakingAt(0),
  outside: ({ world, watch }) => {
    watch.noteForeign(each.web, 37)
    world.cloud.shift(each.web, 37)
  },
}
const isHalted: Act['when'] = ({ phase }) => phase === 'halted'
const overwrite = act('resume', isHalted, (deps, id) => resume(deps, id, { actor, drift: 'overwrite' }))
const adopt = act('resume', isHalted, (deps, id) => resume(deps, id, { actor, drift: 'adopt' }))

/** Whoever is asked can tell what was changed, and what from. */
export function namesBothSplits(events: readonly DeploymentEvent[]): readonly string[] {
  return events
    .filter(({ to }) => to === 'halted')
    .flatMap(({ reason }) =>
      /expected blue [\d.]+, green [\d.]+, found blue [\d.]+, green [\d.]+/.test(reason)
        ? []
        : [`it halted, and does not name both splits: ${reason}`],
    )
}

/** A foreign change while the first step bakes, for each `onDrift`. */
export const strangers: readonly Scenario[] = [
  { ...good('stranger, halt, overwrite', { strategy: canary }, [stranger, overwrite]), check: namesBothSplits },
  { ...good('stranger, halt, adopt', { strategy: canary }, [stranger, adopt]), check: namesBothSplits },
  {
    ...aborted('stranger, halt, abort', { strategy: canary }, [stranger, abortWhen(isHalted)]),
    check: namesBothSplits,
  },
  good('stranger, overwrite', { strategy: canary, onDrift: 'overwrite' }, [stranger]),
  {
    ...good(
      'stranger, roll back, alb and dns',
      { routes: routes['alb and dns'], strategy: canary, onDrift: 'roll-back' },
      [stranger],
    ),
    ends: 'rolled-back',
  },
]
