import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  aDefaultRule,
  aForward,
  aHealthCheck,
  aTargetGroup,
  type BackEnd,
  balancerDimension,
  eventually,
  freePort,
  startBackEnd,
  stateOf,
} from '../support/data-plane.ts'
import { type DataPlaneRig, startRig } from '../support/data-plane-rig.ts'

let rig: DataPlaneRig
beforeEach(async () => {
  rig = await startRig()
})
afterEach(() => rig.stop())

const get = async () => (await fetch(rig.url)).text()
const healthOf = (group: string, port: number) => stateOf(rig.plane, group, port)
const deregister = (backEnd: BackEnd) =>
  rig.plane.deregisterTargets(aTargetGroup('web').arn, [{ Id: '127.0.0.1', Port: backEnd.port }])

/** A back end whose health answer can be changed and counted. */
async function startMoody(name: string) {
  const mood = { status: 200, checks: 0, userAgent: '' }
  const backEnd = await startBackEnd(name)
  backEnd.server.removeAllListeners('request')
  backEnd.server.on('request', (request, response) => {
    if (request.url !== '/health') return void response.end(name)
    mood.checks++
    mood.userAgent = request.headers['user-agent'] ?? ''
    // Status 0: take the check and never answer it.
    if (mood.status !== 0) response.writeHead(mood.status).end()
  })
  return { ...backEnd, mood }
}

/** Runs one more health check on local time and waits until the back end has seen it. */
async function nextCheck(backEnd: Awaited<ReturnType<typeof startMoody>>) {
  const seen = backEnd.mood.checks
  for (let attempt = 0; attempt < 50 && backEnd.mood.checks === seen; attempt++) {
    await rig.clock.advance(30_000)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  expect(backEnd.mood.checks).toBeGreaterThan(seen)
}

describe('health states', () => {
  it('go from not in use over initial to healthy with the first passed check, at weight 0 too', async () => {
    const web = await startMoody('web')
    rig.addGroup('blue', [await startBackEnd('blue')])
    rig.addGroup('web', [web])
    expect(healthOf('web', web.port)).toEqual({
      State: 'unused',
      Reason: 'Target.NotInUse',
      Description: 'Target group is not configured to receive traffic from the load balancer',
    })
    await rig.clock.advance(120_000)
    expect(web.mood.checks).toBe(0)

    await rig.listen([aDefaultRule(aForward({ blue: 1, web: 0 }))])
    expect(healthOf('web', web.port)).toMatchObject({ State: 'initial', Reason: 'Elb.RegistrationInProgress' })
    await eventually(() => healthOf('web', web.port)?.State === 'healthy')
    expect([web.mood.checks, web.mood.userAgent]).toEqual([1, 'ELB-HealthChecker/2.0'])

    await rig.listen([aDefaultRule(aForward({ blue: 1 }))])
    expect(healthOf('web', web.port)).toMatchObject({ State: 'unused', Reason: 'Target.NotInUse' })
  })

  it('need as many checks in a row as the thresholds say', async () => {
    const web = await startMoody('web')
    rig.addGroup('web', [web], { healthCheck: aHealthCheck({ healthyThreshold: 3, unhealthyThreshold: 2 }) })
    await rig.listen([aDefaultRule(aForward({ web: 1 }))])
    await eventually(() => healthOf('web', web.port)?.State === 'healthy')
    web.mood.status = 503
    await nextCheck(web)
    await rig.untilState('web', web, 'unhealthy')
    expect(healthOf('web', web.port)).toEqual({
      State: 'unhealthy',
      Reason: 'Target.ResponseCodeMismatch',
      Description: 'Health checks failed with these codes: [503]',
    })
    web.mood.status = 200
    const before = web.mood.checks
    await rig.untilState('web', web, 'healthy')
    expect(web.mood.checks - before).toBeGreaterThanOrEqual(3)
  })

  it('say that nothing listens', async () => {
    rig.addGroup('web', [])
    const port = await freePort()
    rig.plane.registerTargets(aTargetGroup('web').arn, [{ Id: '127.0.0.1', Port: port }])
    await rig.listen([aDefaultRule(aForward({ web: 1 }))])
    await eventually(() => healthOf('web', port)?.Reason === 'Elb.InitialHealthChecking')
    await rig.clock.advance(30_000)
    await eventually(() => healthOf('web', port)?.Reason === 'Target.FailedHealthChecks')
  })

  it('say that the answer did not come within the real time allowed', async () => {
    const web = await startMoody('web')
    web.mood.status = 0
    rig.addGroup('web', [web], { healthCheck: aHealthCheck({ timeoutSeconds: 0.05, unhealthyThreshold: 2 }) })
    await rig.listen([aDefaultRule(aForward({ web: 1 }))])
    await rig.untilState('web', web, 'unhealthy')
    expect(healthOf('web', web.port)).toMatchObject({ Reason: 'Target.Timeout', Description: 'Request timed out' })
  })

  it('follow a new health check', async () => {
    const web = await startMoody('web')
    web.mood.status = 302
    rig.addGroup('web', [web])
    await rig.listen([aDefaultRule(aForward({ web: 1 }))])
    await rig.untilState('web', web, 'unhealthy')
    const healthCheck = aHealthCheck({ matcher: '200-399', healthyThreshold: 2 })
    rig.plane.putTargetGroup(aTargetGroup('web', { healthCheck }))
    await rig.untilState('web', web, 'healthy')
  })

  it('are unavailable when checks are off, and requests flow', async () => {
    const web = await startMoody('web')
    rig.addGroup('web', [web], { healthCheck: aHealthCheck({ enabled: false }) })
    await rig.listen([aDefaultRule(aForward({ web: 1 }))])
    expect(healthOf('web', web.port)).toMatchObject({ State: 'unavailable', Reason: 'Target.HealthCheckDisabled' })
    expect(await get()).toBe('web')
    await rig.endMinute()
    expect(web.mood.checks).toBe(0)
    expect(rig.metrics.sum('UnhealthyRoutingRequestCount', webDimensions)).toBe(0)
  })

  it('are unavailable for a Lambda target, which gets requests all the same', async () => {
    rig.plane.putTargetGroup(aTargetGroup('fn', { targetType: 'lambda' }))
    rig.plane.registerTargets(aTargetGroup('fn').arn, [{ Id: 'arn:aws:lambda:eu-west-1:000000000000:function:fn' }])
    await rig.listen([aDefaultRule(aForward({ fn: 1 }))])
    expect(rig.plane.targetHealth(aTargetGroup('fn').arn)).toMatchObject([
      {
        Target: { Id: 'arn:aws:lambda:eu-west-1:000000000000:function:fn' },
        TargetHealth: { State: 'unavailable', Reason: 'Target.HealthCheckDisabled' },
      },
    ])
    // There is no such function.
    expect((await fetch(rig.url)).status).toBe(502)
  })
})

const webDimensions = { LoadBalancer: balancerDimension, TargetGroup: aTargetGroup('web').dimension }

describe('routing by health', () => {
  it('leaves an unhealthy target out', async () => {
    const [good, bad] = [await startMoody('good'), await startMoody('bad')]
    bad.mood.status = 500
    rig.addGroup('web', [good, bad])
    await rig.listen([aDefaultRule(aForward({ web: 1 }))])
    await rig.untilState('web', good, 'healthy')
    for (let request = 0; request < 6; request++) expect(await get()).toBe('good')
  })

  it('goes to all targets when none is healthy, and counts that', async () => {
    const both = [await startMoody('one'), await startMoody('two')]
    for (const { mood } of both) mood.status = 500
    rig.addGroup('web', both)
    await rig.listen([aDefaultRule(aForward({ web: 1 }))])
    for (const backEnd of both) await rig.untilState('web', backEnd, 'unhealthy')
    const answers = [await get(), await get(), await get(), await get()]
    expect(answers.sort()).toEqual(['one', 'one', 'two', 'two'])
    await rig.endMinute()
    expect(rig.metrics.sum('UnhealthyRoutingRequestCount', webDimensions)).toBe(4)
    expect(rig.metrics.sum('RequestCount', webDimensions)).toBe(4)
  })

  it.each([
    { name: 'count', attribute: 'count', value: '2' },
    { name: 'percentage', attribute: 'percentage', value: '60' },
  ])('goes to all targets below the minimum $name of healthy ones', async ({ attribute, value }) => {
    const [good, bad] = [await startMoody('good'), await startMoody('bad')]
    bad.mood.status = 500
    const key = `target_group_health.unhealthy_state_routing.minimum_healthy_targets.${attribute}`
    rig.addGroup('web', [good, bad], { attributes: { [key]: value } })
    await rig.listen([aDefaultRule(aForward({ web: 1 }))])
    await rig.untilState('web', good, 'healthy')
    await rig.untilState('web', bad, 'unhealthy')
    expect([await get(), await get()].sort()).toEqual(['bad', 'good'])
  })

  it('does not fail over to another group', async () => {
    const sick = await startMoody('sick')
    sick.mood.status = 500
    rig.addGroup('blue', [await startBackEnd('blue')])
    rig.addGroup('web', [sick])
    await rig.listen([aDefaultRule(aForward({ blue: 1, web: 1 }))])
    await rig.untilState('web', sick, 'unhealthy')
    expect([await get(), await get()].sort()).toEqual(['blue', 'sick'])
  })

  it('ramps up a target that joins healthy ones', async () => {
    const [old, young] = [await startBackEnd('old'), await startBackEnd('young')]
    rig.addGroup('web', [old], { attributes: { 'slow_start.duration_seconds': '100' } })
    await rig.listen([aDefaultRule(aForward({ web: 1 }))])
    await rig.untilState('web', old, 'healthy')
    rig.addGroup('web', [young], { attributes: { 'slow_start.duration_seconds': '100' } })
    await eventually(() => healthOf('web', young.port)?.State === 'healthy')
    const shareOfYoung = async () => {
      const before = young.requests.length
      for (let request = 0; request < 30; request++) await get()
      return young.requests.length - before
    }
    expect(await shareOfYoung()).toBe(0)
    await rig.clock.advance(50_000)
    expect(await shareOfYoung()).toBe(10)
    await rig.clock.advance(50_000)
    expect(await shareOfYoung()).toBe(15)
  })

  it('does not ramp up the first targets of a group', async () => {
    const web = await startBackEnd('web')
    rig.addGroup('web', [web], { attributes: { 'slow_start.duration_seconds': '100' } })
    await rig.listen([aDefaultRule(aForward({ web: 1 }))])
    await rig.untilState('web', web, 'healthy')
    expect(await get()).toBe('web')
  })
})

describe('deregistration', () => {
  it('drains for the whole delay of local time, without new requests, then forgets', async () => {
    const [stays, leaves] = [await startBackEnd('stays'), await startBackEnd('leaves')]
    rig.addGroup('web', [stays, leaves], { attributes: { 'deregistration_delay.timeout_seconds': '60' } })
    await rig.listen([aDefaultRule(aForward({ web: 1 }))])
    for (const backEnd of [stays, leaves]) await rig.untilState('web', backEnd, 'healthy')
    deregister(leaves)
    for (let request = 0; request < 4; request++) expect(await get()).toBe('stays')
    await rig.clock.advance(59_000)
    expect(healthOf('web', leaves.port)).toEqual({
      State: 'draining',
      Reason: 'Target.DeregistrationInProgress',
      Description: 'Target deregistration is in progress',
    })
    await rig.clock.advance(1000)
    expect(healthOf('web', leaves.port)).toMatchObject({ State: 'unused', Reason: 'Target.NotRegistered' })
    expect(rig.plane.targetHealth(aTargetGroup('web').arn)).toHaveLength(1)
  })

  it('lets a request in flight end, even past the delay', async () => {
    let answer = () => {}
    const slow = await startBackEnd('slow', (_, response) => {
      answer = () => response.end('slow')
    })
    rig.addGroup('web', [slow], { attributes: { 'deregistration_delay.timeout_seconds': '1' } })
    await rig.listen([aDefaultRule(aForward({ web: 1 }))])
    const inFlight = get()
    await eventually(() => slow.requests.length === 1)
    deregister(slow)
    expect((await fetch(rig.url)).status).toBe(503)
    await rig.clock.advance(2000)
    answer()
    expect(await inFlight).toBe('slow')
  })

  it('is undone by registering again, and the target must prove itself anew', async () => {
    const web = await startBackEnd('web')
    rig.addGroup('web', [web])
    await rig.listen([aDefaultRule(aForward({ web: 1 }))])
    await rig.untilState('web', web, 'healthy')
    deregister(web)
    rig.plane.registerTargets(aTargetGroup('web').arn, [{ Id: '127.0.0.1', Port: web.port }])
    expect(healthOf('web', web.port)).toMatchObject({ State: 'initial' })
    await rig.clock.advance(400_000)
    await rig.untilState('web', web, 'healthy')
    expect(await get()).toBe('web')
  })

  it('leaves a target that is registered twice as it is', async () => {
    const web = await startBackEnd('web')
    rig.addGroup('web', [web])
    await rig.listen([aDefaultRule(aForward({ web: 1 }))])
    await rig.untilState('web', web, 'healthy')
    rig.plane.registerTargets(aTargetGroup('web').arn, [{ Id: '127.0.0.1', Port: web.port }])
    expect(healthOf('web', web.port)).toEqual({ State: 'healthy' })
  })
})

it('refuses to know a group that was never put', () => {
  expect(() => rig.plane.targetHealth('arn:nowhere')).toThrow('arn:nowhere')
})
