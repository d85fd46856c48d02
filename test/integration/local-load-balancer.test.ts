import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { createServer as createTcpServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as sdk from '@aws-sdk/client-elastic-load-balancing-v2'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createElasticLoadBalancing } from '../../local/aws/elastic-load-balancing-v2/service.ts'
import { createLocalClock } from '../../local/clock.ts'
import { createDataDir } from '../../local/data-dir.ts'
import type { DataPlane } from '../../local/data-plane/data-plane.ts'
import { createDataPlane } from '../../local/data-plane/http-data-plane.ts'
import { clientSettings, startAwsEndpoint } from '../support/aws-endpoint.ts'

const backEnds: Server[] = []
const dataPlanes: DataPlane[] = []
let directory: string

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'sluice-balancer-'))
})

afterEach(async () => {
  for (const dataPlane of dataPlanes.splice(0)) await dataPlane.close()
  for (const server of backEnds.splice(0)) {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  await rm(directory, { recursive: true })
})

/** A service that answers its name; returns its port. */
async function aBackEnd(name: string): Promise<number> {
  const server = createServer((_request, response) => response.end(name))
  backEnds.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return portOf(server)
}

async function aFreePort(): Promise<number> {
  const probe = createTcpServer()
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve))
  const port = portOf(probe)
  await new Promise((resolve) => probe.close(resolve))
  return port
}

function portOf(server: Pick<Server, 'address'>): number {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server has no port')
  return address.port
}

async function startLocalCloud() {
  const clock = createLocalClock({ speed: 60 })
  const dataPlane = createDataPlane({ clock, metrics: { record: () => {} } })
  dataPlanes.push(dataPlane)
  const service = createElasticLoadBalancing({ dataPlane, clock })
  const server = await startAwsEndpoint({ services: [service], clock, dataDir: createDataDir(directory) })
  return { server, dataPlane, client: new sdk.ElasticLoadBalancingV2Client(clientSettings(server)) }
}

/** Creates the load balancer `web` with the groups `blue` (weight 100) and `green` (0), one back end each. */
async function aStack(client: sdk.ElasticLoadBalancingV2Client, port: number) {
  const { LoadBalancers } = await client.send(new sdk.CreateLoadBalancerCommand({ Name: 'web' }))
  const LoadBalancerArn = LoadBalancers?.[0]?.LoadBalancerArn ?? ''
  const [blue = '', green = ''] = await Promise.all(
    ['blue', 'green'].map(async (Name) => {
      const settings = { Protocol: 'HTTP', Port: 80, VpcId: 'vpc-1', TargetType: 'ip' } as const
      const { TargetGroups } = await client.send(new sdk.CreateTargetGroupCommand({ Name, ...settings }))
      const TargetGroupArn = TargetGroups?.[0]?.TargetGroupArn ?? ''
      const Targets = [{ Id: '127.0.0.1', Port: await aBackEnd(Name) }]
      await client.send(new sdk.RegisterTargetsCommand({ TargetGroupArn, Targets }))
      return TargetGroupArn
    }),
  )
  const split = (blueWeight: number, greenWeight: number): sdk.Action[] => [
    {
      Type: 'forward',
      ForwardConfig: {
        TargetGroups: [
          { TargetGroupArn: blue, Weight: blueWeight },
          { TargetGroupArn: green, Weight: greenWeight },
        ],
      },
    },
  ]
  const { Listeners } = await client.send(
    new sdk.CreateListenerCommand({ LoadBalancerArn, Protocol: 'HTTP', Port: port, DefaultActions: split(100, 0) }),
  )
  return { green, split, listener: Listeners?.[0]?.ListenerArn ?? '' }
}

async function addressOf(client: sdk.ElasticLoadBalancingV2Client): Promise<string> {
  const { LoadBalancers } = await client.send(new sdk.DescribeLoadBalancersCommand({ Names: ['web'] }))
  return LoadBalancers?.[0]?.AvailabilityZones?.[0]?.LoadBalancerAddresses?.[0]?.IpAddress ?? ''
}

/** Asks once and says who answered. A connection of its own, so that nothing is left from before. */
async function whoAnswers(address: string, port: number): Promise<string> {
  const answer = await fetch(`http://${address}:${port}/`, { headers: { connection: 'close' } })
  return answer.text()
}

describe('a load balancer of the rehearsal cloud', () => {
  it('sends real requests where the rule says, from the answer to ModifyListener on', async () => {
    const { client } = await startLocalCloud()
    const port = await aFreePort()
    const { split, listener } = await aStack(client, port)
    const address = await addressOf(client)
    expect(await whoAnswers(address, port)).toBe('blue')
    await client.send(new sdk.ModifyListenerCommand({ ListenerArn: listener, DefaultActions: split(0, 100) }))
    expect(await whoAnswers(address, port)).toBe('green')
  })

  it('is back at its address with its weights after a kill', async () => {
    const first = await startLocalCloud()
    const port = await aFreePort()
    const { split, listener } = await aStack(first.client, port)
    await first.client.send(new sdk.ModifyListenerCommand({ ListenerArn: listener, DefaultActions: split(0, 100) }))
    const address = await addressOf(first.client)
    // A killed process saves nothing more; its sockets close.
    await first.dataPlane.close()
    await expect(whoAnswers(address, port)).rejects.toThrow()
    const second = await startLocalCloud()
    expect(await addressOf(second.client)).toBe(address)
    expect(await whoAnswers(address, port)).toBe('green')
  })

  it('says of a port that is taken that it is, and keeps nothing', async () => {
    const { client } = await startLocalCloud()
    const { LoadBalancers } = await client.send(new sdk.CreateLoadBalancerCommand({ Name: 'web' }))
    const taken = createServer()
    backEnds.push(taken)
    const address = await addressOf(client)
    await new Promise<void>((resolve) => taken.listen(0, address, resolve))
    const LoadBalancerArn = LoadBalancers?.[0]?.LoadBalancerArn ?? ''
    const DefaultActions: sdk.Action[] = [{ Type: 'fixed-response', FixedResponseConfig: { StatusCode: '404' } }]
    const listen = new sdk.CreateListenerCommand({
      LoadBalancerArn,
      Protocol: 'HTTP',
      Port: portOf(taken),
      DefaultActions,
    })
    await expect(client.send(listen)).rejects.toThrow(/EADDRINUSE/)
    expect((await client.send(new sdk.DescribeListenersCommand({ LoadBalancerArn }))).Listeners).toEqual([])
  })
})
