/** What a failed exchange with a target means for the client and the counts. */
export interface TargetFailure {
  readonly status: 400 | 502 | 504
  /** No connection was made: counts as TargetConnectionErrorCount too. */
  readonly connecting: boolean
  /** The connection ended under a request that was already on it. */
  readonly connectionLost: boolean
}

const connectErrors: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
  'ENOTFOUND',
  'EAI_AGAIN',
])

/**
 * Classifies an error of undici or of a socket: 504 when time ran out, 400 when the client's request cannot be sent on,
 * else 502.
 */
export function classifyTargetError(error: Error): TargetFailure {
  const code = 'code' in error ? String(error.code) : ''
  const failure = { status: 502, connecting: false, connectionLost: false } as const
  if (connectErrors.has(code)) return { ...failure, connecting: true }
  switch (code) {
    case 'UND_ERR_CONNECT_TIMEOUT':
    case 'ETIMEDOUT':
      return { ...failure, status: 504, connecting: true }
    case 'UND_ERR_HEADERS_TIMEOUT':
    case 'UND_ERR_BODY_TIMEOUT':
      return { ...failure, status: 504 }
    case 'UND_ERR_INVALID_ARG':
    case 'UND_ERR_NOT_SUPPORTED':
    case 'UND_ERR_REQ_CONTENT_LENGTH_MISMATCH':
      return { ...failure, status: 400 }
    case 'UND_ERR_SOCKET':
    case 'ECONNRESET':
    case 'EPIPE':
      return { ...failure, connectionLost: true }
    default:
      // A refusal on every address of a name comes as an AggregateError.
      return { ...failure, connecting: error instanceof AggregateError }
  }
}

/**
 * Whether a lost connection was most likely a kept-alive one that the target closed for idleness just as the request went
 * out, so that asking once more is both safe and honest.
 *
 * Only after a second of quiet: under load a lost connection is a fault of the target that a rehearsal must show, and an
 * Application Load Balancer answers it with a 502. After five, undici has given the connection up and it was a new one.
 *
 * @param quietMs - Real milliseconds since the target's last answer.
 */
export function isLikelyStaleConnection(method: string, quietMs: number): boolean {
  return (method === 'GET' || method === 'HEAD') && quietMs > 1000 && quietMs < 5000
}
