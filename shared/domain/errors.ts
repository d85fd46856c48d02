/** One thing that is wrong with an input: where (`routes[0].blue`) and which rule it breaks. */
export interface Problem {
  readonly path: string
  readonly message: string
}

/** A request or plan is wrong. Lists every problem with its path. HTTP 422, or 400 where it could not be parsed. */
export class ValidationError extends Error {
  override readonly name = 'ValidationError'
  constructor(
    message: string,
    readonly problems: readonly Problem[] = [],
    options?: ErrorOptions & { readonly unparsable?: boolean },
  ) {
    super(message, options)
    this.unparsable = options?.unparsable ?? false
  }
  /** True where the input was no well-formed document at all. */
  readonly unparsable: boolean
}

/** Nobody has said who is calling. HTTP 401. */
export class UnauthorizedError extends Error {
  override readonly name = 'UnauthorizedError'
  constructor(message: string, options?: ErrorOptions & { readonly tokenRefused?: boolean }) {
    super(message, options)
    this.tokenRefused = options?.tokenRefused ?? false
  }
  /** True where there was a token, and it is not good. False: there was none. */
  readonly tokenRefused: boolean
}

/** The caller is known and may not do this. HTTP 403. */
export class ForbiddenError extends Error {
  override readonly name = 'ForbiddenError'
}

/** No such deployment, service, rule or target group. HTTP 404. */
export class NotFoundError extends Error {
  override readonly name = 'NotFoundError'
}

/** The phase forbids it, another deployment is open, or the version moved. HTTP 409; a workflow re-reads and decides. */
export class ConflictError extends Error {
  override readonly name = 'ConflictError'
  constructor(
    message: string,
    /** What the caller needs to go on, shown in the problem document: the running id, the current step, the owner. */
    readonly current: Readonly<Record<string, string | number>> = {},
    options?: ErrorOptions & { readonly problems?: readonly Problem[] },
  ) {
    super(message, options)
    this.problems = options?.problems ?? []
  }
  /** Everything that stands in the way, where that is more than one sentence can say. */
  readonly problems: readonly Problem[]
}

/** Throttling, a 5xx, a time-out: the same call may go through later. HTTP 503 with Retry-After; a workflow retries. */
export class TransientError extends Error {
  override readonly name = 'TransientError'
  constructor(message: string, options?: ErrorOptions & { readonly refused?: boolean }) {
    super(message, options)
    this.refused = options?.refused ?? false
  }
  /** True where the other side said that it did nothing (throttling). False: the call may still take effect. */
  readonly refused: boolean
}

/** AWS refuses for good: access denied, invalid configuration. HTTP 502; a workflow rolls back. */
export class UpstreamError extends Error {
  override readonly name = 'UpstreamError'
}

/** The environment is wrong. Thrown once, at cold start. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
}

/** Our bug: "cannot happen" happened. HTTP 500 without details; a workflow rolls back and alarms. */
export class InvariantError extends Error {
  override readonly name = 'InvariantError'
}

/** The canary is not healthy yet and its deadline is not over: VerifyCanary is to be called again. Workflow only. */
export class CanaryNotReady extends Error {
  override readonly name = 'CanaryNotReady'
}
