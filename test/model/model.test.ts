import { describe, expect, it } from 'vitest'
import type { Deps } from '../../shared/deps.ts'
import { driverMutations, mutate, mutations } from '../crash/mutations.ts'
import { type Configuration, small, without } from './configurations.ts'
import { describeSchedule, type Explored, explore } from './explore.ts'
import { replay } from './replay.ts'
import { replaySample } from './sample.ts'
import { type Config, type Safeguard, safeguards } from './state.ts'

/** Of one configuration on a machine that does much else, milliseconds. */
const longMs = 120_000

const known = new Map<Configuration, Explored>()

function exploreOnce(configuration: Configuration): Explored {
  const found = known.get(configuration) ?? explore(configuration)
  known.set(configuration, found)
  return found
}

function smallOne(wanted: string): Configuration {
  const found = small.find(({ name }) => name === wanted)
  if (!found) throw new Error(`there is no configuration "${wanted}"`)
  return found
}

describe('the protocol, in every order of its calls', () => {
  it.each(small)(
    '$name: breaks no invariant, and the check alone ends it well from every state',
    {
      timeout: longMs,
    },
    (configuration) => {
      const { counterexample, states } = exploreOnce(configuration)
      expect(counterexample && describeSchedule(configuration.config, counterexample)).toBeNull()
      expect(states).toBeGreaterThan(50)
    },
  )

  it('is explored far enough to see every safeguard at work', { timeout: longMs }, () => {
    const kinds = new Set(small.flatMap((configuration) => [...exploreOnce(configuration).kinds.keys()]))
    expect([...kinds]).toEqual(
      expect.arrayContaining([
        'workflow: close-task:watch → its end',
        'workflow: shift look → give-back',
        'workflow: halt:save → bake',
        'abort: restored:save → close',
        'abort: restore take → take-again',
        'workflow: delay:save → bake',
        'abort: abort-halt:save → its end',
        'abort: abort-halt:load → abort:load',
        'gate: unsafe:save → its end',
        'check: unsafe:save → its end',
        'check: note:save → status',
        'check: put-back write → read-back',
        'check: foreign:save → its end',
        'check: start → its end',
        'a write lands, its lease over',
      ]),
    )
  })
})

/** What each safeguard keeps from happening. */
const missed: Readonly<Record<Safeguard, string>> = {
  'last-look': 'workflow raises after a rollback was recorded',
  fence: 'workflow begins a write with too little of its lease left',
  'read-back': 'route 0 has 100 %, and the record says aborted',
  'second-read-back': 'it is aborted while another write is on the wire whose lease still runs',
  watch: 'from here, with the check alone: route 0 has 100 % for ever, and the record says rolled-back',
  'asking-stable': 'abort decides to go back to a side that could not serve',
  'waiting-for-the-lease': 'it is aborted while another write is on the wire whose lease still runs',
}

describe('a protocol without one of its safeguards', () => {
  it.each(safeguards)('%s: shows what goes wrong', (safeguard) => {
    expect(explore(without(safeguard)).counterexample?.problems).toContain(missed[safeguard])
  })

  it('tells the shortest way to it, step by step', () => {
    const { config, budget } = without('watch')
    const { counterexample } = explore({ config, budget })
    expect(counterexample && describeSchedule(config, counterexample)).toBe(
      `  1. workflow: bake → judge   [shifting, goal plan; 0 %, lease free]
  2. workflow: judge → shift
  3. workflow: shift → ask-before-raise
  4. workflow: shift take → read   [shifting, goal plan; 0 %, lease workflow's, fresh]
  5. workflow: shift read → intend
  6. workflow: shift intend → is-held
  7. workflow: shift is-held → look
  8. workflow: shift look → touch:load
  9. workflow: shift touch:load → touch:save
 10. workflow: shift touch:save → compare-again
 11. workflow: shift compare-again → write
 12. workflow: shift write hangs → read-back   [shifting, goal plan; 0 %, lease workflow's, fresh; 100 % on the wire]
  => from here, with the check alone: route 0 has 100 % for ever, and the record says rolled-back`,
    )
  })
})

/** Random schedules for each configuration; `npm run test:model` takes more. */
const schedules = 40

const ofOneRoute = small.filter(({ config }) => config.routes === 1)

describe('the shipped use cases, driven call by call with schedules of the model', () => {
  it.each(ofOneRoute)(
    '$name: make the same calls, with the same effect, in every kind of step',
    {
      timeout: longMs,
    },
    async (configuration) => {
      const sample = await replaySample(configuration, exploreOnce(configuration), { seed: 1, schedules })
      expect(sample.differences).toEqual([])
      expect(sample.missing).toEqual([])
    },
  )

  it('are told from a model that lacks a safeguard', async () => {
    const config: Config = { steps: [100], routes: 1, without: 'fence' }
    const call = { type: 'call', by: 'workflow', answer: 'answered' } as const
    const untilHeld = Array.from({ length: 6 }, () => call)
    const { difference } = await replay(config, [...untilHeld, { type: 'tick' }, call])
    expect(difference).toEqual({
      step: 8,
      label: 'workflow: shift is-held → look',
      model: 'is-held',
      code: 'give-back',
    })
  })

  // Of the routes that Sluice moves itself: the model has no driver.
  const ofRouters = mutations.filter((mutation) => !driverMutations.has(mutation))
  it.each(ofRouters)('are missed without %s', { timeout: longMs }, async (mutation) => {
    const lateWrite = smallOne('abort, a write on the wire, leases run out')
    const within = (deps: Deps) => mutate(mutation, deps)
    const { differences } = await replaySample(lateWrite, exploreOnce(lateWrite), { seed: 1, schedules: 0, within })
    expect(differences.length).toBeGreaterThan(0)
  })

  it('are told from ones that take stable for well', { timeout: longMs }, async () => {
    const ill = smallOne('every execution has died: check and abort, stable falls ill')
    const read: Deps['targetHealth']['read'] = async () => ({
      total: 2,
      healthy: 2,
      unknown: 0,
      reasons: [],
      unused: false,
    })
    const within = (deps: Deps): Deps => ({ ...deps, targetHealth: { read } })
    const { differences } = await replaySample(ill, exploreOnce(ill), { seed: 1, schedules: 0, within })
    expect(differences.join()).toContain('stable falls ill')
  })
})
