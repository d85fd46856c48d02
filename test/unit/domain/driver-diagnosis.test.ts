import { describe, expect, it } from 'vitest'
import type { GroupHealth } from '../../../shared/domain/capacity.ts'
import { type DriverSurroundings, diagnose, toText } from '../../../shared/domain/driver-diagnosis.ts'
import { driverErrorHelp } from '../../../shared/domain/driver-error-help.ts'
import type { DriverProgress } from '../../../shared/domain/driver-progress.ts'
import { aDriverProgress, failedIn, inEvent } from '../../support/driver-progress.ts'

const health = (overrides: Partial<GroupHealth> = {}): GroupHealth => ({
  ...{ total: 2, healthy: 2, unknown: 0, reasons: [], unused: false },
  ...overrides,
})
const sick = health({ healthy: 1, reasons: ['10.0.0.1:80 unhealthy Target.Timeout'] })

const around = (progress: DriverProgress, found: Partial<DriverSurroundings> = {}): DriverSurroundings => ({
  ...{ progress, underWaySeconds: null, plannedShiftSeconds: 600, sides: { stable: null, canary: null } },
  ...{ firingAlarms: [], notRead: [], ...found },
})

const shiftHelp =
  "Where AllowTraffic hangs or fails with nothing in a log, the load balancer's health checks are almost always the cause: compare path, port, expected status and time-outs with what the new version answers."
const hookHelp =
  'Look at the log of the function or script behind it: a function must answer with PutLifecycleEventHookExecutionStatus, whatever happens in it.'

describe('nothing is said of a deployment', () => {
  it.each([
    { so: 'succeeded', progress: aDriverProgress({ status: 'succeeded' }) },
    { so: 'is where it should be', progress: inEvent('Install') },
    { so: 'was stopped, and says no more', progress: aDriverProgress({ status: 'stopped' }) },
  ])('that $so', ({ progress }) => {
    expect(diagnose(around(progress, { underWaySeconds: 60 }))).toBeNull()
  })
})

describe('a shift', () => {
  it('that fails with nothing in the log has the reasons of the targets attached', () => {
    const progress = failedIn('AllowTraffic', null)
    expect(diagnose(around(progress, { sides: { canary: sick, stable: health() } }))).toEqual({
      title: 'CodeDeploy deployment d-A1B2C3D4E failed in AllowTraffic',
      sentences: [
        'canary has 1 of 2 targets healthy (10.0.0.1:80 unhealthy Target.Timeout)',
        'stable has 2 of 2 targets healthy',
      ],
      help: shiftHelp,
    })
  })

  it('that takes longer than planned has them too', () => {
    const found = { underWaySeconds: 1260, sides: { canary: sick, stable: null } }
    expect(diagnose(around(inEvent('AllowTraffic'), found))).toEqual({
      title:
        'CodeDeploy deployment d-A1B2C3D4E has been in AllowTraffic for 21 min, longer than the 15 min it may take',
      sentences: ['canary has 1 of 2 targets healthy (10.0.0.1:80 unhealthy Target.Timeout)'],
      help: shiftHelp,
    })
  })
})

describe('the targets of a side are told of', () => {
  it.each([
    { health: health({ total: 0, healthy: 0 }), sentence: "canary's target group has no target" },
    {
      health: health({ healthy: 0, unknown: 1 }),
      sentence: 'canary has 0 of 2 targets healthy, 1 without health checks',
    },
    {
      health: health({ healthy: 0, unused: true }),
      sentence: 'canary has 0 of 2 targets healthy, and no rule uses it, so nobody checks them',
    },
  ])('where one is not healthy: $sentence', ({ health: canary, sentence }) => {
    const found = around(failedIn('Install', 'ECS_UPDATE_ERROR'), { sides: { canary, stable: health() } })
    expect(diagnose(found)?.sentences).toEqual([sentence])
  })

  it.each([health(), health({ healthy: 1, unknown: 1 })])('outside a shift only there: %j', (canary) => {
    const found = around(failedIn('Install', 'ECS_UPDATE_ERROR'), { sides: { canary, stable: health() } })
    expect(diagnose(found)?.sentences).toEqual([])
  })
})

describe('a hook', () => {
  it('that fails shows its own error, once', () => {
    const message = 'The lifecycle event hook failed'
    const both = diagnose(around(failedIn('AfterAllowTestTraffic', 'HOOK_EXECUTION_FAILURE', message, '12 of 12 bad')))
    expect(both).toEqual({
      title: 'CodeDeploy deployment d-A1B2C3D4E failed in AfterAllowTestTraffic with HOOK_EXECUTION_FAILURE',
      sentences: [`CodeDeploy says "${message}"`, 'CodeDeploy says "12 of 12 bad"'],
      help: driverErrorHelp.HOOK_EXECUTION_FAILURE,
    })
    const same = failedIn('AfterAllowTestTraffic', 'HOOK_EXECUTION_FAILURE', message, ` ${message} `)
    expect(diagnose(around(same))?.sentences).toEqual([`CodeDeploy says "${message}"`])
  })

  it('that fails without a word is said to', () => {
    expect(diagnose(around(failedIn('BeforeAllowTraffic', null)))).toMatchObject({
      sentences: ['the hook of BeforeAllowTraffic failed and says no more'],
      help: hookHelp,
    })
  })

  it('that takes long has not answered yet', () => {
    expect(diagnose(around(inEvent('AfterInstall'), { underWaySeconds: 720 }))).toEqual({
      title:
        'CodeDeploy deployment d-A1B2C3D4E has been in AfterInstall for 12 min, longer than the 10 min it may take',
      sentences: ['its hook has not answered yet; without an answer it fails after 60 min'],
      help: hookHelp,
    })
  })

  const unanswered = ['the hook of AfterInstall was not answered within the 60 min that it has']
  it('that has had its hour was not answered, under way or failed', () => {
    expect(diagnose(around(inEvent('AfterInstall'), { underWaySeconds: 3600 }))?.sentences).toEqual(unanswered)
    expect(diagnose(around(failedIn('AfterInstall', 'TIMEOUT')))).toMatchObject({
      sentences: unanswered,
      help: `${driverErrorHelp.TIMEOUT} ${hookHelp}`,
    })
  })
})

describe('an alarm', () => {
  const stopped = { ...failedIn('AllowTraffic', 'ALARM_ACTIVE', 'One or more alarms'), status: 'stopped' } as const
  it('that stopped it is named', () => {
    const firingAlarms = [{ name: 'web-5xx', reason: 'in ALARM since 2026-01-01T00:00:00.000Z' }]
    expect(diagnose(around(stopped, { firingAlarms }))).toEqual({
      title: 'CodeDeploy deployment d-A1B2C3D4E was stopped in AllowTraffic with ALARM_ACTIVE',
      sentences: [
        'CodeDeploy says "One or more alarms"',
        'alarm web-5xx fired: in ALARM since 2026-01-01T00:00:00.000Z',
      ],
      help: driverErrorHelp.ALARM_ACTIVE,
    })
  })

  it('that nobody can name is said to be unknown, with what could not be read', () => {
    const notRead = ["the group's alarms could not be read: denied."]
    expect(diagnose(around(stopped, { notRead }))?.sentences).toEqual([
      'CodeDeploy says "One or more alarms"',
      'none of its alarms is known to have fired',
      ...notRead,
    ])
  })

  it('is not told of where something else was wrong', () => {
    const firingAlarms = [{ name: 'web-5xx', reason: 'in ALARM' }]
    expect(diagnose(around(failedIn('Install', 'THROTTLED'), { firingAlarms }))?.sentences).toEqual([])
  })
})

describe('what helps', () => {
  it.each(Object.entries(driverErrorHelp))('against %s begins with what the code means', (code, help) => {
    const progress = aDriverProgress({ status: 'failed', error: { code, message: '' } })
    expect(diagnose(around(progress))?.help).toBe(help)
  })

  it.each([
    { name: 'AllowTraffic', help: shiftHelp },
    { name: 'AfterInstall', help: hookHelp },
    { name: 'Install', help: /its tasks stopped/ },
    { name: 'BlockTraffic', help: /deregistration delay/ },
    { name: 'AllowTestTraffic', help: /Look at AllowTestTraffic in the console/ },
  ])('against a code that nobody knows is what helps against $name', ({ name, help }) => {
    expect(diagnose(around(failedIn(name, 'BRAND_NEW', 'odd')))?.help).toMatch(help)
  })

  it('where nothing is known is to look at the events', () => {
    expect(diagnose(around(aDriverProgress({ status: 'failed' })))).toEqual({
      title: 'CodeDeploy deployment d-A1B2C3D4E failed',
      sentences: [],
      help: "Look at the deployment's events in the console of CodeDeploy.",
    })
  })

  it('of an event that failed before the deployment ended is told at once', () => {
    const progress = { ...failedIn('Install', null), status: 'in-progress' } as const
    expect(diagnose(around(progress))?.title).toBe('CodeDeploy deployment d-A1B2C3D4E is failing in Install')
  })
})

describe('as one text', () => {
  it.each([
    { sentences: [], text: 'It failed. Do this.' },
    { sentences: ['one.', 'two'], text: 'It failed: one; two. Do this.' },
  ])('it is a sentence and what helps: $text', ({ sentences, text }) => {
    expect(toText({ title: 'It failed', sentences, help: 'Do this.' })).toBe(text)
  })
})
