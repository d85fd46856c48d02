import { AwsError } from '../service.ts'

/** What a name may begin with to reach a secret of Secrets Manager. */
const secretsManagerPrefix = '/aws/reference/secretsmanager/'
const longestName = 1011
const deepestHierarchy = 15

/** A parameter, and which of its versions; undefined: the newest. */
export interface ParameterSelector {
  readonly name: string
  readonly version?: number
  /** As it was asked for, with its colon: `:3`. */
  readonly selector?: string
}

/**
 * Checks the name of a parameter that is to be written.
 *
 * @throws {AwsError} As Parameter Store refuses.
 * @see AWS Systems Manager API Reference, PutParameter, Name
 */
export function checkNewName(name: string): void {
  const refuse = (message: string) => new AwsError('ValidationException', message)
  if (!/^[a-zA-Z0-9_.\-/]+$/.test(name))
    throw refuse('Parameter name: can only contain the letters a to z, digits and the symbols . - _ /')
  if (name.length > longestName) throw refuse(`Parameter name: has more than ${longestName} characters`)
  if (name.includes('/') && !name.startsWith('/')) throw refuse('Parameter name must be a fully qualified name.')
  if (name.includes('//') || name.endsWith('/')) throw refuse('Parameter name: has an empty level')
  if (/^\/?(aws|ssm)/i.test(name))
    throw refuse('Parameter name: can\'t be prefixed with "aws" or "ssm" (case-insensitive)')
  if (name.split('/').length - 1 > deepestHierarchy)
    throw new AwsError(
      'HierarchyLevelLimitExceededException',
      `A hierarchy can have at most ${deepestHierarchy} levels`,
    )
}

/** Reads a name or ARN, with or without `:version`. @throws {AwsError} If the version is none, or it is a label. */
export function parseSelector(text: string): ParameterSelector {
  const path = text.replace(/^arn:aws[a-z-]*:ssm:[a-z0-9-]+:\d{12}:parameter/, '')
  const [name = '', version] = path.split(':')
  if (version === undefined) return { name }
  if (!/^[0-9]+$/.test(version)) {
    const message = `Labels are not implemented by the local endpoint: ${text}`
    throw new AwsError('NotImplemented', message)
  }
  return { name, version: Number(version), selector: `:${version}` }
}

/** @throws {AwsError} For names that reach into Secrets Manager, which the local endpoint has not. */
export function refuseSecretsManager(name: string, decrypted: boolean): void {
  if (!name.startsWith(secretsManagerPrefix)) return
  if (!decrypted)
    throw new AwsError(
      'ValidationException',
      'WithDecryption flag must be True for retrieving a Secret Manager secret.',
    )
  const message = `An error occurred (ParameterNotFound) when referencing Secrets Manager: Secret ${name} not found.`
  throw new AwsError('ParameterNotFound', message)
}
