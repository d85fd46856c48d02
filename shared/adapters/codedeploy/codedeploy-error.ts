import { ConflictError, NotFoundError, TransientError, UpstreamError } from '../../domain/errors.ts'
import { messageOf } from '../../domain/message-of.ts'
import { type Attempt, codeOf, toDomainError } from '../aws-error.ts'

/** What one of CodeDeploy's own errors comes to, and what helps. */
interface Meaning {
  readonly as: 'missing' | 'conflict' | 'transient' | 'refusal'
  readonly advice: string
}

const missing = (advice: string): Meaning => ({ as: 'missing', advice })
const refusal = (advice: string): Meaning => ({ as: 'refusal', advice })

const checkNames = 'check the names that the service was registered with, and the Region'
const ownMistake = 'Sluice asked for something that CodeDeploy does not know: report this with the message'
const checkGroup = 'change it in the deployment group'

/**
 * Codes without `Exception`. Throttling, failures of the service and of the network are the same for all of AWS: see
 * `toDomainError`.
 *
 * @see The errors of each operation in CodeDeploy's API reference
 */
const meanings: Readonly<Record<string, Meaning>> = {
  ApplicationDoesNotExist: missing(checkNames),
  DeploymentGroupDoesNotExist: missing(checkNames),
  DeploymentDoesNotExist: missing('check its id, and that the group is in this account and Region'),
  DeploymentConfigDoesNotExist: refusal(`its configuration has been deleted: ${checkGroup}`),

  DeploymentLimitExceeded: {
    as: 'conflict',
    advice: 'wait until the one that runs has ended, or stop it',
  },

  // Targets come and go with their instances: the next look lists them anew.
  DeploymentTargetDoesNotExist: { as: 'transient', advice: 'its targets change at this moment' },
  InstanceDoesNotExist: { as: 'transient', advice: 'its targets change at this moment' },
  DeploymentNotStarted: { as: 'transient', advice: 'it has no targets before it has started' },

  DeploymentAlreadyCompleted: refusal('it has ended: read how'),
  DeploymentIsNotInReadyState: refusal('it waits for nobody now: read on'),
  UnsupportedActionForDeploymentType: refusal('deployments of this kind know no such command'),

  DeploymentConfigAlreadyExists: refusal('another configuration has the name: it cannot be changed, only deleted'),
  DeploymentConfigLimitExceeded: refusal('delete configurations that nothing uses, or ask AWS for a higher limit'),
  InvalidTrafficRoutingConfiguration: refusal('CodeDeploy does not take this strategy: choose another'),
  InvalidMinimumHealthyHostValue: refusal(ownMistake),
  InvalidZonalDeploymentConfiguration: refusal(ownMistake),

  AlarmsLimitExceeded: refusal(`a group has 10 alarms at most: ${checkGroup}`),
  InvalidAlarmConfig: refusal(`its alarms are wrong: ${checkGroup}`),
  InvalidAutoRollbackConfig: refusal(`its automatic rollback is wrong: ${checkGroup}`),
  InvalidAutoScalingGroup: refusal(`its Auto Scaling group is gone or wrong: ${checkGroup}`),
  InvalidECSService: refusal(`its ECS service is gone or wrong, or not controlled by CodeDeploy: ${checkGroup}`),
  InvalidLoadBalancerInfo: refusal(`its load balancer is gone or wrong: ${checkGroup}`),
  InvalidRole: refusal(`its service role is wrong or may not do what the deployment needs: ${checkGroup}`),
  InvalidTargetInstances: refusal(`its instances are named wrongly: ${checkGroup}`),

  InvalidGitHubAccountToken: refusal('connect the application to GitHub again, in the console of CodeDeploy'),
  InvalidRevision: refusal('check the AppSpec, or where the bundle is'),
  RevisionDoesNotExist: refusal('there is no such bundle or commit'),
  RevisionRequired: refusal(ownMistake),

  InvalidApplicationName: refusal(checkNames),
  InvalidDeploymentGroupName: refusal(checkNames),
  InvalidDeploymentConfigName: refusal(ownMistake),
  InvalidDeploymentId: refusal('ids look like d-A1B2C3D4E'),
  InvalidDeploymentTargetId: refusal(ownMistake),
  InvalidComputePlatform: refusal('the application is of another compute platform than its revision'),
  InvalidInput: refusal(ownMistake),
  InvalidDeploymentStatus: refusal('CodeDeploy does not know one of the statuses here'),
  InvalidDeploymentWaitType: refusal(ownMistake),
  InvalidDeploymentInstanceType: refusal(ownMistake),
  InvalidExternalId: refusal(ownMistake),
  InvalidFileExistsBehavior: refusal(ownMistake),
  InvalidIgnoreApplicationStopFailuresValue: refusal(ownMistake),
  InvalidInstanceStatus: refusal(ownMistake),
  InvalidInstanceType: refusal(ownMistake),
  InvalidNextToken: refusal(ownMistake),
  InvalidTargetFilterName: refusal(ownMistake),
  InvalidTimeRange: refusal(ownMistake),
  InvalidUpdateOutdatedInstancesOnlyValue: refusal(ownMistake),
  ApplicationNameRequired: refusal(ownMistake),
  DeploymentGroupNameRequired: refusal(ownMistake),
  DeploymentConfigNameRequired: refusal(ownMistake),
  DeploymentIdRequired: refusal(ownMistake),
  DeploymentTargetIdRequired: refusal(ownMistake),
  BatchLimitExceeded: refusal(ownMistake),
  DeploymentTargetListSizeExceeded: refusal(ownMistake),
  DescriptionTooLong: refusal(ownMistake),
}

/** True where an error of CodeDeploy has a meaning of its own here. @param name - As the SDK spells it. */
export function isKnownError(name: string): boolean {
  return Object.hasOwn(meanings, name.replace(/Exception$/, ''))
}

/** Turns what CodeDeploy's client threw into one of our errors, with the original as `cause`. */
export function toCodeDeployError(error: unknown, attempt: Attempt): Error {
  const code = codeOf(error)
  const meaning = Object.hasOwn(meanings, code) ? meanings[code] : undefined
  if (!meaning) return toDomainError(error, attempt)
  const said = messageOf(error)
  const text = `${attempt.tried} on ${attempt.on} failed: ${code}: ${said}; ${meaning.advice}`
  const cause = { cause: error }
  switch (meaning.as) {
    case 'missing':
      return new NotFoundError(text, cause)
    case 'conflict':
      return new ConflictError(text, runningIn(said), cause)
    case 'transient':
      return new TransientError(text, cause)
    case 'refusal':
      return new UpstreamError(text, cause)
  }
}

/** The deployment that is in the way, where CodeDeploy names it. */
function runningIn(message: string): Readonly<Record<string, string>> {
  const [id] = /\bd-[A-Z0-9]+\b/.exec(message) ?? []
  return id === undefined ? {} : { running: id }
}

/** Runs one call to CodeDeploy; what it throws becomes one of our errors. */
export async function callingCodeDeploy<T>(attempt: Attempt, call: () => Promise<T>): Promise<T> {
  try {
    return await call()
  } catch (error) {
    throw toCodeDeployError(error, attempt)
  }
}

/** What `call` answers, or `otherwise` where it throws one of `codes` (without `Exception`). */
export async function unlessCode<T>(codes: readonly string[], otherwise: T, call: () => Promise<T>): Promise<T> {
  try {
    return await call()
  } catch (error) {
    if (codes.includes(codeOf(error))) return otherwise
    throw error
  }
}
