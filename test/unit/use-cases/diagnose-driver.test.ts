import { expect, it } from 'vitest'
import { createManualClock } from '../../../local/clock.ts'
import { createMemoryCloud } from '../../../shared/adapters/memory/cloud.ts'
import type { Deployment, Driven } from '../../../shared/domain/deployment.ts'
import { driverErrorHelp } from '../../../shared/domain/driver-error-help.ts'
import type { DriverProgress } from '../../../shared/domain/driver-progress.ts'
import { TransientError } from '../../../shared/domain/errors.ts'
import type { DriverFacts } from '../../../shared/domain/route-facts.ts'
import type { CodeDeployRoute } from '../../../shared/domain/service.ts'
import type { RouteInspector } from '../../../shared/ports/route-inspector.ts'
import { diagnoseDriver } from '../../../shared/use-cases/drive/diagnose-driver.ts'
import { aDeployment, anAlbRoute, webArns } from '../../support/builders.ts'
import { failedIn, inEvent } from '../../support/driver-progress.ts'

const route: CodeDeployRoute = {
  ...{ kind: 'codedeploy', applicationName: 'web', deploymentGroupName: 'live', wave: 1 },
  ...{ onForeignDeployment: 'refuse', moves: anAlbRoute() },
}

function driven(overrides: Partial<Deployment> = {}, own: Partial<Driven> = {}): Deployment {
  const { settings, ...rest } = aDeployment()
  const wanted = { wantedAt: '2026-01-01T00:00:00.000Z', isAdopted: false, progress: null, takingBack: null, ...own }
  return { ...rest, settings: { ...settings, routes: [route] }, driven: wanted, ...overrides }
}

/** Facts of a group with these alarms; null: there is no such group. */
const inspects = (names: readonly string[] | null): RouteInspector => ({
  inspect: async (): Promise<DriverFacts> => ({
    ...{ kind: 'codedeploy', state: null, groups: { blue: null, green: null }, notLookedAt: [] },
    group: names && {
      ...{ platform: 'ECS', deploymentConfigName: 'CodeDeployDefault.ECSAllAtOnce', moves: anAlbRoute() },
      ...{ testListenerArn: null, alarms: { enabled: true, names }, autoRollback: { enabled: false, events: [] } },
      ...{ readyWaitMinutes: null, terminationWaitMinutes: 0, running: [] },
    },
  }),
})

/** A cloud in which green's target is sick and `web-5xx` fired, at ten minutes past midnight. */
async function aCloud(inspector = inspects(['web-5xx', 'web-slow', 'web-ok'])) {
  const clock = createManualClock()
  const cloud = createMemoryCloud(clock)
  cloud.setGroup(webArns.blue)
  cloud.setGroup(webArns.green, { total: 1, healthy: 0, reasons: ['10.0.0.9:80 unhealthy Target.Timeout'] })
  cloud.routing.set(webArns.rule, { weights: { [webArns.blue]: 100, [webArns.green]: 0 } })
  for (const name of ['web-5xx', 'web-slow', 'web-ok']) cloud.alarms.setState(name, 'OK')
  await clock.advance(60_000)
  cloud.alarms.setState('web-5xx', 'ALARM')
  cloud.alarms.setState('web-slow', 'ALARM')
  await clock.advance(60_000)
  cloud.alarms.setState('web-slow', 'OK')
  await clock.advance(480_000)
  const deps = { ...cloud, clock: { now: clock.now, realNow: clock.now, sleep: clock.sleep }, inspector }
  return { cloud, deps, diagnose: (at: DriverProgress, of = driven()) => diagnoseDriver(deps, of, at) }
}

const alarmed = failedIn('Install', 'ALARM_ACTIVE', 'One or more alarms have been activated')

it('attaches the reasons of sick targets to a failed shift', async () => {
  const { diagnose } = await aCloud()
  expect(await diagnose(failedIn('AllowTraffic', null))).toBe(
    [
      'CodeDeploy deployment d-A1B2C3D4E failed in AllowTraffic: canary has 0 of 1 targets healthy',
      ' (10.0.0.9:80 unhealthy Target.Timeout); stable has 2 of 2 targets healthy.',
      ' Where AllowTraffic hangs or fails with nothing in a log, ',
      "the load balancer's health checks are almost always the cause: compare path, port, expected status and",
      ' time-outs with what the new version answers.',
    ].join(''),
  )
})

it('names each alarm that fired, one that has recovered too', async () => {
  const { diagnose } = await aCloud()
  expect(await diagnose(alarmed)).toBe(
    [
      'CodeDeploy deployment d-A1B2C3D4E failed in Install with ALARM_ACTIVE',
      ': CodeDeploy says "One or more alarms have been activated"',
      '; alarm web-5xx fired: in ALARM since 2026-01-01T00:01:00.000Z',
      '; alarm web-slow fired: in ALARM at 2026-01-01T00:01:00.000Z, now OK',
      '; canary has 0 of 1 targets healthy (10.0.0.9:80 unhealthy Target.Timeout).',
      ` ${driverErrorHelp.ALARM_ACTIVE}`,
    ].join(''),
  )
})

it('tells of a shift that takes longer than its plan, not of one that is in time', async () => {
  const { diagnose } = await aCloud()
  const [first, ...others] = aDeployment().plan.steps
  const steps = first ? [{ ...first, bakeSeconds: 240 }, ...others] : []
  const of = driven({ plan: { ...aDeployment().plan, steps } })
  expect(await diagnose(inEvent('AllowTraffic', '2026-01-01T00:01:00.000Z'), of)).toMatch(
    /^CodeDeploy deployment d-A1B2C3D4E has been in AllowTraffic for 9 min, longer than the 9 min it may take: canary/,
  )
  expect(await diagnose(inEvent('AllowTraffic', '2026-01-01T00:01:01.000Z'), of)).toBeNull()
})

it('knows no plan of a deployment that somebody else started', async () => {
  const { diagnose } = await aCloud()
  const adopted = driven({}, { isAdopted: true })
  expect(await diagnose(inEvent('AllowTraffic', '2025-12-01T00:00:00.000Z'), adopted)).toBeNull()
})

it('says nothing where Sluice itself stopped it', async () => {
  const { diagnose } = await aCloud()
  const stopped = { ...failedIn('AllowTraffic', 'MANUAL_STOP', 'stopped by a user'), status: 'stopped' } as const
  expect(await diagnose(stopped, driven({ goal: 'snapshot' }))).toBeNull()
  expect(await diagnose(stopped)).toMatch(/StopDeployment in CloudTrail says who/)
})

it('asks nobody where nothing is wrong', async () => {
  const { cloud, diagnose } = await aCloud()
  const calls: string[] = []
  cloud.inject({ before: ({ action }) => void calls.push(action) })
  expect(await diagnose(inEvent('Install', '2026-01-01T00:09:00.000Z'))).toBeNull()
  expect(calls).toEqual([])
})

it('says what it could not read, and never throws', async () => {
  const { cloud, diagnose } = await aCloud()
  cloud.inject({
    before: ({ action, subject }) => {
      throw new TransientError(`${action} of ${subject} was throttled`)
    },
  })
  expect(await diagnose(alarmed)).toBe(
    [
      'CodeDeploy deployment d-A1B2C3D4E failed in Install with ALARM_ACTIVE',
      ': CodeDeploy says "One or more alarms have been activated"',
      '; none of its alarms is known to have fired',
      `; target health of blue could not be read: health.read of ${webArns.blue} was throttled`,
      `; target health of green could not be read: health.read of ${webArns.green} was throttled`,
      "; the group's alarms could not be read: alarms.read of web-5xx, web-slow, web-ok was throttled.",
      ` ${driverErrorHelp.ALARM_ACTIVE}`,
    ].join(''),
  )
})

it('says that the group could not be read', async () => {
  const fail = () => {
    throw new Error('access denied')
  }
  const { diagnose } = await aCloud({ inspect: fail })
  expect(await diagnose(alarmed)).toMatch(/; the group's alarms could not be read: access denied\. An alarm/)
})

it.each([
  { so: 'has none', names: [] },
  { so: 'is gone', names: null },
])('names no alarm of a group that $so', async ({ names }) => {
  const { diagnose } = await aCloud(inspects(names))
  expect(await diagnose(alarmed)).toMatch(/none of its alarms is known to have fired/)
})

it('looks at no targets where nothing is divided by weight', async () => {
  const { moves: _none, ...servers } = route
  const { diagnose } = await aCloud()
  const of = driven({ settings: { ...aDeployment().settings, routes: [servers] } })
  expect(await diagnose(failedIn('ValidateService', 'HEALTH_CONSTRAINTS', 'too many failed', 'exit 1'), of)).toBe(
    [
      'CodeDeploy deployment d-A1B2C3D4E failed in ValidateService with HEALTH_CONSTRAINTS',
      ': CodeDeploy says "too many failed"; CodeDeploy says "exit 1".',
      ` ${driverErrorHelp.HEALTH_CONSTRAINTS}`,
      ' Look at the log of the function or script behind it: a function must answer with',
      ' PutLifecycleEventHookExecutionStatus, whatever happens in it.',
    ].join(''),
  )
})
