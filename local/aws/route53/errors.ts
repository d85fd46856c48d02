import { AwsError } from '../service.ts'

export function refuse(code: string, message: string, status = 400): never {
  throw new AwsError(code, message, status)
}

/** A request that the API's own model rules out. */
export function refuseInput(message: string): never {
  return refuse('InvalidInput', message)
}

/** @param path - Of the member: `changeBatch.changes.1.member.action`. @param value - As it was sent. */
export function refuseValue(path: string, value: unknown, constraint: string): never {
  const shown = value === undefined ? 'null' : `'${String(value)}'`
  return refuseInput(
    `1 validation error detected: Value ${shown} at '${path}' failed to satisfy constraint: ${constraint}`,
  )
}

/**
 * Route 53 lists every problem of a batch in one message in brackets, in the error element that all errors have; the
 * `InvalidChangeBatch` element of its API reference is not sent any more.
 *
 * @see aws/aws-sdk-kotlin pull request 1435
 */
export function refuseBatch(messages: readonly string[]): never {
  return refuse('InvalidChangeBatch', `[${messages.join(', ')}]`)
}
