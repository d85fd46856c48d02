import type { Action } from '@aws-sdk/client-elastic-load-balancing-v2'
import type { ResourceRecordSet } from '@aws-sdk/client-route-53'
import type { WebService } from '../../local/demo/web-service.ts'
import type { LocalRun } from '../../local/start.ts'
import { portFreeEverywhere } from './balancers.ts'
import { type Clients, startClients } from './clients.ts'
import { type Sides, startRecordsWave, startRuleWave } from './live-wave-cloud.ts'
import { callApi, startQuietly } from './local-mode.ts'

type Json = Readonly<Record<string, unknown>>

/** The rule of each Region, then the records. */
export type Routing = readonly [readonly Action[], readonly Action[], readonly ResourceRecordSet[]]

/** One request that was to change a weight, whichever way it ended. */
export interface WeightChange {
  readonly wave: number
  /** `ok`, or as the endpoint's log has it. */
  readonly outcome: string
}

/**
 * A service of three waves in local mode, with real listeners and real clients of each: a load balancer in Ireland, one in
 * Virginia, then two records that lead to load balancers of their own. Blue is `v1` and has everything, green is `v2`.
 */
export interface LiveWaves {
  readonly local: LocalRun
  readonly services: readonly [Sides<WebService>, Sides<WebService>, Sides<WebService>]
  /** The clients of each wave; those of the third find their way by DNS. */
  readonly clients: readonly Clients[]
  /** All of it, as AWS has it now. */
  routing(): Promise<Routing>
  /** Registers the service and starts a deployment. @returns Its id. */
  deploy(document: { readonly strategy: Json; readonly gates?: readonly Json[] }): Promise<string>
  /** The writes of its record: which wave, and what they give green. */
  writesOf(id: string): Promise<readonly (readonly [wave: number, green: number])[]>
  /** The last request that has reached the endpoint. */
  lastRequest(): Promise<number>
  /** In order of arrival. @throws {Error} If the endpoint's log has forgotten some of it. */
  changesAfter(request: number): Promise<readonly WeightChange[]>
  /** Faults of the endpoint from now on, in place of all others; none: it works again. */
  fail(...faults: readonly Json[]): Promise<void>
  close(): Promise<void>
}

/** Requests per real second to each wave: at 60 times real time as many in each local minute. */
const rate = 100
const longestSeconds = 120

export async function startLiveWaves(): Promise<LiveWaves> {
  const place = { local: await startQuietly(), port: await portFreeEverywhere() }
  const { apiUrl, awsUrl } = place.local
  const west = await startRuleWave(place, 'eu-west-1')
  const east = await startRuleWave(place, 'us-east-1')
  const named = { name: 'web.example.com', blueRegion: 'eu-west-1', greenRegion: 'us-east-1' }
  const records = await startRecordsWave(place, named)
  const all = [west, east, records]
  const clients = all.map(({ find }) =>
    startClients({ urlOf: async () => `http://${await find()}:${place.port}/`, rate, longestSeconds }),
  )
  const waveOf = (resource: unknown) => all.findIndex((wave) => wave.resource === resource) + 1

  return {
    local: place.local,
    services: [west.services, east.services, records.services],
    clients,
    routing: async () => [await west.read(), await east.read(), await records.read()],
    async deploy(document) {
      const routes = all.map(({ route }, index) => ({ ...route, wave: index + 1 }))
      const put = await callApi(apiUrl, 'PUT', '/v1/services/web', { routes, ...document })
      if (put.status !== 201) throw new Error(`not registered: ${JSON.stringify(put.body)}`)
      const started = await callApi(apiUrl, 'POST', '/v1/deployments', { service: 'web', revision: 'v2' })
      if (started.status !== 202) throw new Error(`not started: ${JSON.stringify(started.body)}`)
      return String(started.body.id)
    },
    async writesOf(id) {
      const { body } = await callApi(apiUrl, 'GET', `/v1/deployments/${id}/events?limit=100`)
      const writes = (body.items as Json[]).filter(({ type }) => type === 'write')
      return writes.map(({ resource, after }) => [waveOf(resource), Number((after as Json).green)] as const)
    },
    lastRequest: async () => (await requestsAfter(awsUrl, 0)).at(-1)?.seq ?? 0,
    async changesAfter(request) {
      const requests = await requestsAfter(awsUrl, request)
      if (requests.length > 0 && requests[0]?.seq !== request + 1) throw new Error('the log begins too late')
      return requests.flatMap(({ action, input, outcome }) => {
        if (action === 'ChangeResourceRecordSets') return [{ wave: 3, outcome }]
        return action === 'ModifyRule' ? [{ wave: waveOf(input?.RuleArn), outcome }] : []
      })
    },
    async fail(...faults) {
      const put = await fetch(`${awsUrl}/_local/faults`, { method: 'PUT', body: JSON.stringify({ faults }) })
      if (!put.ok) throw new Error(await put.text())
    },
    async close() {
      await Promise.all(clients.map((one) => one.stop()))
      await place.local.close()
      await Promise.all(all.map((wave) => wave.close()))
    },
  }
}

interface SeenRequest {
  readonly seq: number
  readonly action?: string
  /** Absent where the call ended before it was read. */
  readonly input?: Json
  readonly outcome: string
}

async function requestsAfter(awsUrl: string, seq: number): Promise<readonly SeenRequest[]> {
  const response = await fetch(`${awsUrl}/_local/requests?after=${seq}`)
  const { items }: { items: SeenRequest[] } = JSON.parse(await response.text())
  return items
}
