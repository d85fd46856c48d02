import type { DeploymentRequest } from '../domain/deployment-request.ts'
import { ValidationError } from '../domain/errors.ts'
import { checkRequest } from '../domain/request-check.ts'
import type { Service } from '../domain/service.ts'

/** @throws {ValidationError} If the request does not fit the service's routes; with every problem. */
export function requireFittingRequest(service: Service, request: DeploymentRequest): void {
  const problems = checkRequest(service, request)
  if (problems.length > 0) throw new ValidationError(`the request does not fit service "${service.name}"`, problems)
}
