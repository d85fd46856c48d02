import { AwsError } from '../service.ts'

/** A value that the operation does not take; `message` names the parameter. */
export const invalidValue = (message: string) => new AwsError('InvalidParameterValue', message)

/** Parameters that exclude each other, or that ask for too much together. */
export const invalidCombination = (message: string) => new AwsError('InvalidParameterCombination', message)

/** A parameter that must be there. */
export const missingParameter = (name: string) => new AwsError('MissingParameter', `The parameter ${name} is required.`)

/** What AWS answers to a query or alarm that is wrong as a whole, and we to what the rehearsal cloud does not do. */
export const validationError = (message: string) => new AwsError('ValidationError', message)

/** A member of the API that exists at AWS and not here. Refused: silently ignoring it would make the rehearsal lie. */
export const notImplemented = (what: string) => validationError(`${what} is not implemented by the rehearsal cloud.`)

export const resourceNotFound = (message: string) => new AwsError('ResourceNotFound', message, 404)

export const invalidToken = () => new AwsError('InvalidNextToken', 'The next token specified is invalid.')
