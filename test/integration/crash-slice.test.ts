import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import type { LoggedRequest } from '../../local/aws/request-log.ts'
import { drawnBy, runMatrix } from '../crash/matrix.ts'
import { mutations } from '../crash/mutations.ts'
import { runScenario } from '../crash/run.ts'
import type { Scenario } from '../crash/scenario.ts'
import { scenarios } from '../crash/scenarios.ts'
import { checkWriteLog } from '../crash/sdk/write-log.ts'

/** Which part of the matrix is run here; all of it is `npm run test:crash`. */
const sample = 0.003

function named(name: string): Scenario {
  const scenario = scenarios.find((one) => one.name === name)
  if (!scenario) throw new Error(`there is no scenario "${name}"`)
  return scenario
}

describe('a slice of the crash matrix', () => {
  it.each(scenarios.map((scenario, index) => ({ scenario, seed: index + 1, name: scenario.name })))(
    '$name: whatever befalls one call, traffic ends where the record says',
    async ({ scenario, seed }) => {
      const totals = await runMatrix(scenario, { takes: drawnBy(seed, { share: sample }) })
      expect(totals.broken).toEqual([])
      expect(totals.calls).toBeGreaterThan(90)
      expect(totals.faults).toBeGreaterThan(0)
      // What somebody else started goes its way without a word of ours.
      if (scenario.name !== 'canary, codedeploy ecs, adopted') expect(totals.writes).toBeGreaterThan(0)
    },
  )
})

/** Faults of each kind that the adapters and the SDK have a part in, at a call of each service. */
describe('a handful of cells through the SDKs, dynalite and the local endpoint', () => {
  it.each([
    ['canary, alb, errors', 'lost', /^ShiftTraffic: elasticloadbalancing\.ModifyRule$/],
    ['canary, alb, errors', 'hangs', /^(?!ShiftTraffic).*: elasticloadbalancing\.ModifyRule$/],
    ['canary, alb', 'throttled', /^EvaluateGates: elasticloadbalancing\.DescribeTargetHealth$/],
    ['canary, alb', 'dies-after', /^ShiftTraffic: dynamodb\.PutItem$/],
    ['canary, alb, abort', 'fails', /^api:abort: lambda\.Invoke$/],
    ['canary, dns', 'overtaken', /^ShiftTraffic: route53\.ChangeResourceRecordSets$/],
    ['linear, codedeploy ecs', 'lost', /^ShiftTraffic: codedeploy\.CreateDeployment$/],
    ['linear, codedeploy ecs', 'answers-late', /^ShiftTraffic: codedeploy\.CreateDeploymentConfig$/],
    ['canary, alias', 'lost', /^ShiftTraffic: lambda\.UpdateAlias$/],
  ] as const)('%s: %s at %s', async (name, kind, call) => {
    let isFirst = true
    const totals = await runMatrix(named(name), {
      through: 'sdk',
      takes: (cell) => cell.fault.kind === kind && call.test(cell.call) && isFirst,
      onCell: () => {
        isFirst = false
        return true
      },
    })
    expect(totals.broken).toEqual([])
    expect(totals.faults).toBe(1)
  })
})

describe('a run of the crash matrix', () => {
  it('makes the same calls again, so that a fault meets the call that it is for', async () => {
    const scenario = named('canary, alb and dns')
    const [first, second] = [await runScenario(scenario), await runScenario(scenario)]
    expect(second.calls).toEqual(first.calls)
  })
})

/** A function that stood still while others went on: what it found or was about to write is of an earlier step. */
describe('a function that stands still and wakes after others went on', () => {
  it.each([
    ['canary, alb', 'VerifyCanary', 'leases.take'],
    ['canary, alb', 'VerifyCanary', 'router.read'],
    ['linear, alb', 'ShiftTraffic', 'leases.take'],
    ['steps, alb', 'ShiftTraffic', 'leases.take'],
    ['canary, alb and dns', 'ShiftTraffic', 'leases.take'],
  ])('%s, %s at %s: neither halts at our own step nor undoes it', async (name, process, method) => {
    const scenario = named(name)
    const totals = await runMatrix(scenario, {
      takes: ({ fault, call }) => fault.kind === 'hangs' && call.startsWith(`${process}: ${method} `),
    })
    expect(totals.faults).toBeGreaterThan(0)
    expect(totals.broken).toEqual([])
    expect(totals.ends).toEqual({ succeeded: totals.faults })
  })
})

describe('a creation by CodeDeploy', () => {
  it.each([
    ['canary, codedeploy ecs', 'answers-late', /^ShiftTraffic: leases\.isHeld codedeploy:/],
    ['canary, codedeploy ecs, abort before creation', 'overtaken', /^ShiftTraffic: driver\.create /],
    ['canary, codedeploy ecs, fails', 'arrives-late', /^ShiftTraffic: driver\.create /],
    ['canary, codedeploy lambda, errors', 'arrives-late', /^ShiftTraffic: driver\.create /],
    ['canary, codedeploy ecs, errors at the end', 'arrives-late', /: driver\.create /],
  ] as const)('%s, %s at %s: is never there twice at a time, and none outlives ours', async (name, kind, call) => {
    const totals = await runMatrix(named(name), {
      takes: (cell) => cell.fault.kind === kind && call.test(cell.call),
    })
    expect(totals.broken).toEqual([])
    expect(totals.faults).toBeGreaterThan(0)
  })
})

/** Calls at which a fault shows what each safeguard is for. */
const shownBy = {
  'lease-check': { scenario: 'canary, alb', kind: 'overtaken', call: /^ShiftTraffic: router\.read / },
  'read-back': { scenario: 'canary, alb', kind: 'fails', call: /^ShiftTraffic: router\.write / },
  'snapshot-restore': { scenario: 'canary, alb, abort', kind: 'fails', call: /^api:abort: / },
  'find-before-create': {
    scenario: 'canary, codedeploy ecs',
    kind: 'dies-before',
    call: /^ShiftTraffic: driver\.read /,
  },
  'last-look': { scenario: 'canary, codedeploy ecs', kind: 'answers-late', call: /^ShiftTraffic: router\.read / },
} as const

describe('the crash matrix without a safeguard', () => {
  it.each(mutations)('fails without the %s', async (mutation) => {
    const { scenario, kind, call } = shownBy[mutation]
    const totals = await runMatrix(named(scenario), {
      takes: (cell) => cell.fault.kind === kind && call.test(cell.call),
      mutation,
      onCell: (_, { violations }) => violations.length > 0,
    })
    expect(totals.faults).toBeGreaterThan(0)
    expect(totals.broken).toHaveLength(1)
  })
})

describe('the crash matrix through the SDKs', () => {
  it('fails without the snapshot-restore as well', async () => {
    const totals = await runMatrix(named('canary, alb, abort'), {
      through: 'sdk',
      takes: ({ fault, call }) => fault.kind === 'fails' && call.startsWith('api:abort: '),
      mutation: 'snapshot-restore',
      onCell: (_, { violations }) => violations.length > 0,
    })
    expect(totals.faults).toBeGreaterThan(0)
    expect(totals.broken).toHaveLength(1)
  })
})

describe("what the endpoint's log says against a run", () => {
  const aWrite = (weights: readonly number[], outcome = 'ok'): LoggedRequest => ({
    ...{ seq: 1, at: '2026-01-01T00:00:00.000Z', service: 'elasticloadbalancing', action: 'ModifyRule', mutates: true },
    input: { Actions: [{ ForwardConfig: { TargetGroups: weights.map((Weight) => ({ Weight })) } }] },
    outcome,
  })

  it.each([
    ['nothing, where every write was looked at', [aWrite([90, 10]), aWrite([0, 0], 'Throttling')], 1, []],
    ['that all weights were 0', [aWrite([0, 0])], 1, ['request 1, ModifyRule: all weights are 0']],
    [
      'that nobody looked at a write whose answer was lost',
      [aWrite([90, 10], 'ok, answer lost')],
      0,
      ["the endpoint's log has 1 writes of routing, and 0 were looked at"],
    ],
  ] as const)('%s', (_, requests, watched, problems) => {
    expect(checkWriteLog(requests, watched)).toEqual(problems)
  })
})

/** `npm run test:crash -- …args`. */
function runCommand(...args: readonly string[]) {
  const main = fileURLToPath(new URL('../crash/main.ts', import.meta.url))
  const { status, stdout } = spawnSync(process.execPath, ['--import', 'tsx', main, ...args], { encoding: 'utf8' })
  return { status, stdout }
}

describe('npm run test:crash', () => {
  it('prints scenarios, calls and faults, and ends with 0 where nothing was broken', () => {
    const { status, stdout } = runCommand('--scenario', 'canary, alb, abort', '--sample', '0.005', '--sdk-cases', '1')
    for (const part of ['on memory', 'through the SDKs'])
      expect(stdout).toMatch(
        new RegExp(`^${part}, seed 1: 1 scenarios, \\d+ calls, \\d+ faults, \\d+ writes looked at: 0 runs broke`, 'm'),
      )
    expect(status).toBe(0)
  })

  it('refuses a scenario that there is not, with 2 and its usage', () => {
    const { status, stdout } = runCommand('--scenario', 'no such')
    expect(stdout).toContain(`no scenario's name contains "no such"`)
    expect(stdout).toContain('Usage: npm run test:crash')
    expect(status).toBe(2)
  })
})
