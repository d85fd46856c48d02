import { CodeDeployClient, GetDeploymentCommand, ListDeploymentsCommand } from '@aws-sdk/client-codedeploy'
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2'
import { LambdaClient } from '@aws-sdk/client-lambda'
import { portFreeEverywhere } from './balancers.ts'
import { type Clients, startClients } from './clients.ts'
import { type EcsRelease, type EcsWish, startEcsRelease } from './driven-ecs.ts'
import { type FunctionRelease, startFunctionRelease } from './driven-function.ts'
import { type Answer, callApi, waitForDeployment } from './local-mode.ts'

type Json = Readonly<Record<string, unknown>>

const finalPhases = ['succeeded', 'rolled-back', 'aborted', 'superseded', 'rejected', 'rollback-failed']

/** Requests per real second to each service: at 60 times real time as many in each local minute. */
const rate = 25
const longestSeconds = 180

/** One deployment of CodeDeploy, as a test looks at it. */
export interface SeenDeployment {
  readonly id: string
  readonly status: string
  readonly creator: string
  /** What takes it back, once there is one. */
  readonly rollbackId: string | undefined
}

/** The services of one local mode that CodeDeploy or an alias shifts, with real clients of each. */
export interface DrivenCloud {
  startEcs(wish: Omit<EcsWish, 'port'>): Promise<EcsRelease & { readonly clients: Clients }>
  startFunction(name: string): Promise<FunctionRelease & { readonly clients: Clients }>
  readonly codeDeploy: CodeDeployClient
  /** What CodeDeploy has in a group `live`, newest first. */
  deploymentsOf(applicationName: string): Promise<readonly SeenDeployment[]>
  /** Ends the clients and the servers; local mode is ended by whoever started it. */
  close(): Promise<void>
}

/** @param listenAt - Port of all its load balancers. Default: one that is free on every address. */
export async function openDrivenCloud({ awsUrl }: { awsUrl: string }, listenAt?: number): Promise<DrivenCloud> {
  const credentials = { accessKeyId: 'any', secretAccessKey: 'thing' }
  const settings = { endpoint: awsUrl, region: 'eu-west-1', credentials }
  const codeDeploy = new CodeDeployClient(settings)
  const sdk = { codeDeploy, elb: new ElasticLoadBalancingV2Client(settings), lambda: new LambdaClient(settings) }
  const port = listenAt ?? (await portFreeEverywhere())
  const closers: (() => Promise<unknown>)[] = []
  function withClients<T extends { readonly url: string; close(): Promise<void> }>(release: T) {
    const clients = startClients({ urlOf: () => release.url, rate, longestSeconds })
    closers.push(async () => {
      await clients.stop()
      await release.close()
    })
    return { ...release, clients }
  }
  return {
    codeDeploy,
    startEcs: async (wish) => withClients(await startEcsRelease(sdk, { ...wish, port })),
    startFunction: async (name) => withClients(await startFunctionRelease(sdk, { name, port })),
    async deploymentsOf(applicationName) {
      const group = { applicationName, deploymentGroupName: 'live' }
      const { deployments = [] } = await codeDeploy.send(new ListDeploymentsCommand(group))
      return Promise.all(deployments.map((id) => see(codeDeploy, id)))
    },
    async close() {
      await Promise.all(closers.map((close) => close()))
      for (const client of Object.values(sdk)) client.destroy()
    },
  }
}

async function see(codeDeploy: CodeDeployClient, deploymentId: string): Promise<SeenDeployment> {
  const { deploymentInfo } = await codeDeploy.send(new GetDeploymentCommand({ deploymentId }))
  return {
    id: deploymentId,
    status: String(deploymentInfo?.status),
    creator: String(deploymentInfo?.creator),
    rollbackId: deploymentInfo?.rollbackInfo?.rollbackDeploymentId,
  }
}

/** One service at Sluice's API. */
export function serviceAt(apiUrl: string, service: string) {
  const untilSo = (id: string, isSo: (deployment: Json) => boolean) => waitForDeployment(apiUrl, id, isSo)
  const start = (body: Json = {}): Promise<Answer> =>
    callApi(apiUrl, 'POST', '/v1/deployments', { service, revision: 'v2', ...body })
  return {
    async register(document: Json): Promise<Answer> {
      const put = await patiently(() => callApi(apiUrl, 'PUT', `/v1/services/${service}`, document))
      if (put.status > 201) throw new Error(`not registered: ${JSON.stringify(put.body)}`)
      return put
    },
    start,
    /** @returns Its id. */
    async deploy(body?: Json): Promise<string> {
      const started = await start(body)
      if (started.status !== 202) throw new Error(`not started: ${JSON.stringify(started.body)}`)
      return String(started.body.id)
    },
    untilSo,
    untilBaking: (id: string, weight: number) => untilSo(id, (now) => now.phase === 'baking' && now.weight === weight),
    untilEnded: (id: string) => untilSo(id, ({ phase }) => finalPhases.includes(String(phase))),
    command: (id: string, word: string, body: Json = {}) =>
      patiently(() => callApi(apiUrl, 'POST', `/v1/deployments/${id}/${word}`, body)),
    /** What green got, one write after the other, as the record tells it. */
    async greensOf(id: string): Promise<readonly unknown[]> {
      const { body } = await callApi(apiUrl, 'GET', `/v1/deployments/${id}/events?limit=100`)
      return (body.items as Json[]).filter(({ type }) => type === 'write').map(({ after }) => (after as Json).green)
    },
    lateRollback: (body: Json = {}) =>
      patiently(() => callApi(apiUrl, 'POST', `/v1/services/${service}/rollback`, body)),
  }
}

/** Sends again while the answer is 503, as its `Retry-After` asks; at most 5 times. Not for a start: its key is a new one. */
async function patiently(send: () => Promise<Answer>): Promise<Answer> {
  let answer = await send()
  for (let again = 0; answer.status === 503 && again < 5; again++) answer = await send()
  return answer
}
