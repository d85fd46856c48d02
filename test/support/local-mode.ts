import { randomUUID } from 'node:crypto'
import { type LocalOptions, type LocalRun, startLocal } from '../../local/start.ts'
import { createLogger } from '../../shared/logger.ts'

/** Local mode on free ports, 60 times real time, silent. */
export function startQuietly(options: LocalOptions = {}): Promise<LocalRun> {
  return startLocal({ port: 0, awsPort: 0, dnsPort: 0, speed: 60, logger: createLogger(() => undefined), ...options })
}

/** An answer of the API as its tests look at it. */
export interface Answer {
  readonly status: number
  readonly body: Record<string, unknown>
}

/** Calls the API as CI does. */
export async function callApi(apiUrl: string, method: string, path: string, body?: unknown): Promise<Answer> {
  const response = await fetch(`${apiUrl}${path}`, {
    method,
    headers: { 'content-type': 'application/json', 'idempotency-key': randomUUID() },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  return { status: response.status, body: (await response.json()) as Record<string, unknown> }
}

/**
 * Waits for a deployment to be as `isSo` says, by long polls; each new version is looked at once.
 *
 * @throws {Error} After 100 polls, with the last answer.
 */
export async function waitForDeployment(
  apiUrl: string,
  id: string,
  isSo: (deployment: Record<string, unknown>) => boolean,
): Promise<Record<string, unknown>> {
  let last: Answer = { status: 0, body: {} }
  for (let poll = 0; poll < 100; poll++) {
    const after = Number(last.body.version ?? 0)
    last = await callApi(apiUrl, 'GET', `/v1/deployments/${id}?waitSeconds=5&afterVersion=${after}`)
    if (last.status === 200 && isSo(last.body)) return last.body
  }
  throw new Error(`${id} never became so: ${JSON.stringify(last.body)}`)
}
