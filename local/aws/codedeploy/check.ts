import { AwsError } from '../service.ts'

/** Names of applications, deployment groups and configurations. @see CodeDeploy user guide, "Limits" */
const NAME = /^[A-Za-z0-9._+=,@-]{1,100}$/

export function refuse(code: string, message: string): never {
  throw new AwsError(code, message)
}

/** @throws {AwsError} `ApplicationNameRequiredException`, `InvalidApplicationNameException` */
export function checkApplicationName(name: string | undefined): string {
  if (!name) return refuse('ApplicationNameRequiredException', 'Application name is missing')
  return NAME.test(name) ? name : refuse('InvalidApplicationNameException', wrongName('application', name))
}

/** @throws {AwsError} `DeploymentGroupNameRequiredException`, `InvalidDeploymentGroupNameException` */
export function checkGroupName(name: string | undefined): string {
  if (!name) return refuse('DeploymentGroupNameRequiredException', 'Deployment Group name is missing')
  return NAME.test(name) ? name : refuse('InvalidDeploymentGroupNameException', wrongName('deployment group', name))
}

/** @throws {AwsError} `DeploymentConfigNameRequiredException`, `InvalidDeploymentConfigNameException` */
export function checkConfigName(name: string | undefined): string {
  if (!name) return refuse('DeploymentConfigNameRequiredException', 'Deployment Config name is missing')
  return NAME.test(name) ? name : refuse('InvalidDeploymentConfigNameException', wrongName('deployment config', name))
}

/** @throws {AwsError} `DeploymentIdRequiredException`, `InvalidDeploymentIdException` */
export function checkDeploymentId(id: string | undefined): string {
  if (!id) return refuse('DeploymentIdRequiredException', 'Deployment ID is missing')
  if (!/^d-[A-Z0-9]{9}$/.test(id)) refuse('InvalidDeploymentIdException', `${id} is not a valid deployment ID`)
  return id
}

/**
 * Finds a word that the schemas leave open.
 * @throws {AwsError} `code`, naming what is allowed.
 */
export function checkOneOf<const Word extends string>(
  code: string,
  member: string,
  value: string | undefined,
  allowed: readonly Word[],
): Word {
  const word = allowed.find((candidate) => candidate === value)
  return word ?? refuse(code, `${member} must be one of ${allowed.join(', ')}, not '${value ?? ''}'`)
}

/** @throws {AwsError} `code` unless `value` is a whole number in the range, ends included. */
export function checkWhole(
  code: string,
  member: string,
  value: number | undefined,
  [least, most]: readonly [number, number],
): number {
  if (value === undefined || !Number.isInteger(value) || value < least || value > most) {
    return refuse(code, `${member} must be a whole number from ${least} to ${most}, not ${value}`)
  }
  return value
}

function wrongName(kind: string, name: string): string {
  return `'${name}' is no ${kind} name: 1 to 100 characters of a-z, A-Z, 0-9 and . _ + = , @ -`
}
