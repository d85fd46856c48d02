/** Why a `fetch` failed, in words: it says only "fetch failed" itself and keeps what happened in `cause`. */
export function toNoAnswerReason(error: unknown, timeoutMs: number): string {
  if (!(error instanceof Error)) return String(error)
  if (error.name === 'TimeoutError') return `no complete answer within ${timeoutMs} ms`
  const { cause } = error
  if (!(cause instanceof Error)) return error.message
  const code = 'code' in cause ? `${cause.code}: ` : ''
  // Several addresses were tried: the aggregate has no message of its own.
  return `${code}${cause.message || error.message}`
}
