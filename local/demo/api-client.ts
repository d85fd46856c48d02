import { randomUUID } from 'node:crypto'

/** The parts of a deployment's JSON that the demo shows. */
export interface ShownDeployment {
  readonly id: string
  readonly phase: string
  readonly version: number
  readonly weight: number
  readonly observedWeight: number | null
  readonly cause: { readonly type: string; readonly gate?: string; readonly reason: string } | null
  readonly gates: readonly { readonly name: string; readonly verdict: string; readonly reason: string }[]
  readonly endedAt: string | null
  /** Only after a rollback of DNS: how long clients may still come to the side that was left, local seconds. */
  readonly tail?: { readonly seconds: number; readonly endsAt: string }
  readonly links: { readonly console?: string }
}

export interface ShownEvent {
  readonly type: string
  readonly at: string
  readonly reason: string
  /** The phase that begins with this event. */
  readonly to?: string
  readonly before?: Readonly<Record<string, number | null>>
  readonly after?: Readonly<Record<string, number | null>>
}

/** Talks to the REST API as CI would. */
export function createApiClient(apiUrl: string) {
  async function send<Body>(method: string, path: string, body?: unknown): Promise<Body> {
    const response = await fetch(`${apiUrl}${path}`, {
      method,
      headers: { 'content-type': 'application/json', ...(method === 'POST' && { 'idempotency-key': randomUUID() }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    const answer = (await response.json()) as Body
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${JSON.stringify(answer)}`)
    return answer
  }
  return {
    putService: (name: string, document: unknown) => send('PUT', `/v1/services/${name}`, document),
    start: (body: unknown) => send<ShownDeployment>('POST', '/v1/deployments', body),
    /** Answers when the deployment's version has moved past `afterVersion`, or after a second. */
    watch: (id: string, afterVersion: number) =>
      send<ShownDeployment>('GET', `/v1/deployments/${id}?waitSeconds=1&afterVersion=${afterVersion}`),
    events: async (id: string) =>
      (await send<{ items: ShownEvent[] }>('GET', `/v1/deployments/${id}/events?limit=100`)).items,
    traffic: (service: string) =>
      send<{ routes: { raw: Readonly<Record<string, number | null>> }[] }>('GET', `/v1/services/${service}/traffic`),
  }
}

export type ApiClient = ReturnType<typeof createApiClient>
