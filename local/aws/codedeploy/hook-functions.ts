import type { LocalClock } from '../../clock.ts'
import { buildContext, type LambdaFunction } from '../lambda/function.ts'
import { parseFunctionName } from '../lambda/function-name.ts'

/** What CodeDeploy hands to a hook's function: these two members, and no other. */
export interface HookEvent {
  readonly DeploymentId: string
  readonly LifecycleEventHookExecutionId: string
}

/** The local Lambda functions, as hooks call them. */
export interface HookFunctions {
  /**
   * Calls a function and does not wait for it: its answer is PutLifecycleEventHookExecutionStatus.
   * @param name - Name, partial ARN or ARN, as an AppSpec may have it.
   * @returns False when there is no such function.
   */
  invoke(name: string, event: HookEvent): boolean
}

/** Pauses before a function that threw is called again, as of every asynchronous call. */
const RETRY_MS = [60_000, 120_000]

/** @param functions - By name, read anew at each call: more may be registered later. */
export function createHookFunctions(options: {
  readonly functions: Readonly<Record<string, LambdaFunction>>
  readonly clock: LocalClock
  readonly arnOf: (name: string) => string
  readonly reportError: (error: unknown) => void
}): HookFunctions {
  const { functions, clock, arnOf, reportError } = options

  async function callUntilItReturns(run: LambdaFunction, name: string, event: HookEvent): Promise<void> {
    for (const pauseMs of [...RETRY_MS, undefined]) {
      try {
        await run(event, buildContext(arnOf(name)))
        return
      } catch (error) {
        // As on AWS, the deployment is not told: it waits for the answer until its hour is over.
        if (pauseMs === undefined) reportError(error)
        else await clock.sleep(pauseMs)
      }
    }
  }

  return {
    invoke(nameOrArn, event) {
      const { name } = parseFunctionName(nameOrArn)
      const run = Object.hasOwn(functions, name) ? functions[name] : undefined
      if (run) void callUntilItReturns(run, name, event)
      return run !== undefined
    },
  }
}
