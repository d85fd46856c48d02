import { beforeEach, describe, expect, it } from 'vitest'
import {
  createHook,
  type HookJudge,
  type HookSettings,
  type OwnJudge,
} from '../../../../functions/hooks/create-hook.ts'
import { createHookOf } from '../../../../functions/hooks/handler.ts'
import { createMemoryCloud, type MemoryCloud } from '../../../../shared/adapters/memory/cloud.ts'
import { createMemoryHookStatus, type MemoryHookStatus } from '../../../../shared/adapters/memory/hook-status.ts'
import { ConfigError, TransientError, ValidationError } from '../../../../shared/domain/errors.ts'
import type { Outcome } from '../../../../shared/domain/gates/gate.ts'
import { createLogger, type Logger } from '../../../../shared/logger.ts'
import type { HookStatus } from '../../../../shared/ports/hook-status.ts'
import { aProbeGate } from '../../../support/gates.ts'
import { aLeapingTime, type LeapingTime } from '../../../support/leaping-time.ts'

const event = { DeploymentId: 'd-1', LifecycleEventHookExecutionId: 'hook-1' }
const gate = aProbeGate({ url: 'https://test.example.com/health' })

let time: LeapingTime
let cloud: MemoryCloud
let hookStatus: MemoryHookStatus
let lines: Record<string, unknown>[]
let logger: Logger
beforeEach(() => {
  time = aLeapingTime()
  cloud = createMemoryCloud(time.clock)
  hookStatus = createMemoryHookStatus()
  hookStatus.begin('d-1', 'hook-1')
  lines = []
  logger = createLogger((line) => void lines.push(JSON.parse(line)))
})

const context = (seconds = 900) => ({ getRemainingTimeInMillis: () => seconds * 1000 - time.elapsedMs() })
const probing = (overrides = {}): HookJudge => ({ gate: { ...gate, ...overrides }, targetGroups: [], service: 'web' })
const aHook = (judge: HookJudge, settings?: HookSettings, status: HookStatus = hookStatus) =>
  createHook({ ...cloud, ...time, homeRegion: 'eu-west-1', hookStatus: status, logger }, judge, settings)
const broken = () => cloud.answerProbes(() => ({ kind: 'no-answer', reason: 'connection refused', milliseconds: 1 }))
const answer = (status: 'Succeeded' | 'Failed') => ({ deploymentId: 'd-1', executionId: 'hook-1', status })

describe('a hook', () => {
  it('answers Succeeded when its gate passes', async () => {
    expect(await aHook(probing())(event, context())).toEqual({
      ...{ status: 'Succeeded', reason: 'answered 200 in 1 ms', answered: 'taken' },
    })
    expect(hookStatus.answers).toEqual([answer('Succeeded')])
    expect(lines).toMatchObject([{ level: 'info', event: 'hook-judged', deployment: 'd-1', looks: 2 }])
  })

  it('answers Failed when its gate fails, and logs why', async () => {
    broken()
    await aHook(probing())(event, context())
    expect(hookStatus.answers).toEqual([answer('Failed')])
    const reason = '3 of 3 bad looks in a row: no answer: connection refused'
    expect(lines).toMatchObject([{ level: 'error', event: 'hook-judged', status: 'Failed', reason }])
  })

  it('answers Succeeded for a gate that only observes, and logs what it saw', async () => {
    broken()
    await aHook(probing({ mode: 'observe' }))(event, context())
    expect(hookStatus.answers).toEqual([answer('Succeeded')])
    expect(lines).toMatchObject([{ level: 'error', status: 'Succeeded', verdict: { outcome: 'fail' } }])
  })

  it.each([
    { so: 'its own time less half a minute', seconds: 900, settings: {}, took: 870 },
    { so: 'half of a short time', seconds: 40, settings: {}, took: 20 },
    { so: 'what it was given', seconds: 900, settings: { budgetSeconds: 60 }, took: 60 },
    { so: 'no more than it has, whatever it was given', seconds: 100, settings: { budgetSeconds: 600 }, took: 70 },
  ])('answers Failed before its time is up: after $so', async ({ seconds, settings, took }) => {
    const judge: OwnJudge = async () => ({ outcome: 'no-data', reason: 'still warming up', evidence: {} })
    const { reason } = await aHook({ judge }, settings)(event, context(seconds))
    expect(reason).toBe(`did not pass within ${took} s; last no-data: still warming up`)
    expect(hookStatus.answers).toEqual([answer('Failed')])
    expect(time.elapsedMs()).toBe(took * 1000)
  })

  it('is harmless when it is called twice at the same time, and again', async () => {
    const hook = aHook(probing())
    const results = await Promise.all([hook(event, context()), hook(event, context())])
    expect(results.map(({ answered }) => answered).toSorted()).toEqual(['already-over', 'taken'])
    broken()
    expect(await hook(event, context())).toMatchObject({ status: 'Failed', answered: 'already-over' })
    expect(hookStatus.answers).toEqual([answer('Succeeded')])
  })

  it('says what it did where the deployment was stopped meanwhile, or nobody asked', async () => {
    hookStatus.stop('d-1')
    expect(await aHook(probing())(event, context())).toMatchObject({ answered: 'already-over' })
    const other = { ...event, LifecycleEventHookExecutionId: 'hook-2' }
    expect(await aHook(probing())(other, context())).toMatchObject({ answered: 'nobody-asked' })
  })

  it('answers though CodeDeploy is throttled, and though an answer to it was lost', async () => {
    let puts = 0
    const flaky: HookStatus = {
      async put(given) {
        puts += 1
        if (puts === 1) throw new TransientError('throttled')
        const outcome = await hookStatus.put(given)
        if (puts === 2) throw new TransientError('the answer was lost')
        return outcome
      },
    }
    expect(await aHook(probing(), {}, flaky)(event, context())).toMatchObject({ answered: 'already-over' })
    expect(hookStatus.answers).toEqual([answer('Succeeded')])
  })

  it.each([
    [undefined, 'event: '],
    [{}, 'DeploymentId: '],
    [{ DeploymentId: 'd-1' }, 'LifecycleEventHookExecutionId: '],
    [{ DeploymentId: '', LifecycleEventHookExecutionId: 'hook-1' }, 'DeploymentId: '],
  ])('refuses what is no event of a hook: %j', async (other, path) => {
    await expect(aHook(probing())(other, context())).rejects.toThrow(ValidationError)
    await expect(aHook(probing())(other, context())).rejects.toThrow(`lifecycle hook (${path}`)
  })
})

describe("a judge of one's own", () => {
  it.each<[Outcome, 'Succeeded' | 'Failed']>([
    ['pass', 'Succeeded'],
    ['fail', 'Failed'],
  ])('that says %s makes it %s', async (outcome, status) => {
    const seen: unknown[] = []
    const judge: OwnJudge = async (hook) => {
      seen.push(hook)
      return { outcome, reason: 'smoke', evidence: {} }
    }
    await aHook({ judge })(event, context())
    expect(hookStatus.answers).toEqual([answer(status)])
    expect(seen).toEqual([{ deploymentId: 'd-1' }])
  })

  it('is asked again until it knows', async () => {
    const words: Outcome[] = ['error', 'no-data', 'pass']
    const judge: OwnJudge = async () => ({ outcome: words.shift() ?? 'fail', reason: 'smoke', evidence: {} })
    await aHook({ judge }, { pauseSeconds: 5 })(event, context())
    expect(hookStatus.answers).toEqual([answer('Succeeded')])
    expect(time.elapsedMs()).toBe(10_000)
  })

  it('that throws makes it Failed, with its error in the log', async () => {
    await aHook({ judge: async () => Promise.reject(new Error('expected 3 items, got 2')) })(event, context())
    expect(hookStatus.answers).toEqual([answer('Failed')])
    expect(lines).toMatchObject([{ level: 'error', reason: 'expected 3 items, got 2' }])
  })

  it('that hangs makes it Failed before the function ends', async () => {
    await aHook({ judge: () => new Promise(() => undefined) })(event, context())
    expect(hookStatus.answers).toEqual([answer('Failed')])
  })
})

describe('the hook of an environment', () => {
  const env = { AWS_REGION: 'eu-west-1', SLUICE_HOOK_GATE: '{"kind":"probe"}' }
  it('that cannot be used answers Failed at once, and names the field', async () => {
    const hook = createHookOf(env, { clock: time.clock, logger, hookStatus })
    const { reason } = await hook(event, context())
    expect(reason).toBe('the environment of the hook is not usable:\n- SLUICE_HOOK_GATE: url is required: text')
    expect(hookStatus.answers).toEqual([answer('Failed')])
    expect(lines).toMatchObject([
      { level: 'error', event: 'hook-not-configured', error: { name: 'ConfigError', message: reason } },
      { level: 'error', event: 'hook-judged', reason },
    ])
  })

  it('calls what its environment allows, and names an entry that is none', async () => {
    const gate = { kind: 'probe', url: 'http://10.1.2.3/', failures: 1 }
    const ofEntry = (entry: string) => ({
      ...env,
      SLUICE_HOOK_GATE: JSON.stringify(gate),
      SLUICE_OUTBOUND_ALLOW: entry,
    })
    const bad = await createHookOf(ofEntry('10.1.0.0/33'), { clock: time.clock, logger, hookStatus })(event, context())
    expect(bad.reason).toBe('"10.1.0.0/33" is no host, no address and no block of addresses (10.0.0.0/16)')
    const other = await createHookOf(ofEntry('10.2.0.0/16'), { clock: time.clock, logger, hookStatus })(
      event,
      context(),
    )
    expect(other).toMatchObject({ status: 'Failed', reason: expect.stringContaining('is a private address') })
  })

  it('without a Region has nobody to answer to', () => {
    expect(() => createHookOf({ ...env, AWS_REGION: '' })).toThrow(ConfigError)
  })
})
