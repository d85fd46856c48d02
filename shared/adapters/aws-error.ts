import { NotFoundError, TransientError, UpstreamError } from '../domain/errors.ts'

/** What a call to AWS was about, for the message of its error. */
export interface Attempt {
  /** Operation and IAM action in one: `elasticloadbalancing:ModifyRule`. */
  readonly tried: string
  /** The resource: an ARN or a name. */
  readonly on: string
}

/** Codes without `Exception`, as the Query and JSON protocols spell them: the call was turned away and did nothing. */
const throttlingCodes = new Set([
  'Throttling',
  'Throttled',
  'TooManyRequests',
  'RequestLimitExceeded',
  'RequestThrottled',
  'PriorRequestNotComplete',
])

/** Somebody else changed it since it was read, or AWS is still changing it: the call did nothing. */
const supersededCodes = new Set(['PreconditionFailed', 'ResourceConflict'])

/** What the call did is unknown. */
const transientCodes = new Set([
  'RequestTimeout',
  'Timeout',
  'TimeoutError',
  'AbortError',
  'InternalFailure',
  'InternalError',
  'InternalServiceFault',
  'InternalServiceError',
  // Lambda's `ServiceException`.
  'Service',
  'ServiceUnavailable',
  'HealthUnavailable',
  // Temporary credentials are fetched anew before the next attempt.
  'ExpiredToken',
])

/** What Node reports when the network or the name service fails. */
const networkCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
])

const missingCodes = new Set([
  'RuleNotFound',
  'ListenerNotFound',
  'LoadBalancerNotFound',
  'TargetGroupNotFound',
  'ResourceNotFound',
  'StateMachineDoesNotExist',
  'ExecutionDoesNotExist',
  'ParameterNotFound',
])

/** What a person can do about a refusal. */
const advice: Readonly<Record<string, string>> = {
  AccessDenied: 'allow the action in the role of the function (and in the policies above it)',
  UnauthorizedOperation: 'allow the action in the role of the function (and in the policies above it)',
  OperationNotPermitted: "a listener's default rule takes no ModifyRule: register the route with listenerArn instead",
  TargetGroupAssociationLimit: 'a target group belongs to one load balancer: give this route groups of its own',
  TooManyActions: 'the rule has more actions than AWS allows: remove some',
  TooManyTargetGroups: 'an action takes at most 5 target groups: detach one that is not in use',
  TooManyUniqueTargetGroupsPerLoadBalancer: 'the load balancer has 100 target groups: detach one that is not in use',
  InvalidLoadBalancerAction: 'the groups do not fit this listener: check protocol and target group stickiness',
  IncompatibleProtocols: "the groups' protocol does not fit the listener's: recreate them with its protocol",
  InvalidConfigurationRequest: 'AWS calls the configuration invalid: compare blue and green, attribute by attribute',
  InvalidParameterValue:
    'AWS calls a value invalid: an alias takes two published versions with the same role and dead-letter queue',
  CredentialsProviderError: 'no credentials were found: run with a role, or set AWS_ACCESS_KEY_ID and its secret',
}

/**
 * Turns what an SDK client threw into one of our errors. A write whose outcome nobody knows (time-out, reset, 5xx,
 * unreadable answer) is transient: the caller reads back.
 *
 * @returns A {@link TransientError}, {@link NotFoundError} or {@link UpstreamError} with the original as `cause`.
 */
export function toDomainError(error: unknown, { tried, on }: Attempt): Error {
  const { code, message, status, networkCode, unreadable } = describe(error)
  const text = `${tried} on ${on} failed: ${code === message ? code : `${code}: ${message}`}`
  const cause = { cause: error }
  if (missingCodes.has(code)) return new NotFoundError(`${text}; check that it still exists in this Region`, cause)
  const refused = throttlingCodes.has(code) || supersededCodes.has(code) || status === 429
  const transient = refused || transientCodes.has(code) || networkCodes.has(networkCode) || status >= 500 || unreadable
  if (transient) return new TransientError(`${text}; it may go through later`, { ...cause, refused })
  return new UpstreamError(`${text}; ${advice[code] ?? 'AWS refuses this call until what it names is changed'}`, cause)
}

/** Runs one call to AWS; what it throws becomes one of our errors. */
export async function callingAws<T>(attempt: Attempt, call: () => Promise<T>): Promise<T> {
  try {
    return await call()
  } catch (error) {
    throw toDomainError(error, attempt)
  }
}

/** The error code without the `Exception` that some protocols add: `RuleNotFound`, `Throttling`. */
export function codeOf(error: unknown): string {
  return describe(error).code
}

function describe(error: unknown) {
  const thrown: Partial<Error> & { code?: unknown; $metadata?: { httpStatusCode?: number }; $response?: unknown } =
    error instanceof Error ? error : { name: 'Error', message: String(error) }
  const code = (thrown.name ?? 'Error').replace(/(?<=.)Exception$/, '')
  const status = thrown.$metadata?.httpStatusCode ?? 0
  return {
    code,
    message: thrown.message ?? '',
    status,
    networkCode: typeof thrown.code === 'string' ? thrown.code : '',
    // The SDK could not read an answer that was no refusal: what the call did is unknown.
    unreadable: thrown.$response !== undefined && status < 400,
  }
}
