import type { CommandInput } from '../domain/command.ts'
import type { Deployment } from '../domain/deployment.ts'
import { ConflictError } from '../domain/errors.ts'

/** @throws {ConflictError} If the deployment is not at the version or step that the caller named, with the current one. */
export function requireExpected(deployment: Deployment, { expectedVersion, expectedStep }: CommandInput): void {
  const current = { version: deployment.version, step: deployment.step, phase: deployment.phase }
  if (expectedVersion !== undefined && expectedVersion !== deployment.version) {
    throw new ConflictError(
      `expectedVersion is ${expectedVersion}, the deployment is at ${deployment.version}`,
      current,
    )
  }
  if (expectedStep !== undefined && expectedStep !== deployment.step) {
    throw new ConflictError(`expectedStep is ${expectedStep}, the deployment is at step ${deployment.step}`, current)
  }
}
