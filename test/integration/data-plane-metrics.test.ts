import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  aDefaultRule,
  aForward,
  aTargetGroup,
  balancerDimension,
  freePort,
  startBackEnd,
} from '../support/data-plane.ts'
import { type DataPlaneRig, startRig } from '../support/data-plane-rig.ts'
import { sendRaw } from '../support/raw-http.ts'

let rig: DataPlaneRig
beforeEach(async () => {
  rig = await startRig()
})
afterEach(() => rig.stop())

const balancer = { LoadBalancer: balancerDimension }
const groupDimensions = (name: string) => ({ ...balancer, TargetGroup: aTargetGroup(name).dimension })

/** Every recorded metric of these dimensions that counts something, with its sum. */
function sums(dimensions: Readonly<Record<string, string>>, pattern: RegExp) {
  const names = new Set(rig.metrics.recorded.map(({ metricName }) => metricName).filter((name) => pattern.test(name)))
  const found = [...names].map((name) => [name, rig.metrics.sum(name, dimensions)] as const)
  return Object.fromEntries(found.filter(([, sum]) => sum > 0))
}

const codesAndRequests = /^HTTPCode|^RequestCount$|Error/

describe('metrics', () => {
  it('count requests and codes by group and for the load balancer, and nothing that is zero', async () => {
    const blue = await startBackEnd('blue', (_, response) => response.writeHead(201).end())
    const green = await startBackEnd('green', (request, response) =>
      response.writeHead(Number(request.url?.slice(1))).end(),
    )
    rig.addGroup('blue', [blue])
    rig.addGroup('green', [green])
    await rig.listen([
      {
        arn: 'green',
        conditions: [{ Field: 'path-pattern', Values: ['/5*', '/4*', '/3*'] }],
        actions: [aForward({ green: 1 })],
      },
      aDefaultRule(aForward({ blue: 1 })),
    ])
    for (const path of ['/', '/', '/', '/500', '/503', '/404', '/304']) await fetch(`${rig.url}${path}`)
    await rig.endMinute()
    expect(sums(groupDimensions('blue'), codesAndRequests)).toEqual({ RequestCount: 3, HTTPCode_Target_2XX_Count: 3 })
    expect(sums(groupDimensions('green'), codesAndRequests)).toEqual({
      RequestCount: 4,
      HTTPCode_Target_3XX_Count: 1,
      HTTPCode_Target_4XX_Count: 1,
      HTTPCode_Target_5XX_Count: 2,
    })
    expect(sums(balancer, codesAndRequests)).toEqual({
      RequestCount: 7,
      HTTPCode_Target_2XX_Count: 3,
      HTTPCode_Target_3XX_Count: 1,
      HTTPCode_Target_4XX_Count: 1,
      HTTPCode_Target_5XX_Count: 2,
    })
    expect(rig.metrics.recorded.every(({ values }) => values.length > 0)).toBe(true)
  })

  it('stamp each minute with its own start, and begin at zero in the next', async () => {
    rig.addGroup('web', [await startBackEnd('web')])
    await rig.listen([aDefaultRule(aForward({ web: 1 }))])
    const startedAt = rig.clock.now()
    await fetch(rig.url)
    await rig.endMinute()
    await fetch(rig.url)
    await fetch(rig.url)
    await rig.endMinute()
    await rig.endMinute()
    expect(rig.metrics.find('RequestCount', balancer)).toEqual(
      [1, 2].map((count, minute) => ({
        namespace: 'AWS/ApplicationELB',
        metricName: 'RequestCount',
        dimensions: balancer,
        unit: 'Count',
        at: startedAt + minute * 60_000,
        values: [count],
        counts: [1],
      })),
    )
  })

  it('count a 503 without a target for the load balancer only, and not as a request', async () => {
    rig.addGroup('web', [])
    await rig.listen([aDefaultRule(aForward({ web: 1 }))])
    await fetch(rig.url)
    await rig.endMinute()
    expect(sums(balancer, codesAndRequests)).toEqual({ HTTPCode_ELB_5XX_Count: 1, HTTPCode_ELB_503_Count: 1 })
    expect(sums(groupDimensions('web'), codesAndRequests)).toEqual({})
  })

  it('count a refused connection as 502 and as a connection error of the group', async () => {
    rig.addGroup('web', [])
    rig.plane.registerTargets(aTargetGroup('web').arn, [{ Id: '127.0.0.1', Port: await freePort() }])
    await rig.listen([aDefaultRule(aForward({ web: 1 }))])
    expect((await fetch(rig.url)).status).toBe(502)
    await rig.endMinute()
    expect(sums(balancer, codesAndRequests)).toEqual({
      RequestCount: 1,
      TargetConnectionErrorCount: 1,
      HTTPCode_ELB_5XX_Count: 1,
      HTTPCode_ELB_502_Count: 1,
    })
    expect(sums(groupDimensions('web'), codesAndRequests)).toEqual({ RequestCount: 1, TargetConnectionErrorCount: 1 })
  })

  it('count a connection that the target reset as 502 only', async () => {
    rig.addGroup('web', [await startBackEnd('web', (request) => request.socket.resetAndDestroy())])
    await rig.listen([aDefaultRule(aForward({ web: 1 }))])
    for (let request = 0; request < 5; request++) expect((await fetch(rig.url)).status).toBe(502)
    await rig.endMinute()
    expect(sums(balancer, codesAndRequests)).toEqual({
      RequestCount: 5,
      HTTPCode_ELB_5XX_Count: 5,
      HTTPCode_ELB_502_Count: 5,
    })
  })

  it('count what the load balancer answers itself', async () => {
    await rig.listen([
      {
        arn: '1',
        conditions: [{ Field: 'path-pattern', Values: ['/old'] }],
        actions: [{ Type: 'redirect', RedirectConfig: { StatusCode: 'HTTP_301', Path: '/new' } }],
      },
      aDefaultRule({ Type: 'fixed-response', FixedResponseConfig: { StatusCode: '404' } }),
    ])
    await fetch(`${rig.url}/old`, { redirect: 'manual' })
    await fetch(rig.url)
    await sendRaw(rig.port, 'NOT HTTP\r\n\r\n')
    await rig.endMinute()
    expect(sums(balancer, /^HTTP/)).toEqual({
      HTTP_Redirect_Count: 1,
      HTTP_Fixed_Response_Count: 1,
      HTTPCode_ELB_3XX_Count: 1,
      HTTPCode_ELB_4XX_Count: 2,
    })
  })

  it('measure the response time of targets in real seconds', async () => {
    const web = await startBackEnd('web', (_, response) => void setTimeout(() => response.end(), 80))
    rig.addGroup('web', [web])
    await rig.listen([aDefaultRule(aForward({ web: 1 }))])
    await fetch(rig.url)
    await rig.endMinute()
    const [datum] = rig.metrics.find('TargetResponseTime', groupDimensions('web'))
    expect(datum).toMatchObject({ unit: 'Seconds', counts: [1] })
    expect(datum?.values[0]).toBeGreaterThan(0.075)
    expect(datum?.values[0]).toBeLessThan(2)
    expect(rig.metrics.find('TargetResponseTime', balancer)[0]?.values).toEqual(datum?.values)
  })

  it('give the requests per target as an average', async () => {
    const both = [await startBackEnd('one'), await startBackEnd('two')]
    rig.addGroup('web', both)
    await rig.listen([aDefaultRule(aForward({ web: 1 }))])
    for (let request = 0; request < 5; request++) await fetch(rig.url)
    await rig.endMinute()
    const dimensions = { TargetGroup: aTargetGroup('web').dimension }
    expect(rig.metrics.find('RequestCountPerTarget', dimensions).map(({ values }) => values)).toEqual([[2.5]])
  })

  it('count hosts by health every minute, traffic or not, while the group is used', async () => {
    const [good, bad] = [await startBackEnd('good'), await startBackEnd('bad', undefined, 500)]
    rig.addGroup('web', [good, bad])
    await rig.endMinute()
    expect(rig.metrics.recorded).toEqual([])
    await rig.listen([aDefaultRule(aForward({ web: 1 }))])
    await rig.untilState('web', good, 'healthy')
    await rig.untilState('web', bad, 'unhealthy')
    await rig.endMinute()
    rig.metrics.recorded.length = 0
    await rig.endMinute()
    expect(
      rig.metrics.recorded.map(({ metricName, dimensions, values }) => ({ metricName, dimensions, values })),
    ).toEqual([
      { metricName: 'HealthyHostCount', dimensions: groupDimensions('web'), values: [1] },
      { metricName: 'UnHealthyHostCount', dimensions: groupDimensions('web'), values: [1] },
    ])
  })

  it('count connections and bytes', async () => {
    rig.addGroup('web', [await startBackEnd('web')])
    await rig.listen([aDefaultRule(aForward({ web: 1 }))])
    const request = 'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n'
    const answer = await sendRaw(rig.port, request)
    await rig.endMinute()
    expect(rig.metrics.sum('NewConnectionCount')).toBe(1)
    expect(rig.metrics.sum('ProcessedBytes')).toBe(request.length + answer.length)
    expect(rig.metrics.find('ActiveConnectionCount', balancer)).toEqual([])
  })
})
