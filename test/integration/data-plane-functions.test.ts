import { connect } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  aDefaultRule,
  aForward,
  aTargetGroup,
  type BackEnd,
  balancerDimension,
  eventually,
  freePort,
  startBackEnd,
} from '../support/data-plane.ts'
import { type DataPlaneRig, startRig } from '../support/data-plane-rig.ts'

const alias = 'arn:aws:lambda:eu-west-1:000000000000:function:pay:live'
const dimensions = { LoadBalancer: balancerDimension, TargetGroup: aTargetGroup('fn').dimension }

describe('a target group of a function', () => {
  let rig: DataPlaneRig
  /** Origins that answer, one after the other, again and again. */
  let origins: (string | undefined)[]
  let asked: string[]
  let outcomes: { failed: boolean; durationMs: number }[]
  const servers: BackEnd[] = []

  beforeEach(async () => {
    ;[origins, asked, outcomes] = [[], [], []]
    const functions = {
      choose(arn: string) {
        if (origins.length === 0) return undefined
        const origin = origins[asked.push(arn) % origins.length]
        return { origin, ended: (outcome: { failed: boolean; durationMs: number }) => void outcomes.push(outcome) }
      },
    }
    rig = await startRig({ functions })
    rig.plane.putTargetGroup(aTargetGroup('fn', { targetType: 'lambda', port: 0 }))
    rig.plane.registerTargets(aTargetGroup('fn').arn, [{ Id: alias }])
    await rig.listen([aDefaultRule(aForward({ fn: 1 }))], { 'idle_timeout.timeout_seconds': '1' })
  })
  afterEach(async () => {
    await rig.stop()
    for (const server of servers.splice(0)) await server.stop()
  })

  async function serve(...args: Parameters<typeof startBackEnd>): Promise<string> {
    const server = await startBackEnd(...args)
    servers.push(server)
    return `http://127.0.0.1:${server.port}`
  }

  it('passes each request as it is to the server that was chosen for it, and its answer back', async () => {
    origins = [
      await serve('one', (request, response) => {
        response.writeHead(201, { 'x-version': 'one' })
        response.write(`${request.method} ${request.url} ${request.headers['x-forwarded-port']} `)
        request.pipe(response)
      }),
      await serve('two'),
    ]
    const second = await fetch(`${rig.url}/a?b=c`, { method: 'PUT', body: 'text' })
    expect(await second.text()).toBe('two')
    const first = await fetch(`${rig.url}/a?b=c`, { method: 'PUT', body: 'text' })
    expect([first.status, first.headers.get('x-version'), await first.text()]).toEqual([
      ...[201, 'one', `PUT /a?b=c ${rig.port} text`],
    ])
    expect(asked).toEqual([alias, alias])
    await eventually(() => outcomes.length === 2)
    expect(outcomes.every(({ failed, durationMs }) => !failed && durationMs > 0)).toBe(true)
  })

  it('tells that a version failed which answers 5xx, hangs, or cannot be reached', async () => {
    for (const [origin, status] of [
      [await serve('broken', (_, response) => response.writeHead(503).end()), 503],
      [await serve('hangs', () => {}), 504],
      [await serve('cuts', (request) => request.socket.destroy()), 502],
      [`http://127.0.0.1:${await freePort()}`, 502],
      [undefined, 502],
    ] as const) {
      origins = [origin]
      outcomes = []
      expect((await fetch(rig.url)).status).toBe(status)
      await eventually(() => outcomes.length > 0)
      expect(outcomes).toMatchObject([{ failed: true }])
    }
  })

  it('does not blame a function for a client that goes away', async () => {
    let arrived = false
    origins = [
      await serve('slow', () => {
        arrived = true
      }),
    ]
    const abort = new AbortController()
    const request = fetch(rig.url, { signal: abort.signal }).catch(() => 'gone')
    await eventually(() => arrived)
    abort.abort()
    expect(await request).toBe('gone')
    await eventually(() => outcomes.length > 0)
    expect(outcomes).toMatchObject([{ failed: false }])
  })

  it('answers 502 when there is no such function', async () => {
    expect((await fetch(rig.url)).status).toBe(502)
    expect(outcomes).toEqual([])
  })

  it('refuses a WebSocket', async () => {
    origins = [await serve('one')]
    const answer = await new Promise<string>((resolve) => {
      const socket = connect(rig.port, '127.0.0.1', () =>
        socket.write('GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n'),
      )
      let text = ''
      socket.on('data', (chunk) => {
        text += chunk.toString()
      })
      socket.on('close', () => resolve(text))
    })
    expect(answer).toMatch(/^HTTP\/1\.1 400 /)
    expect(asked).toEqual([])
  })

  it('has the metrics of a group, but none of hosts and connections', async () => {
    origins = [`http://127.0.0.1:${await freePort()}`, await serve('one')]
    for (let call = 0; call < 4; call++) await (await fetch(rig.url)).text()
    await rig.endMinute()
    const names = ['RequestCount', 'HTTPCode_Target_2XX_Count', 'TargetConnectionErrorCount', 'RequestCountPerTarget']
    expect(names.map((name) => rig.metrics.sum(name, dimensions))).toEqual([4, 2, 0, 0])
    expect(rig.metrics.sum('HTTPCode_ELB_502_Count')).toBe(2)
    expect(rig.metrics.find('RequestCountPerTarget', { TargetGroup: dimensions.TargetGroup })).toEqual([])
    expect(rig.metrics.find('HealthyHostCount', dimensions)).toEqual([])
  })

  it('lets go of its function at once, and takes another', async () => {
    origins = [await serve('one')]
    expect(await (await fetch(rig.url)).text()).toBe('one')
    rig.plane.deregisterTargets(aTargetGroup('fn').arn, [{ Id: alias }])
    expect((await fetch(rig.url)).status).toBe(503)
    expect(rig.plane.targetHealth(aTargetGroup('fn').arn)).toEqual([])
    rig.plane.registerTargets(aTargetGroup('fn').arn, [{ Id: `${alias}2` }])
    expect(await (await fetch(rig.url)).text()).toBe('one')
    expect(asked).toEqual([alias, `${alias}2`])
  })
})
