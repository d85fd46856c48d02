import type { DeploymentRequest } from '../../../shared/domain/deployment-request.ts'
import type { CodeDeployRoute } from '../../../shared/domain/service.ts'
import type { Strategy } from '../../../shared/domain/strategy.ts'
import { approve } from '../../../shared/use-cases/approve.ts'
import { aLambdaRevision, anEcsRevision } from '../../support/driven.ts'
import { anAlarmsGate } from '../../support/gates.ts'
import { routes as each } from '../cloud.ts'
import { allAtOnceIn, type GroupSettings, isLambda, lambdaAlarm } from '../driver-cloud.ts'
import {
  type Act,
  aborted,
  abortWhen,
  act,
  actor,
  bad,
  bakingAt,
  canary,
  errors,
  good,
  type Scenario,
  waiting,
} from '../scenario.ts'

const linear: Strategy = { type: 'linear', percent: 50, intervalSeconds: 60, bakeSeconds: 60 }
/** Errors take some minutes to be seen, and CodeDeploy waits for nobody. */
const slow: Strategy = { type: 'canary', percent: 10, intervalSeconds: 480, bakeSeconds: 60 }
const longEnd: Strategy = { type: 'canary', percent: 10, intervalSeconds: 120, bakeSeconds: 300 }

/** A group and what is deployed in it. */
interface Driven {
  readonly route: CodeDeployRoute
  readonly strategy?: Strategy
  readonly group?: GroupSettings
}

const asked = ({ route, strategy = canary }: Driven) => ({
  service: { routes: [route], strategy },
  request: { codedeploy: isLambda(route) ? aLambdaRevision : anEcsRevision } satisfies Scenario['request'],
})
/** What was deployed before is known to CodeDeploy, and all traffic is on blue. */
const prepared = ({ route, group = {} }: Driven): Required<Pick<Scenario, 'prepare'>> => ({
  async prepare({ world }) {
    if (!isLambda(route)) {
      world.cloud.shift(route, 100)
      await world.cloud.driver.start(route, allAtOnceIn(route))
      await world.clock.advance(60_000)
    }
    await world.cloud.driver.configure(route, group)
  },
})

const goodOne = (name: string, driven: Driven, acts: readonly Act[] = []): Scenario => ({
  ...good(name, asked(driven).service, acts),
  ...{ request: asked(driven).request, ...prepared(driven) },
})
const badOne = (name: string, driven: Driven, how: 'errors' | 'errors at the end' = 'errors'): Scenario => ({
  ...bad(name, { ...asked(driven).service, gates: [isLambda(driven.route) ? alarm : errors] }, how),
  ...{ request: asked(driven).request, ...prepared(driven) },
})
const abortedOne = (name: string, driven: Driven, acts: readonly Act[]): Scenario => ({
  ...aborted(name, asked(driven).service, acts),
  ...{ request: asked(driven).request, ...prepared(driven) },
})
/** CodeDeploy gives up by itself. */
const failing = (name: string, driven: Driven, event: string): Scenario => ({
  ...goodOne(name, driven),
  ...{ ends: 'rolled-back', isOnlyOnMemory: true },
  async prepare(outside) {
    await prepared(driven).prepare(outside)
    outside.world.cloud.driver.failAt(driven.route, event)
  },
})

const alarm = anAlarmsGate({ name: 'errors', alarmNames: [lambdaAlarm] })
const waits: GroupSettings = { readyWaitMinutes: 60 }
const isBeforeCreation: Act['when'] = ({ stage }) => stage !== 'baking'
const rollsBackByItself: GroupSettings = { autoRollback: { enabled: true, events: ['DEPLOYMENT_FAILURE'] } }
const { ecs, lambda, alias } = each

/** Somebody at the console was faster. */
const startForeign: Scenario['prepare'] = async (outside) => {
  await prepared({ route: ecs }).prepare(outside)
  await outside.world.cloud.driver.start(ecs, 'CodeDeployDefault.ECSCanary10Percent5Minutes')
}

const lambdaRequest: Omit<DeploymentRequest, 'service'> = { lambda: { checkout: '7' } }
const aliasOf = (scenario: Scenario): Scenario => ({ ...scenario, request: lambdaRequest })

/** CodeDeploy owns the shift: on ECS and Lambda; and aliases that Sluice moves itself. */
export const driven: readonly Scenario[] = [
  goodOne('canary, codedeploy ecs', { route: ecs }),
  goodOne('linear, codedeploy ecs', { route: ecs, strategy: linear }),
  badOne('canary, codedeploy ecs, errors', { route: ecs, strategy: slow }),
  abortedOne('canary, codedeploy ecs, abort', { route: ecs }, [abortWhen(bakingAt(0))]),
  abortedOne('canary, codedeploy ecs, abort before creation', { route: ecs }, [abortWhen(isBeforeCreation)]),
  goodOne('canary, codedeploy ecs, approve', { route: ecs, group: waits }, [
    act('approve', waiting, (deps, id) => approve(deps, id, { actor, expectedStep: 0 })),
  ]),
  abortedOne('canary, codedeploy ecs, abort while ready', { route: ecs, group: waits }, [abortWhen(waiting)]),
  failing('canary, codedeploy ecs, fails', { route: ecs }, 'AllowTraffic'),
  failing(
    'canary, codedeploy ecs, fails and rolls back',
    { route: ecs, group: rollsBackByItself },
    'AfterAllowTraffic',
  ),
  goodOne('canary, codedeploy ecs, termination waits', { route: ecs, group: { terminationWaitMinutes: 60 } }),
  { ...goodOne('canary, codedeploy ecs, adopted', { route: each.adopting, strategy: slow }), prepare: startForeign },
  {
    ...badOne('canary, codedeploy ecs, adopted, errors', { route: each.adopting, strategy: slow }),
    prepare: startForeign,
  },
  badOne('canary, codedeploy ecs, errors at the end', { route: ecs, strategy: longEnd }, 'errors at the end'),
  goodOne('canary, codedeploy lambda', { route: lambda }),
  badOne('canary, codedeploy lambda, errors', { route: lambda }),
  aliasOf(good('canary, alias', { routes: [alias], strategy: canary })),
  aliasOf(bad('canary, alias, errors', { routes: [alias], strategy: canary, gates: [alarm] })),
  aliasOf(aborted('canary, alias, abort', { routes: [alias], strategy: canary }, [abortWhen(bakingAt(0))])),
]
