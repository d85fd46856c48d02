import { isLoopback } from '../../data-plane/route53-health/endpoint.ts'
import { refuse } from './errors.ts'

/** Environment variable of a function that says which local server answers for it: `http://127.0.0.1:9001`. */
export const localUrlVariable = 'SLUICE_LOCAL_URL'

/**
 * The server behind a version.
 *
 * @param variables - Its environment.
 * @returns Its origin, or undefined when the environment names none: such a function can be published and not invoked.
 * @throws {AwsError} `InvalidParameterValueException` for anything but plain HTTP to this machine: nothing leaves it.
 */
export function localOrigin(variables: Readonly<Record<string, string>>): string | undefined {
  const text = variables[localUrlVariable]
  if (text === undefined) return undefined
  const url = URL.canParse(text) ? new URL(text) : undefined
  const host = url?.hostname.replace(/^\[|\]$/g, '') ?? ''
  const isHere = host === 'localhost' || isLoopback(host)
  const isBare = url?.pathname === '/' && url.search === '' && url.hash === '' && url.username === ''
  if (url?.protocol === 'http:' && isHere && isBare) return url.origin
  return refuse(
    'InvalidParameterValueException',
    `${localUrlVariable} must be http://ADDRESS:PORT with a loopback address and no path, such as http://127.0.0.1:9001, not '${text}': the local endpoint runs no code and calls nothing outside this machine`,
  )
}
