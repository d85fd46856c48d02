/** One call that reached the endpoint, for tests that ask what was written and in which order. */
export interface LoggedRequest {
  /** Rises by one with each call, in the order of arrival. */
  readonly seq: number
  /** Local time of arrival, ISO 8601. */
  readonly at: string
  readonly service: string
  readonly action: string | undefined
  readonly mutates: boolean
  /** Undefined while it is not read, and when it could not be. */
  input: unknown
  /** `pending`, `ok`, or the error's code; `ok, answer lost` when the call took effect and the caller never knew. */
  outcome: string
}

/** The last calls, oldest first. */
export interface RequestLog {
  /** Writes a call down as `pending`; its outcome is set when it is known. */
  add(request: Omit<LoggedRequest, 'seq' | 'outcome' | 'input'>): LoggedRequest
  /**
   * Adds the input once it is read, without its secrets.
   * @param secretMembers - Names of members that are secrets in this call, beside those that always are.
   */
  setInput(request: LoggedRequest, input: unknown, secretMembers?: readonly string[]): void
  /** Calls after `seq`; by default all that are kept. */
  list(afterSeq?: number): readonly LoggedRequest[]
  clear(): void
}

/** @param capacity - How many calls are kept; the oldest go first. Default 5000. */
export function createRequestLog(capacity = 5000): RequestLog {
  let seq = 0
  let requests: LoggedRequest[] = []
  return {
    add(request) {
      const entry: LoggedRequest = { seq: ++seq, ...request, input: undefined, outcome: 'pending' }
      requests.push(entry)
      if (requests.length > capacity) requests = requests.slice(-capacity)
      return entry
    },
    setInput(request, input, secretMembers = []) {
      request.input = withoutSecrets(input, secretMembers)
    },
    list: (afterSeq = 0) => requests.filter((request) => request.seq > afterSeq),
    clear() {
      requests = []
    },
  }
}

/** A function's package would fill the memory, thousands of calls long. */
const longestLoggedBytes = 64 * 1024

/** The log is shown to whoever asks, so no client secret or token may be in it. */
function withoutSecrets(value: unknown, secretMembers: readonly string[]): unknown {
  if (Array.isArray(value)) return value.map((member) => withoutSecrets(member, secretMembers))
  if (value instanceof Date) return value.toISOString()
  if (value instanceof Uint8Array) {
    return value.length > longestLoggedBytes ? `(${value.length} bytes)` : Buffer.from(value).toString('base64')
  }
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, member]): [string, unknown] => [
      key,
      typeof member === 'string' && (/secret|password/i.test(key) || secretMembers.includes(key))
        ? '(not logged)'
        : withoutSecrets(member, secretMembers),
    ]),
  )
}
