import * as sdk from '@aws-sdk/client-lambda'
import type { LocalClock } from '../../clock.ts'
import type { MetricSink } from '../../data-plane/data-plane.ts'
import type { FunctionCall, FunctionTargets } from '../../data-plane/function-targets.ts'
import type { AliasWeights } from '../codedeploy/alias-weights.ts'
import { type RequestRates, withinRates } from '../request-rates.ts'
import type { AwsService, Persistent } from '../service.ts'
import { createAliasOperations } from './alias-operations.ts'
import { createAliasWeights } from './alias-weights.ts'
import { type ChosenVersion, chooseVersion } from './choose-version.ts'
import type { ControlPlane } from './control-plane.ts'
import { type FunctionAddress, parseFunctionName } from './function-name.ts'
import { createFunctionOperations } from './function-operations.ts'
import { createInvocationMetrics, type InvocationOutcome } from './invocation-metrics.ts'
import { lambdaRateOf } from './request-rates.ts'
import { createFunctionStore } from './store.ts'
import { createVersionOperations } from './version-operations.ts'

export interface UserFunctionsOptions {
  readonly clock: LocalClock
  /** Takes what the invocations are counted to. */
  readonly metrics: MetricSink
  /** Names that cannot be created: the cloud's own functions. Default: none. */
  readonly takenNames?: readonly string[]
  /** Default `000000000000`. */
  readonly accountId?: string
  /** Numbers from 0 up to 1, for the choice between an alias's versions. Default: `Math.random`. */
  readonly random?: () => number
  /** How much it takes, real time. Default: everything. */
  readonly rates?: RequestRates
  /** Milliseconds of the clock of the rates, which never goes back. Default: the process's own. */
  readonly realNow?: () => number
}

/** One invocation by Invoke, before it runs. */
export interface Invocation {
  readonly chosen: ChosenVersion
  /** To be told once, when it has ended. */
  ended(outcome: InvocationOutcome): void
}

export interface UserFunctions {
  /** Everything of Lambda's API that is built, but Invoke. */
  readonly service: AwsService & { readonly state: Persistent }
  /** Chooses who answers; undefined when there is no such function, version or alias. */
  invocationOf(region: string, address: FunctionAddress): Invocation | undefined
  /** The functions behind target groups. */
  readonly targets: FunctionTargets
  /** The aliases of a Region, for CodeDeploy. @param save - Saves `service.state`. */
  aliasesIn(region: string, save: () => Promise<void>): AliasWeights
  /** Records no metrics any more. */
  close(): void
}

/** Functions whose versions are HTTP servers on this machine, with their aliases. */
export function createUserFunctions(options: UserFunctionsOptions): UserFunctions {
  const { clock, accountId = '000000000000', takenNames = [], random = Math.random } = options
  const store = createFunctionStore(accountId)
  const metrics = createInvocationMetrics({ clock, sink: options.metrics })
  const control: ControlPlane = { store, clock, isTaken: (name) => takenNames.includes(name) }
  const { operations } = withinRates(
    {
      ...createFunctionOperations(control),
      ...createVersionOperations(control),
      ...createAliasOperations(control),
    },
    { rates: {}, code: 'TooManyRequestsException', rateOf: lambdaRateOf, ...options },
  )

  function invocationOf(region: string, address: FunctionAddress): Invocation | undefined {
    const isElsewhere = address.region !== undefined && address.region !== region
    const chosen = isElsewhere ? undefined : chooseVersion(store, region, address, random)
    return chosen && { chosen, ended: (outcome) => metrics.count(chosen, outcome) }
  }

  return {
    service: {
      signingName: 'lambda',
      apiVersion: '2015-03-31',
      speaksRestJson: true,
      catalogue: sdk,
      throttlingCode: 'TooManyRequestsException',
      state: store.state,
      operations,
    },
    invocationOf,
    targets: {
      choose(arn): FunctionCall | undefined {
        const address = parseFunctionName(arn)
        const invocation = invocationOf(address.region ?? '', address)
        return invocation && { origin: invocation.chosen.origin, ended: invocation.ended }
      },
    },
    aliasesIn: (region, save) => createAliasWeights(store, region, save),
    close: () => metrics.stop(),
  }
}
