import { beforeEach, describe, expect, it } from 'vitest'
import { routerByKind } from '../../../shared/adapters/by-route-kind.ts'
import type { Deps, InTurn } from '../../../shared/deps.ts'
import type { Deployment } from '../../../shared/domain/deployment.ts'
import { TransientError } from '../../../shared/domain/errors.ts'
import type { GroupHealth, HealthWish } from '../../../shared/ports/target-health.ts'
import type { RouterFor } from '../../../shared/ports/traffic-router.ts'
import { checkOpenDeployments, reportOnOpenDeployments } from '../../../shared/use-cases/check-open-deployments.ts'
import { judgeGates } from '../../../shared/use-cases/judge-gates.ts'
import { aDeployment, webArns } from '../../support/builders.ts'
import { aTargetHealthGate } from '../../support/gates.ts'
import { createMemoryApi } from '../../support/memory-api.ts'
import { until } from '../../support/until.ts'

const at = '2026-01-01T00:00:00.000Z'
const id = 'dep_01KDVDNC00000000000000WEB1'
const loadBalancerArn = 'arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/shop/50dc6c495c0c9188'

const healthy = (count: number, countedAt?: string): GroupHealth => ({
  ...{ total: count, healthy: count, unknown: 0, reasons: [], unused: false },
  ...(countedAt === undefined ? {} : { countedAt }),
})

/** Bakes at 60 %, so that the canary needs six targets for ten of stable. */
function baking(): Deployment {
  const { settings, plan, routes } = aDeployment()
  const steps = plan.steps.map((step, index) => (index === 0 ? { ...step, weight: 60, effectiveWeight: 60 } : step))
  return aDeployment({
    ...{ id, phase: 'baking', stage: 'baking', weight: 60, effectiveWeight: 60 },
    ...{ firstShiftAt: at, settledAt: at, bakeEndsAt: '2026-01-01T01:00:00.000Z' },
    settings: { ...settings, gates: [aTargetHealthGate()] },
    plan: { ...plan, steps },
    routes: routes.map((route) => ({ ...route, touched: true })),
  })
}

let deps: Deps
let asked: { readonly arn: string; readonly wish: HealthWish | undefined }[]
/** What counts of some minutes ago say, and what is so. */
let counted: Readonly<Record<string, number>>
let now: Readonly<Record<string, number>>

beforeEach(async () => {
  deps = createMemoryApi().deps
  asked = []
  counted = { [webArns.blue]: 10, [webArns.green]: 6 }
  now = { [webArns.blue]: 10, [webArns.green]: 10 }
  await deps.deployments.create(baking())
  await deps.deployments.takePointer('web', id)
})

const targetHealth = {
  async read(arn: string, wish?: HealthWish) {
    asked.push({ arn, wish })
    return wish?.fresh ? healthy(now[arn] ?? 0) : healthy(counted[arn] ?? 0, at)
  },
}

const verdict = async () => (await deps.deployments.loadMeasures(id))?.gates[0]
const freshlyAsked = () => asked.filter(({ wish }) => wish?.fresh).map(({ arn }) => arn)

describe('a look at target health', () => {
  it('names the load balancer of a rule, for whoever counts by it', async () => {
    await judgeGates({ ...deps, targetHealth }, id)
    expect(asked.find(({ arn }) => arn === webArns.green)).toEqual({ arn: webArns.green, wish: { loadBalancerArn } })
  })

  it('is content with counts that are enough', async () => {
    await judgeGates({ ...deps, targetHealth }, id)
    expect(await verdict()).toMatchObject({ verdict: 'pass', evidence: { routes: [{ available: 6, needed: 6 }] } })
    expect(freshlyAsked()).toEqual([])
  })

  it('asks how it is now where counts are too few: targets may have come since', async () => {
    counted = { ...counted, [webArns.green]: 5 }
    await judgeGates({ ...deps, targetHealth }, id)
    expect(freshlyAsked()).toEqual([webArns.blue, webArns.green])
    expect(await verdict()).toMatchObject({ verdict: 'pass', evidence: { routes: [{ available: 10, needed: 10 }] } })
  })

  it.each([
    ['stable', webArns.blue],
    ['the canary', webArns.green],
  ])(
    'asks both sides how they are now where only %s was counted: the counts may be those of one zone',
    async (_side, of) => {
      counted = { [webArns.blue]: 4, [webArns.green]: 6 }
      now = { [webArns.blue]: 12, [webArns.green]: 6 }
      const mixed = {
        read: (arn: string, wish?: HealthWish) => targetHealth.read(arn, arn === of ? wish : { fresh: true }),
      }
      await judgeGates({ ...deps, targetHealth: mixed }, id)
      expect(await verdict()).toMatchObject({ evidence: { badInARow: 1, routes: [{ available: 6, needed: 8 }] } })
    },
  )

  it('does not ask again who was asked how it is now', async () => {
    const direct = { read: async (arn: string) => targetHealth.read(arn, { fresh: true }) }
    now = { ...now, [webArns.green]: 1 }
    await judgeGates({ ...deps, targetHealth: direct }, id)
    // Once for the gate, once for whether a rollback would be safe.
    expect(freshlyAsked().filter((arn) => arn === webArns.green).length).toBe(2)
    expect(await verdict()).toMatchObject({ evidence: { routes: [{ available: 1, needed: 6 }] } })
  })
})

describe('the check', () => {
  it('judges by what is read together, one reading of its own for each check', async () => {
    let looks = 0
    const lookTogether = () => {
      looks++
      return { targetHealth }
    }
    const direct = { read: async () => Promise.reject(new Error('nothing is moved here')) }
    await checkOpenDeployments({ ...deps, targetHealth: direct, lookTogether })
    await checkOpenDeployments({ ...deps, targetHealth: direct, lookTogether })
    expect(looks).toBe(2)
    expect(await verdict()).toMatchObject({ verdict: 'pass' })
  })

  it('takes back what a gate fails without waiting for a reading in the background', async () => {
    const [route] = baking().routes
    const lease = await deps.leases.take(route?.resource ?? '', 'holder-0', 1000)
    if (lease) await deps.leases.giveBack(lease)
    await deps.deployments.saveMeasures(id, {
      ...{ revision: 1, gates: [], observedWeight: null },
      rollback: { ready: true, reasons: [], estimatedSeconds: 2 },
      memories: { 'target-health': { step: 0, judgedUntilMs: Date.parse(at), badInARow: 2, goodInARow: 0, misses: 0 } },
    })
    await deps.clock.sleep(60_000)
    now = { ...now, [webArns.green]: 0 }
    const direct = { read: async (arn: string) => targetHealth.read(arn, { fresh: true }) }
    const never = () => new Promise<never>(() => undefined)
    const routerFor: RouterFor = routerByKind({
      alb: (of) => ({
        ...deps.routerFor(of),
        read: (lane) => (lane === 'background' ? never() : deps.routerFor(of).read()),
      }),
      route53: (of) => deps.routerFor(of),
      lambdaAlias: (of) => deps.routerFor(of),
    })
    void checkOpenDeployments({ ...deps, targetHealth: direct, lookTogether: () => ({ routerFor }) }).catch(
      () => undefined,
    )
    const goal = async () => (await deps.deployments.load(id))?.goal
    expect(await until('the rollback', async () => ((await goal()) === 'snapshot' ? 'snapshot' : undefined))).toBe(
      'snapshot',
    )
  })

  it('begins rollbacks in their turn, and nothing else', async () => {
    const due = { ...baking(), id: `${id}3`, service: 'due', goal: 'snapshot', phase: 'rolling-back' } as const
    await deps.deployments.create(due)
    await deps.deployments.takePointer('due', due.id)
    const begun: (string | undefined)[] = []
    const rollBackInTurn: InTurn = async () => {
      begun.push((await deps.deployments.load(due.id))?.phase)
      throw new TransientError('its turn comes too late')
    }
    const report = await reportOnOpenDeployments({ ...deps, targetHealth, lookTogether: () => ({ rollBackInTurn }) })
    expect(begun).toEqual(['rolling-back'])
    expect(report).toEqual({ checked: 2, failed: [{ id: due.id, reason: 'its turn comes too late' }] })
  })

  it('acts through a store that nobody queues for who only looks', async () => {
    const calls: string[] = []
    const named = (who: string): Deps['deployments'] =>
      new Proxy(deps.deployments, {
        get: (store, name: keyof Deps['deployments']) => {
          calls.push(`${who} ${name}`)
          return store[name]
        },
      })
    await deps.deployments.create({
      ...baking(),
      id: `${id}2`,
      service: 'back',
      goal: 'snapshot',
      phase: 'rolling-back',
    })
    await deps.deployments.takePointer('back', `${id}2`)
    const looking = named('looks')
    await checkOpenDeployments({
      ...{ ...deps, targetHealth, deployments: named('acts') },
      lookTogether: () => ({ deployments: looking }),
    }).catch(() => undefined)
    const by = (who: string) => [...new Set(calls.filter((call) => call.startsWith(who)))]
    expect(by('looks')).toEqual(expect.arrayContaining(['looks load', 'looks copyEvents', 'looks saveMeasures']))
    expect(by('acts')).toEqual(expect.arrayContaining(['acts load', 'acts save']))
    expect(by('acts')).not.toContain('acts saveMeasures')
  })

  it('asks the load balancer itself whether stable can take everything, before it rolls back', async () => {
    const { settings } = baking()
    const dueId = 'dep_01KDVDNC00000000000000WEB2'
    // Its third execution died: the check takes traffic back.
    await deps.deployments.create({ ...baking(), id: dueId, service: 'due', execution: 3, settings })
    await deps.deployments.takePointer('due', dueId)
    await deps.workflow.start(dueId, 3)
    const status: Deps['workflow']['status'] = async (of) => (of === dueId ? 'failed' : 'running')
    const direct = { read: async (arn: string) => targetHealth.read(arn, { fresh: true }) }
    now = { ...now, [webArns.blue]: 0 }
    // Real time stands still: nobody runs out of patience.
    const clock = { ...deps.clock, sleep: () => new Promise<void>(() => undefined) }
    const acting = { ...deps, clock, targetHealth: direct, workflow: { ...deps.workflow, status } }
    await checkOpenDeployments({ ...acting, lookTogether: () => ({ targetHealth }) })
    // By the counts stable has ten healthy targets; it has none, so a person is asked.
    expect((await deps.deployments.load(dueId))?.phase).toBe('halted')
  })
})
