import { createServer as createHttpServer } from 'node:http'
import type { AddressInfo, Server } from 'node:net'
import * as sdk from '@aws-sdk/client-route-53'
import { onTestFinished } from 'vitest'
import type { Route53Options } from '../../local/aws/route53/service.ts'
import { aRoute53 } from './local-route53.ts'
import { until } from './until.ts'

export async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(async () => {
    if (server.listening) await new Promise((resolve) => server.close(resolve))
  })
  return (server.address() as AddressInfo).port
}

/** An endpoint that answers a status, which may change. */
export async function anEndpoint(status = 200) {
  const requests: { readonly url: string | undefined; readonly host: string | undefined; readonly agent: string }[] = []
  const endpoint = { port: 0, status, requests }
  const server = createHttpServer((request, response) => {
    requests.push({ url: request.url, host: request.headers.host, agent: String(request.headers['user-agent']) })
    response.writeHead(endpoint.status).end()
  })
  endpoint.port = await listen(server)
  return endpoint
}

export async function aRig(options: Partial<Route53Options> = {}) {
  const rig = await aRoute53(options)
  let references = 0
  async function create(config: sdk.HealthCheckConfig): Promise<string> {
    const input = { CallerReference: `check-${++references}`, HealthCheckConfig: config }
    const { HealthCheck } = await rig.client.send(new sdk.CreateHealthCheckCommand(input))
    return HealthCheck?.Id ?? ''
  }
  async function status(HealthCheckId: string) {
    const seen = await rig.client.send(new sdk.GetHealthCheckStatusCommand({ HealthCheckId }))
    return seen.HealthCheckObservations?.[0]?.StatusReport
  }
  /** Waits for the outcome of the check that is due now. @returns Its words. */
  function outcome(id: string): Promise<string> {
    return until('the outcome of a health check', async () => {
      const report = await status(id)
      return report?.CheckedTime?.getTime() === rig.clock.now() ? report.Status : undefined
    })
  }
  /** The next check and what it saw. */
  async function next(id: string, seconds = 10): Promise<string> {
    await rig.clock.advance(seconds * 1000)
    return outcome(id)
  }
  return { ...rig, create, status, outcome, next, isHealthy: (id: string) => rig.route53.health.isHealthy(id) }
}
