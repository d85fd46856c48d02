import { request } from 'undici'
import type { ChosenVersion } from './choose-version.ts'
import { FunctionFailure } from './function.ts'
import { localUrlVariable } from './local-url.ts'

/**
 * Runs a version: its server gets the event by POST, and what it answers is the function's result.
 *
 * @param timeoutMs - Real milliseconds until the call is broken off.
 * @throws {FunctionFailure} When the server answers 5xx or no JSON, or cannot be reached.
 */
export async function invokeServer(chosen: ChosenVersion, event: unknown, timeoutMs: number): Promise<unknown> {
  const { origin, arn } = chosen
  if (origin === undefined) {
    throw failure('Runtime.InvalidEntrypoint', `${arn} has no server: its environment has no ${localUrlVariable}`)
  }
  const { status, text } = await post(origin, event, timeoutMs).catch((error: unknown) => {
    const reason = error instanceof Error && error.message ? error.message : String(error)
    throw failure('Runtime.ExitError', `the server ${origin} cannot be reached: ${reason}`)
  })
  const result = parse(text)
  if (status >= 500) {
    throw result.isJson && text !== ''
      ? new FunctionFailure(result.value)
      : failure(`Http${status}`, text || `the server ${origin} answered ${status}`)
  }
  if (!result.isJson) throw failure('Runtime.MarshalError', `the server ${origin} did not answer JSON`)
  return result.value
}

async function post(origin: string, event: unknown, timeoutMs: number): Promise<{ status: number; text: string }> {
  const { statusCode, body } = await request(origin, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(event),
    signal: AbortSignal.timeout(timeoutMs),
  })
  return { status: statusCode, text: await body.text() }
}

/** Nothing at all is null, as for a function that returns nothing. */
function parse(text: string): { readonly isJson: true; readonly value: unknown } | { readonly isJson: false } {
  if (text === '') return { isJson: true, value: null }
  try {
    return { isJson: true, value: JSON.parse(text) }
  } catch {
    return { isJson: false }
  }
}

function failure(errorType: string, errorMessage: string): FunctionFailure {
  return new FunctionFailure({ errorType, errorMessage })
}
