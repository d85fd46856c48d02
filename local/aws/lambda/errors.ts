import { AwsError } from '../service.ts'

/** HTTP status of Lambda's errors, for Invoke, whose answers no schema writes. */
const statuses = {
  InvalidParameterValueException: 400,
  ValidationException: 400,
  ResourceNotFoundException: 404,
  ResourceConflictException: 409,
  PreconditionFailedException: 412,
} as const

/** @throws {AwsError} Always. */
export function refuse(code: keyof typeof statuses, message: string): never {
  throw new AwsError(code, message, statuses[code])
}

/** @throws {AwsError} `PreconditionFailedException` unless the caller knows the revision, or asks for none. */
export function checkRevision(given: string | undefined, current: string): void {
  if (given === undefined || given === current) return
  refuse(
    'PreconditionFailedException',
    'The RevisionId provided does not match the latest RevisionId. Call the GetFunction/GetAlias API to retrieve the latest RevisionId',
  )
}
