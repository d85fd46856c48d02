import type { DeploymentRequest, LambdaVersions } from './deployment-request.ts'
import { drivenRouteIn } from './driven.ts'
import { findDriverLimits } from './driver-limits.ts'
import type { Problem } from './errors.ts'
import type { CodeDeployRoute, Service } from './service.ts'

/** What a request asks of a service that does not fit its routes; the request's own shape has been checked before. */
export function checkRequest(service: Pick<Service, 'name' | 'routes'>, request: DeploymentRequest): Problem[] {
  const driven = drivenRouteIn(service.routes)
  return [
    ...(driven ? checkDriven(driven, request) : checkUndriven(service, request)),
    ...checkVersions(service, request),
  ]
}

function checkDriven({ onForeignDeployment }: CodeDeployRoute, request: DeploymentRequest): Problem[] {
  const { to, strategy, gates, codedeploy } = request
  const problems = findDriverLimits({ ...(strategy && { strategy }), ...(gates && { gates }) })
  if (to !== undefined) problems.push({ path: 'to', message: 'must be left out: CodeDeploy chooses the side itself' })
  // Without a revision there is still something to do where a running deployment is taken over.
  if (codedeploy === undefined && onForeignDeployment === 'refuse')
    problems.push({
      path: 'codedeploy',
      message: 'is required with a codedeploy route: one of appSpec, ecs, lambda, s3 or github',
    })
  return problems
}

function checkUndriven({ name }: Pick<Service, 'name'>, { codedeploy }: DeploymentRequest): Problem[] {
  if (codedeploy === undefined) return []
  return [{ path: 'codedeploy', message: `must be left out: service "${name}" has no codedeploy route` }]
}

function checkVersions({ name, routes }: Pick<Service, 'name' | 'routes'>, { lambda }: DeploymentRequest): Problem[] {
  if (lambda === undefined) return []
  const functions = routes.flatMap((route) => (route.kind === 'lambda-alias' ? [route.functionName] : []))
  if (functions.length === 0)
    return [{ path: 'lambda', message: `must be left out: service "${name}" has no lambda-alias route` }]
  return unknownFunctions(lambda, [...new Set(functions)])
}

function unknownFunctions(lambda: LambdaVersions, functions: readonly string[]): Problem[] {
  return Object.keys(lambda)
    .filter((given) => !functions.includes(given))
    .map((given) => ({
      path: `lambda.versions.${given}`,
      message: `is no function of this service's routes, which are spelt ${functions.join(', ')}`,
    }))
}
