import * as sdk from '@aws-sdk/client-codedeploy'
import type { LocalClock } from '../../clock.ts'
import type { AwsService, Persistent } from '../service.ts'
import { createAlarmStates } from './alarm-states.ts'
import type { AliasWeights } from './alias-weights.ts'
import { createApplicationOperations } from './application-operations.ts'
import { createBalancerCalls } from './balancer-calls.ts'
import { createConfigOperations } from './config-operations.ts'
import type { Control } from './control.ts'
import { createDeploymentOperations } from './deployment-operations.ts'
import { createEcsPlatform } from './ecs-platform.ts'
import { createEngine } from './engine.ts'
import { createGroupOperations } from './group-operations.ts'
import type { HookFunctions } from './hook-functions.ts'
import { createInstanceOperations } from './instance-operations.ts'
import { createLambdaPlatform } from './lambda-platform.ts'
import { createServerPlatform } from './server-platform.ts'
import { createStore } from './store.ts'
import { createTagOperations } from './tag-operations.ts'
import { createTargetOperations } from './target-operations.ts'

export interface CodeDeployOptions {
  readonly clock: LocalClock
  /** The load balancers whose listeners ECS deployments move. */
  readonly elasticLoadBalancing: Pick<AwsService, 'operations'>
  /** Makes a change of theirs outlive the process. */
  readonly saveBalancers: () => Promise<void>
  /** Where the alarms of deployment groups are. */
  readonly cloudWatch: Pick<AwsService, 'operations'>
  /** The aliases that Lambda deployments of a Region move. */
  readonly aliasesIn: (region: string) => AliasWeights
  readonly hooks: HookFunctions
  /** Saves `service.state`. Deployments progress without a call, so that no answer waits for it. */
  readonly save: () => Promise<void>
  readonly reportError: (error: unknown) => void
  /** Twelve digits. Default `000000000000`. */
  readonly accountId?: string
}

export interface CodeDeploy {
  readonly service: AwsService & { readonly state: Persistent }
  /** Looks at no deployment any more. After a restart they go on from where they were. */
  close(): Promise<void>
}

/**
 * CodeDeploy of the rehearsal cloud: deployments to ECS, Lambda and on-premises instances that progress on the local clock
 * and move real traffic of the local load balancer.
 */
export function createCodeDeploy(options: CodeDeployOptions): CodeDeploy {
  const { clock, accountId = '000000000000' } = options
  const store = createStore()
  const callsIn = (region: string) => createBalancerCalls(options.elasticLoadBalancing, region, options.saveBalancers)
  const engine = createEngine({
    store,
    clock,
    platforms: {
      ECS: createEcsPlatform(callsIn),
      Lambda: createLambdaPlatform(options.aliasesIn),
      Server: createServerPlatform((region) => [...store.in(region).instances.values()], callsIn),
    },
    alarms: createAlarmStates(options.cloudWatch),
    hooks: options.hooks,
    save: options.save,
    reportError: options.reportError,
  })
  const control: Control = { store, clock, engine, callsIn, accountId }
  return {
    service: {
      signingName: 'codedeploy',
      apiVersion: '2014-10-06',
      targetPrefix: 'CodeDeploy_20141006',
      catalogue: sdk,
      state: {
        name: 'codedeploy',
        save: () => store.save(),
        async load(saved) {
          await engine.pause()
          store.load(saved)
          engine.resume()
        },
        async reset() {
          await engine.pause()
          store.clear()
        },
      },
      operations: {
        ...createApplicationOperations(control),
        ...createConfigOperations(control),
        ...createGroupOperations(control),
        ...createDeploymentOperations(control),
        ...createTargetOperations(control),
        ...createInstanceOperations(control),
        ...createTagOperations(control),
      },
    },
    close: () => engine.pause(),
  }
}
