import type { Action } from '@aws-sdk/client-elastic-load-balancing-v2'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { aDefaultRule, aForward, aListener, aTargetGroup, eventually, startBackEnd } from '../support/data-plane.ts'
import { type DataPlaneRig, startRig } from '../support/data-plane-rig.ts'

let rig: DataPlaneRig
beforeEach(async () => {
  rig = await startRig()
})
afterEach(() => rig.stop())

const get = async (path = '/', headers: Record<string, string> = {}) =>
  (await fetch(`${rig.url}${path}`, { headers, redirect: 'manual' })).text()

async function blueAndGreen() {
  const blue = await startBackEnd('blue')
  const green = await startBackEnd('green')
  rig.addGroup('blue', [blue])
  rig.addGroup('green', [green])
  return { blue, green }
}

describe('weights', () => {
  it('split exactly, and new ones hold from the next request on', async () => {
    const { blue, green } = await blueAndGreen()
    await rig.listen([aDefaultRule(aForward({ blue: 90, green: 10 }))])
    for (let request = 0; request < 100; request++) await get()
    expect([blue.requests.length, green.requests.length]).toEqual([90, 10])

    await rig.listen([aDefaultRule(aForward({ blue: 0, green: 100 }))])
    for (let request = 0; request < 20; request++) expect(await get()).toBe('green')
  })

  it('change under load without losing a request', async () => {
    await blueAndGreen()
    await rig.listen([aDefaultRule(aForward({ blue: 100, green: 0 }))])
    const answers: string[] = []
    let changing = true
    const clients = Array.from({ length: 8 }, async () => {
      while (changing) answers.push(await get())
    })
    for (let weight = 0; weight <= 100; weight += 5) {
      await rig.listen([aDefaultRule(aForward({ blue: 100 - weight, green: weight }))])
      await get()
    }
    changing = false
    await Promise.all(clients)
    expect(answers.filter((answer) => answer !== 'blue' && answer !== 'green')).toEqual([])
  })

  it.each([
    { name: 'all weights 0', action: aForward({ blue: 0, green: 0 }) },
    { name: 'a group without targets', action: aForward({ empty: 1 }) },
    { name: 'a group that is not there', action: aForward({ gone: 1 }) },
  ])('answer 503 for $name, without failing over', async ({ action }) => {
    await blueAndGreen()
    rig.addGroup('empty', [])
    await rig.listen([aDefaultRule(action)])
    const response = await fetch(rig.url)
    expect([response.status, response.headers.get('server')]).toEqual([503, 'awselb/2.0'])
    expect(await response.text()).toContain('<h1>503 Service Temporarily Unavailable</h1>')
  })
})

describe('rules', () => {
  const say = (MessageBody: string): Action => ({
    Type: 'fixed-response',
    FixedResponseConfig: { StatusCode: '200', ContentType: 'text/plain', MessageBody },
  })

  it('apply in order, each by all of its conditions', async () => {
    await rig.listen([
      {
        arn: '1',
        conditions: [
          { Field: 'path-pattern', Values: ['/api/*'] },
          { Field: 'http-header', HttpHeaderConfig: { HttpHeaderName: 'X-Preview', Values: ['yes'] } },
        ],
        actions: [say('preview')],
      },
      { arn: '2', conditions: [{ Field: 'path-pattern', Values: ['/api/*'] }], actions: [say('api')] },
      {
        arn: '3',
        conditions: [{ Field: 'source-ip', SourceIpConfig: { Values: ['10.0.0.0/8'] } }],
        actions: [say('ten')],
      },
      aDefaultRule(say('default')),
    ])
    expect([await get('/api/x', { 'x-preview': 'YES' }), await get('/api/x'), await get('/')]).toEqual([
      'preview',
      'api',
      'default',
    ])
  })

  it('answer for themselves with a fixed response', async () => {
    const config = { StatusCode: '418', ContentType: 'application/json', MessageBody: '{"a":1}' }
    await rig.listen([aDefaultRule({ Type: 'fixed-response', FixedResponseConfig: config })])
    const response = await fetch(rig.url)
    expect(response.status).toBe(418)
    expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8')
    expect(await response.json()).toEqual({ a: 1 })
  })

  it('redirect with the parts of the request', async () => {
    const RedirectConfig = { StatusCode: 'HTTP_302', Protocol: 'HTTPS', Port: '443', Path: '/new/#{path}' } as const
    await rig.listen([aDefaultRule({ Type: 'redirect', RedirectConfig })])
    const response = await fetch(`${rig.url}/a/b?c=d`, { redirect: 'manual' })
    expect([response.status, response.headers.get('location')]).toEqual([302, 'https://127.0.0.1:443/new/a/b?c=d'])
  })

  it('that cannot be carried leave the ones before in force', async () => {
    await rig.listen([aDefaultRule(say('before'))])
    await expect(rig.listen([{ arn: 'bad', conditions: [{ Field: 'moon' }], actions: [say('x')] }])).rejects.toThrow(
      /bad/,
    )
    expect(await get()).toBe('before')
  })
})

describe('group stickiness', () => {
  const cookiesOf = (response: Response) => response.headers.getSetCookie().map((cookie) => cookie.split(';')[0] ?? '')

  async function stickToGreen() {
    const groups = await blueAndGreen()
    await rig.listen([aDefaultRule(aForward({ blue: 0, green: 1 }, 60))])
    const cookies = cookiesOf(await fetch(rig.url))
    return { ...groups, cookies, cookie: cookies[0] ?? '' }
  }

  it('sends a client back to its group whatever the weights', async () => {
    const { cookies, cookie } = await stickToGreen()
    expect(cookies.map((pair) => pair.split('=')[0])).toEqual(['AWSALBTG', 'AWSALBTGCORS'])
    await rig.listen([aDefaultRule(aForward({ blue: 1, green: 0 }, 60))])
    expect([await get(), await get('/', { cookie }), await get('/', { cookie: cookies[1] ?? '' })]).toEqual([
      'blue',
      'green',
      'green',
    ])
  })

  it('ends when the group leaves the action', async () => {
    const { cookie } = await stickToGreen()
    await rig.listen([aDefaultRule(aForward({ blue: 1 }, 60))])
    expect(await get('/', { cookie })).toBe('blue')
  })

  it('ends when its local time is over, unless a request renewed it', async () => {
    const { cookie } = await stickToGreen()
    await rig.listen([aDefaultRule(aForward({ blue: 1, green: 0 }, 60))])
    await rig.clock.advance(59_000)
    const renewed = cookiesOf(await fetch(rig.url, { headers: { cookie } }))[0] ?? ''
    await rig.clock.advance(2_000)
    expect([await get('/', { cookie }), await get('/', { cookie: renewed })]).toEqual(['blue', 'green'])
  })

  it('is not there when it is off', async () => {
    await blueAndGreen()
    await rig.listen([aDefaultRule(aForward({ blue: 1, green: 1 }))])
    expect((await fetch(rig.url)).headers.getSetCookie()).toEqual([])
  })
})

describe('targets of a group', () => {
  it('take turns', async () => {
    const both = [await startBackEnd('one'), await startBackEnd('two')]
    rig.addGroup('web', both)
    await rig.listen([aDefaultRule(aForward({ web: 1 }))])
    for (const backEnd of both) await rig.untilState('web', backEnd, 'healthy')
    for (let request = 0; request < 10; request++) await get()
    expect(both.map((backEnd) => backEnd.requests.length)).toEqual([5, 5])
  })

  it('keep their clients with target stickiness while they may get requests', async () => {
    const both = [await startBackEnd('one'), await startBackEnd('two')]
    rig.addGroup('web', both, { attributes: { 'stickiness.enabled': 'true', 'stickiness.type': 'lb_cookie' } })
    await rig.listen([aDefaultRule(aForward({ web: 1 }))])
    for (const backEnd of both) await rig.untilState('web', backEnd, 'healthy')
    const response = await fetch(rig.url)
    const name = await response.text()
    const cookie = response.headers.getSetCookie()[0]?.split(';')[0] ?? ''
    expect(cookie).toMatch(/^AWSALB=/)
    for (let request = 0; request < 5; request++) expect(await get('/', { cookie })).toBe(name)
    const chosen = both.find((backEnd) => backEnd.name === name)
    rig.plane.deregisterTargets(aTargetGroup('web').arn, [{ Id: '127.0.0.1', Port: chosen?.port }])
    expect(await get('/', { cookie })).not.toBe(name)
  })

  it('get the next request by fewest outstanding when asked to', async () => {
    let release = () => {}
    const slow = await startBackEnd('slow', (_, response) => {
      release = () => response.end('slow')
    })
    const quick = await startBackEnd('quick')
    rig.addGroup('web', [slow, quick], {
      attributes: { 'load_balancing.algorithm.type': 'least_outstanding_requests' },
    })
    await rig.listen([aDefaultRule(aForward({ web: 1 }))])
    for (const backEnd of [slow, quick]) await rig.untilState('web', backEnd, 'healthy')
    const twoTurns = [get(), get()]
    await eventually(() => slow.requests.length === 1)
    for (let request = 0; request < 5; request++) expect(await get()).toBe('quick')
    release()
    expect((await Promise.all(twoTurns)).sort()).toEqual(['quick', 'slow'])
  })
})

describe('listeners', () => {
  const hello = aDefaultRule({
    Type: 'fixed-response',
    FixedResponseConfig: { StatusCode: '200', MessageBody: 'hello' },
  })

  it('say where they cannot listen', async () => {
    await rig.listen([hello])
    await expect(rig.plane.putListener(aListener(rig.port, { arn: 'second', rules: [hello] }))).rejects.toThrow(
      `listener second cannot listen on 127.0.0.1:${rig.port}`,
    )
    expect(await get()).toBe('hello')
  })

  it('accept nothing more once removed, and may be put again', async () => {
    await rig.listen([hello])
    await rig.plane.removeListener(aListener(rig.port).arn)
    await expect(get()).rejects.toThrow()
    await rig.listen([hello])
    expect(await get()).toBe('hello')
  })

  it('let a request in flight end when they are removed', async () => {
    let answer = () => {}
    const slow = await startBackEnd('slow', (_, response) => {
      answer = () => response.end('slow')
    })
    rig.addGroup('web', [slow])
    await rig.listen([aDefaultRule(aForward({ web: 1 }))])
    const inFlight = fetch(rig.url)
    await eventually(() => slow.requests.length === 1)
    const removed = rig.plane.removeListener(aListener(rig.port).arn)
    answer()
    const response = await inFlight
    expect([response.status, response.headers.get('connection')]).toEqual([200, 'close'])
    await removed
  })

  it('end a connection whose answer had begun, as soon as it is complete', async () => {
    let finish = () => {}
    const web = await startBackEnd('web', (_, response) => {
      response.write('begun, ')
      finish = () => response.end('done')
    })
    rig.addGroup('web', [web])
    await rig.listen([aDefaultRule(aForward({ web: 1 }))])
    const response = await fetch(rig.url)
    let removed = false
    const removing = rig.plane.removeListener(aListener(rig.port).arn).then(() => {
      removed = true
    })
    expect(removed).toBe(false)
    finish()
    expect(await response.text()).toBe('begun, done')
    await eventually(() => removed, 900)
    await removing
  })

  it('cut what is in flight when the time to drain is over', async () => {
    const stuck = await startBackEnd('stuck', () => {})
    rig.addGroup('web', [stuck])
    await rig.listen([aDefaultRule(aForward({ web: 1 }))])
    const inFlight = fetch(rig.url).catch((error: Error) => error)
    await eventually(() => stuck.requests.length === 1)
    await rig.plane.removeListener(aListener(rig.port).arn)
    expect(await inFlight).toBeInstanceOf(Error)
  })
})
