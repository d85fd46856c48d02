import type { AliasWeight, AliasWeights } from './alias-weights.ts'
import { parseAppSpec } from './app-spec.ts'
import { DeploymentFailure } from './failure.ts'
import { briefly, newTarget, type Platform } from './platform.ts'
import type { DeploymentRecord, Route } from './records.ts'
import { contentOf } from './revision.ts'
import { trafficAt } from './traffic-steps.ts'

type LambdaRoute = Extract<Route, { platform: 'Lambda' }>

/** Deployments to Lambda functions: the weights of an alias move from the current version to the target version. */
export function createLambdaPlatform(aliasesIn: (region: string) => AliasWeights): Platform {
  return {
    async prepare(deployment, now) {
      const spec = deployment.spec ?? parseAppSpec(contentOf(deployment.revision), 'Lambda')
      const route = deployment.route ?? routeOf(deployment, spec.resource)
      if (route.platform !== 'Lambda') throw new Error(`deployment ${deployment.id} has no alias`)
      if (deployment.creator === 'user') await checkAlias(aliasesIn(deployment.region), route)
      const id = `${route.functionName}:${route.alias}`
      return { spec, route, targets: [newTarget(id, deployment, spec, now)] }
    },
    async work(deployment, event, now) {
      const { route, steps } = deployment
      if (route?.platform !== 'Lambda') throw new Error(`deployment ${deployment.id} has no alias`)
      if (event.name !== 'AllowTraffic') return briefly(event, now)
      const { percent, nextInMs } = trafficAt(steps, now - (event.startedAt ?? now))
      // A rollback always writes: the split that it removes is not its own.
      if (percent !== deployment.percent || deployment.creator === 'codeDeployRollback') {
        await move(aliasesIn(deployment.region), route, percent)
      }
      return nextInMs === undefined ? { done: true, percent } : { done: false, percent, againInMs: nextInMs }
    },
  }
}

function routeOf(deployment: DeploymentRecord, resource: { readonly platform: string }): LambdaRoute {
  if (!isLambda(resource)) throw new Error(`deployment ${deployment.id} has the AppSpec of another platform`)
  const { functionName, alias, currentVersion, targetVersion } = resource
  return { platform: 'Lambda', functionName, alias, currentVersion, targetVersion }
}

function isLambda(resource: { readonly platform: string }): resource is LambdaRoute {
  return resource.platform === 'Lambda'
}

/**
 * An alias that a stopped deployment left split fails the next one until somebody cleans it.
 * @throws {DeploymentFailure} `INVALID_LAMBDA_FUNCTION`, `INVALID_LAMBDA_CONFIGURATION`
 */
async function checkAlias(aliases: AliasWeights, route: LambdaRoute): Promise<void> {
  const { functionName, alias, currentVersion } = route
  const found = await aliases.get(functionName, alias)
  const name = `${functionName}:${alias}`
  if (!found) {
    throw new DeploymentFailure('INVALID_LAMBDA_FUNCTION', `The Lambda function alias ${name} could not be found`)
  }
  if (found.additional) {
    throw invalid(`${name} already divides its traffic with version ${found.additional.version}`)
  }
  if (found.version !== currentVersion) {
    throw invalid(`${name} points to version ${found.version}, not to the current version ${currentVersion}`)
  }
}

async function move(aliases: AliasWeights, route: LambdaRoute, percent: number): Promise<void> {
  const { functionName, alias, currentVersion, targetVersion } = route
  const weight: AliasWeight =
    percent === 100
      ? { version: targetVersion }
      : { version: currentVersion, additional: { version: targetVersion, weight: percent / 100 } }
  try {
    await aliases.set(functionName, alias, weight)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new DeploymentFailure('INVALID_LAMBDA_FUNCTION', `The alias could not be updated: ${reason}`)
  }
}

function invalid(reason: string): DeploymentFailure {
  return new DeploymentFailure('INVALID_LAMBDA_CONFIGURATION', `The Lambda function alias ${reason}`)
}
