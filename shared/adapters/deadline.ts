/**
 * Runs `call` for at most `timeoutMs` of real time, whatever holds it up: connecting, an answer that stops in the middle,
 * credentials. The HTTP client's own time-outs cover only a part of that.
 *
 * @throws An error named `TimeoutError`. The call is aborted; it may have taken effect all the same.
 */
export async function withDeadline<T>(timeoutMs: number, call: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const abort = new AbortController()
  let timer: NodeJS.Timeout | undefined
  const tooLate = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(Object.assign(new Error(`no answer within ${timeoutMs} ms`), { name: 'TimeoutError' }))
      abort.abort()
    }, timeoutMs)
  })
  try {
    return await Promise.race([call(abort.signal), tooLate])
  } finally {
    clearTimeout(timer)
  }
}
